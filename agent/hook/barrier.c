// SPDX-License-Identifier: Apache-2.0
#include "hook/barrier.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "hook/question.h"
#include "util/clock.h"

#define NS_PER_MS 1000000ULL

/* Between two questions: short at first, as most are answered by then. */
#define PAUSE_FIRST (5 * NS_PER_MS)
#define PAUSE_MAX   (250 * NS_PER_MS)

#define STATUS_OK   200

bool barrier_concerns(const struct barrier *barrier, const struct container_state *state)
{
	if (!state->bundle)
		return false;
	for (size_t i = 0; i < barrier->n_exempt; i++)
		if (!strcmp(barrier->exempt[i], state->bundle->name_space))
			return false;
	return true;
}

static void pause_for(uint64_t ns)
{
	const struct timespec time = {.tv_sec = (time_t)(ns / NS_PER_SECOND),
				      .tv_nsec = (long)(ns % NS_PER_SECOND)};

	clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

int barrier_wait(const struct barrier *barrier, const char *container_id)
{
	uint64_t deadline = clock_boot() + barrier->timeout, pause = PAUSE_FIRST;

	for (;;) {
		int r = question_ask(barrier->socket_path, container_id, deadline);

		if (r == STATUS_OK)
			return 0;
		if (r == -EINVAL)
			return r;
		if (clock_boot() + pause >= deadline)
			return r < 0 ? r : -ETIMEDOUT;
		pause_for(pause);
		pause = pause * 2 < PAUSE_MAX ? pause * 2 : PAUSE_MAX;
	}
}
