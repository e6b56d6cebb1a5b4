/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_NEAREST_H
#define LSMD_POLICY_NEAREST_H

/* The known word that a mistyped one was probably meant to be. */

/* Starts as {.word = what was typed}. */
struct nearest {
	const char *word;
	const char *best; /* NULL: nothing is near; borrowed from nearest_try() */
	unsigned distance;
};

/**
 * nearest_try() - Remember @candidate when it is near enough and nearer than all before.
 */
void nearest_try(struct nearest *nearest, const char *candidate);

#endif
