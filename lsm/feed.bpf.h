/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_FEED_BPF_H
#define LSMD_LSM_FEED_BPF_H

/* Feed strings of the kernel's to an image's automaton. */

#include "core.bpf.h"

/* As much of a name as is read at a time. */
#define PATH_CHUNK 32

/**
 * path_feed() - Feed a byte and the beginning of a string to the automaton.
 * @index: of the image
 * @state: an automaton's state
 * @name:  address of the string, which ends with NUL
 * @first: the byte; 0: none
 *
 * Return: WORD(state, bytes read, with the NUL or @first); bytes 0 when it cannot be read,
 * PATH_CHUNK when there may be more.
 */
__global __u64 path_feed(__u32 index, __u32 state, __u64 name, __u32 first)
{
	__u8 buffer[PATH_CHUNK];
	image_t image = image_open(index);
	long length;

	if (!image.map)
		return 0;
	if (first)
		state = automaton_step(image, state, first);
	length = bpf_probe_read_kernel_str(buffer, sizeof(buffer), (const void *)name);
	if (length <= 0)
		return 0;
	state = automaton_feed(image, state, buffer, length - 1, sizeof(buffer) - 1);
	return WORD(state, length);
}

/**
 * path_feed_string() - Feed a string of up to LIMIT_PATH bytes.
 * Return: WORD(state, bytes fed and one); bytes 0 when it cannot be read or is longer.
 */
__global __u64 path_feed_string(__u32 index, __u32 state, __u64 string)
{
	__u32 chunk, bytes = 0;
	__u64 fed;

#pragma clang loop unroll(disable)
	for (chunk = 0; chunk <= LIMIT_PATH / (PATH_CHUNK - 1); chunk++) {
		fed = path_feed(index, state, string + bytes, 0);
		if (!WORD_HI(fed))
			return 0;
		state = WORD_LO(fed);
		bytes += WORD_HI(fed) - 1;
		if (WORD_HI(fed) != PATH_CHUNK || automaton_stops(state))
			return WORD(state, bytes + 1);
		VERIFIER_FORGET(state, index);
		VERIFIER_FORGET(bytes, index);
	}
	return 0;
}

/* Feed "/" and a name. Return: as path_feed(). */
static __always_inline __u64 name_feed(__u32 index, __u32 state, __u64 name)
{
	__u64 rest, fed = path_feed(index, state, name, '/');

	if (WORD_HI(fed) != PATH_CHUNK || automaton_stops(WORD_LO(fed)))
		return fed;
	rest = path_feed_string(index, WORD_LO(fed), name + PATH_CHUNK - 1);
	return WORD_HI(rest) ? WORD(WORD_LO(rest), WORD_HI(fed) + WORD_HI(rest) - 1) : 0;
}

#endif
