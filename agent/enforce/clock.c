// SPDX-License-Identifier: Apache-2.0
#include "enforce/clock.h"

#include <stdint.h>
#include <time.h>

static uint64_t nanoseconds(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void clock_tell(struct state *state)
{
	uint64_t boot = nanoseconds(CLOCK_BOOTTIME);

	__atomic_store_n(&state->realtime_offset, nanoseconds(CLOCK_REALTIME) - boot,
			 __ATOMIC_RELAXED);
}
