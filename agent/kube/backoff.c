// SPDX-License-Identifier: Apache-2.0
#include "kube/backoff.h"

#include <stddef.h>
#include <sys/random.h>

uint64_t random_between(uint64_t low, uint64_t high)
{
	uint64_t number = 0;

	/* Without randomness the agents of a cluster are merely less spread. */
	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) < 0)
		number = 0;
	return low + number % (high - low + 1);
}

uint64_t backoff_next(struct backoff *backoff, unsigned at_least_s)
{
	uint64_t wait = BACKOFF_FIRST_MS, asked = at_least_s * UINT64_C(1000);

	for (unsigned i = 0; i < backoff->failures && wait < BACKOFF_LAST_MS; i++)
		wait *= 2;
	if (wait > BACKOFF_LAST_MS)
		wait = BACKOFF_LAST_MS;
	if (wait < BACKOFF_LAST_MS)
		backoff->failures++;
	wait = random_between(wait / 2, wait + wait / 2);
	return wait < asked ? random_between(asked, asked + asked / 10) : wait;
}

void backoff_reset(struct backoff *backoff)
{
	backoff->failures = 0;
}
