// SPDX-License-Identifier: Apache-2.0
/* The same attempt over and over, by threads: what is not denied but once is counted. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "probe.h"
#include "probe_attempt.h"

static struct {
	const struct attempt *attempt;
	char **words;
	atomic_bool stop;
	atomic_ulong allowed, denied, other;
} flood;

static void *flood_thread(void *unused)
{
	while (!atomic_load(&flood.stop)) {
		int r = flood.attempt->run(flood.words);

		if (r == 0)
			atomic_fetch_add(&flood.allowed, 1);
		else if (r == EPERM || r == EACCES)
			atomic_fetch_add(&flood.denied, 1);
		else
			atomic_fetch_add(&flood.other, 1);
	}
	return unused;
}

int run_flood(int n, char **words)
{
	int threads = atoi(words[0]), seconds = atoi(words[1]);
	pthread_t *ids = calloc((size_t)threads, sizeof(*ids));
	struct timespec time = {.tv_sec = seconds};

	flood.attempt = find_attempt(n - 2, words + 2);
	flood.words = words + 3;
	if (!ids || !flood.attempt)
		return USAGE;
	for (int i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, flood_thread, NULL))
			return USAGE;
	nanosleep(&time, NULL);
	atomic_store(&flood.stop, true);
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	free(ids);
	printf("allowed=%lu denied=%lu other=%lu\n", atomic_load(&flood.allowed),
	       atomic_load(&flood.denied), atomic_load(&flood.other));
	return 0;
}
