/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_LEARN_RANDOM_H
#define LSMD_DRYRUN_LEARN_RANDOM_H

/* Which part of a name is random, so that it will be another one in the next run. */

#include <stddef.h>

/* How far a name is believed to be the run's own. */
enum learn_place {
	LEARN_FIXED,	 /* it was there before */
	LEARN_PROC,	 /* below /proc, where numbers are processes and descriptors */
	LEARN_MADE,	 /* the run wrote it: what is plainly random is */
	LEARN_TEMPORARY, /* in a directory for temporary files: what looks so is */
};

/**
 * learn_random_shape() - A known shape at a place of a name: what mktemp(1), tempfile.py,
 * compilers and the like make, a UUID, a date.
 * @ret_fixed: bytes in front that are the same every time
 * Return: its bytes, those in front included; 0: none.
 */
size_t learn_random_shape(const char *name, size_t n, size_t at, enum learn_place place,
			  size_t *ret_fixed);

/**
 * learn_random_tail() - How many bytes at the end of a word are random.
 * @at, @length: the word, letters and digits
 */
size_t learn_random_tail(const char *name, size_t n, size_t at, size_t length,
			 enum learn_place place);

#endif
