/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_BACKOFF_H
#define LSMD_KUBE_BACKOFF_H

/* How long to wait before the next try, so that thousands of agents do not come at once.
 */

#include <stdint.h>

#define BACKOFF_FIRST_MS 500U
#define BACKOFF_LAST_MS	 30000U

/* Starts as {0}. */
struct backoff {
	unsigned failures;
};

/**
 * backoff_next() - Count a failure.
 * @at_least_s: what the server asks for (Retry-After); 0: nothing
 * Return: milliseconds: between half and one and a half of a time that doubles with each
 * failure up to BACKOFF_LAST_MS; never less than asked for, and up to a tenth more.
 */
uint64_t backoff_next(struct backoff *backoff, unsigned at_least_s);

/** backoff_reset() - It went well. */
void backoff_reset(struct backoff *backoff);

/** random_between() - Evenly, both ends included. */
uint64_t random_between(uint64_t low, uint64_t high);

#endif
