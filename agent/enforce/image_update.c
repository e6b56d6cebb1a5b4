// SPDX-License-Identifier: Apache-2.0
#include "enforce/image_update.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "enforce/map_info.h"
#include "util/cleanup.h"

/* Threads that wait at a time, most of them for the same grace period. Beyond, the
 * caller waits itself. */
#define THREADS_MAX 32

/* The call needs next to none. */
#define STACK_BYTES ((size_t)PTHREAD_STACK_MIN + (64U << 10))

#define RUNNING	    1

struct update {
	int outer, inner; /* own descriptors; inner -1: delete */
	uint32_t index;
	atomic_int result; /* RUNNING, then 0 or a negative errno */
	atomic_int references;
};

static atomic_int threads;

static int change(int outer, uint32_t index, int inner)
{
	int r = inner < 0 ? bpf_map_delete_elem(outer, &index)
			  : bpf_map_update_elem(outer, &index, &inner, BPF_ANY);

	return inner < 0 && r == -ENOENT ? 0 : r;
}

static struct update *update_unref(struct update *update)
{
	if (!update || atomic_fetch_sub(&update->references, 1) > 1)
		return NULL;
	closep(&update->outer);
	closep(&update->inner);
	free(update);
	return NULL;
}

static int duplicate(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

/* NULL: no memory, or no descriptor. */
static struct update *update_new(int outer, uint32_t index, int inner)
{
	struct update *update = calloc(1, sizeof(*update));

	if (!update)
		return NULL;
	update->outer = duplicate(outer);
	update->inner = inner < 0 ? -1 : duplicate(inner);
	update->index = index;
	atomic_init(&update->result, RUNNING);
	atomic_init(&update->references, 1);
	if (update->outer < 0 || (inner >= 0 && update->inner < 0))
		return update_unref(update);
	return update;
}

static void *run(void *data)
{
	struct update *update = data;

	atomic_store(&update->result,
		     change(update->outer, update->index, update->inner));
	update_unref(update);
	atomic_fetch_sub(&threads, 1);
	return NULL;
}

static int start(struct update *update)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int r = pthread_attr_init(&attributes);

	if (r)
		return -r;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	atomic_fetch_add(&update->references, 1);
	atomic_fetch_add(&threads, 1);
	r = pthread_create(&thread, &attributes, run, update);
	pthread_attr_destroy(&attributes);
	if (r) {
		atomic_fetch_sub(&threads, 1);
		update_unref(update);
	}
	return -r;
}

/* @id: of the inner map; 0: it is deleted. */
static bool is_done(const struct update *update, uint32_t id)
{
	uint32_t found = 0;
	int r = bpf_map_lookup_elem(update->outer, &update->index, &found);

	return id ? r == 0 && found == id : r == -ENOENT;
}

static int watch(struct update *update, uint32_t id)
{
	int r;

	while ((r = atomic_load(&update->result)) == RUNNING) {
		if (is_done(update, id))
			return 0;
		sched_yield();
	}
	return r;
}

int image_update(int outer, uint32_t index, int inner)
{
	struct bpf_map_info info = {0};
	struct update *update = NULL;
	int r;

	if (atomic_load(&threads) < THREADS_MAX &&
	    (inner < 0 || map_info(inner, &info) == 0))
		update = update_new(outer, index, inner);
	/* Nothing is left to a thread that could not be told from being done: it might
	 * come late, over a later change. */
	if (update && is_done(update, info.id)) {
		update_unref(update);
		return 0;
	}
	if (!update || start(update) < 0) {
		update_unref(update);
		return change(outer, index, inner);
	}
	r = watch(update, info.id);
	update_unref(update);
	return r;
}
