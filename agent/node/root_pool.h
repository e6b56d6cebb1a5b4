/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_ROOT_POOL_H
#define LSMD_NODE_ROOT_POOL_H

/*
 * A few threads for what may never end: looking into the file systems of containers,
 * which a container may serve itself (FUSE). A task that does not end in time is given
 * up, and another thread takes the place of the one that hangs in it, within a bound.
 */

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct root_pool;

/**
 * struct root_task - Something to do.
 * @run:  in a thread of the pool. May hang; must touch nothing that another thread owns
 * @done: in the loop's thread, once: 0, when @run has ended; -ETIMEDOUT when it is given
 *        up, still running; -EBUSY when too many hang for it to be begun; -ECANCELED
 *        when the pool ends before that
 * @free: in the loop's thread, after @done and @run have ended: nobody uses it any more
 *
 * A task that is running when the pool ends is left to its thread: neither comes.
 */
struct root_task {
	void (*run)(struct root_task *task);
	void (*done)(struct root_task *task, int status);
	void (*free)(struct root_task *task);

	/* The pool's. */
	struct root_task *next;
	uint64_t deadline; /* CLOCK_BOOTTIME, ns */
	int state;
};

struct root_pool_options {
	unsigned workers;  /* that wait or work */
	unsigned hung;	   /* that may hang besides */
	uint64_t deadline; /* ns that a task may run */
};

/** root_pool_new() - @loop: its thread is the caller of all below. Return: 0, -errno. */
int root_pool_new(uv_loop_t *loop, const struct root_pool_options *options,
		  struct root_pool **ret_pool);

/** root_pool_free() - Ends at the loop's next turn; hung threads are left alone. Return:
 * NULL. */
struct root_pool *root_pool_free(struct root_pool *pool);

/** root_pool_submit() - The task is the pool's until its @free. */
void root_pool_submit(struct root_pool *pool, struct root_task *task);

/** root_pool_hung() - Threads that hang now. */
size_t root_pool_hung(struct root_pool *pool);

/** root_pool_given_up() - Tasks given up since the start. */
uint64_t root_pool_given_up(const struct root_pool *pool);

#endif
