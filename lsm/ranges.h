/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
#ifndef LSMD_LSM_RANGES_H
#define LSMD_LSM_RANGES_H

/*
 * Look-up of numbers and IPv6 addresses in an image's sorted ranges. Whoever includes this
 * defines image_t and image_word() before, see automaton.h.
 */

#include "image.h"
#include "limits.h"
#include "verifier.h"

/* Halvings that find one of as many ranges as an image has words, LIMIT_IMAGE_WORDS. */
#define RANGES_STEPS 21

#define RANGES6_WORDS 3

/**
 * ranges_find() - The value of the range that a number is in.
 * @offset: of the ranges; 0: there are none
 *
 * The halving adds without a branch: the program's cost and the verifier's are a straight line.
 *
 * Return: the value, 0 when there are no ranges, OFFSET_OUTSIDE when @offset is.
 */
static __always_inline __u32 ranges_find(image_t image, __u32 offset, __u32 key)
{
	__u32 n, half, i, base = offset + 1;

	if (!offset)
		return 0;
	n = WORD_LO(image_word(image, offset));
	if (n > LIMIT_IMAGE_WORDS)
		return OFFSET_OUTSIDE;
	for (i = 0; i < RANGES_STEPS && n > 1; i++) {
		__u64 first;

		half = n / 2;
		first = WORD_LO(image_word(image, base + half));
		/* All ones when first <= key, else 0. */
		base += half & (__u32)((__s64)(first - key - 1) >> 63);
		n -= half;
		VERIFIER_FORGET(n, key);
	}
	return WORD_HI(image_word(image, base));
}

/**
 * ranges6_find() - The value of the range that an IPv6 address is in.
 * @offset:  of the ranges6; 0: there are none
 * @hi, @lo: bytes 0-7 and 8-15 of the address as numbers
 *
 * Return: the value, 0 when there are no ranges, OFFSET_OUTSIDE when @offset is.
 */
static __always_inline __u32 ranges6_find(image_t image, __u32 offset, __u64 hi, __u64 lo)
{
	__u32 n, half, i, base = offset + 1;

	if (!offset)
		return 0;
	n = WORD_LO(image_word(image, offset));
	if (n > LIMIT_IMAGE_WORDS)
		return OFFSET_OUTSIDE;
	for (i = 0; i < RANGES_STEPS && n > 1; i++) {
		__u32 middle;
		__u64 first;

		half = n / 2;
		middle = base + half * RANGES6_WORDS;
		first = image_word(image, middle);
		if (first < hi || (first == hi && image_word(image, middle + 1) <= lo))
			base = middle;
		n -= half;
		VERIFIER_FORGET(n, (__u32)lo);
		VERIFIER_FORGET(base, (__u32)lo);
	}
	return WORD_LO(image_word(image, base + 2));
}

/* Whoever includes this can have them called in another way: a program as functions that the
 * verifier looks at once. */
#ifndef RANGES_FIND
#define RANGES_FIND ranges_find
#define RANGES6_FIND ranges6_find
#endif

#endif
