/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
#ifndef LSMD_LSM_AUTOMATON_H
#define LSMD_LSM_AUTOMATON_H

/*
 * The path automaton's step. Plain C for both sides: whoever includes this defines before
 *
 *     image_t                               what an image is here
 *     __u64 image_word(image_t, __u32)      a word of it, WORD_OUTSIDE beyond its end
 *
 * which in a program is a look-up in the image's array map, on the host an array access.
 */

#include "image.h"
#include "verifier.h"

/** automaton_start() - The state before the first byte. */
static __always_inline __u32 automaton_start(image_t image)
{
	return WORD_LO(image_word(image, IMAGE_H_AUTOMATON));
}

/**
 * automaton_stops() - Is everything decided in this state, whatever bytes follow?
 *
 * One comparison for both ends: the dead state wraps to the top, and the final ones are there.
 */
static __always_inline int automaton_stops(__u32 state)
{
	return state - 1 >= ACCEPT_FINAL - 1;
}

/**
 * automaton_step() - The state after one more byte.
 * @state: one in which automaton_stops() is false
 */
static __always_inline __u32 automaton_step(image_t image, __u32 state, __u8 byte)
{
	__u64 word = image_word(image, state + 1 + byte);

	if (WORD_LO(word) != state)
		word = image_word(image, state);
	return WORD_HI(word);
}

/**
 * automaton_feed() - The state after bytes.
 * @length: how many; of more than @bound, only @bound are read
 * @bound:  a constant, for the verifier: the size of the memory at @bytes
 *
 * @state may be one that stops; it then stays.
 */
static __always_inline __u32 automaton_feed(image_t image, __u32 state, const __u8 *bytes,
					    __u32 length, const __u32 bound)
{
	__u32 i;

	for (i = 0; i < bound; i++) {
		if (i >= length || automaton_stops(state))
			break;
		state = automaton_step(image, state, bytes[i]);
		VERIFIER_FORGET(state, length);
	}
	return state;
}

/**
 * automaton_accept() - What the path so far matches, when it ends here.
 * Return: offset of an accept, for decide_path(); 0: of none.
 */
static __always_inline __u32 automaton_accept(image_t image, __u32 state)
{
	__u32 accept = 0;

	if (state & ACCEPT_FINAL)
		return state & ~ACCEPT_FINAL;
	if (state != STATE_DEAD)
		accept = WORD_LO(image_word(image, state));
	if (!accept)
		accept = WORD_HI(image_word(image, IMAGE_H_AUTOMATON));
	return accept;
}

#endif
