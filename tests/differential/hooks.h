/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_DIFFERENTIAL_HOOKS_H
#define LSMD_TESTS_DIFFERENTIAL_HOOKS_H

/*
 * Events that happen: a worker in the subject does what was drawn, once while nothing is
 * in force and once under the policies.
 */

#include <sys/types.h>

#include "drawn.h"

#define HOOKS_EVENTS  32
#define HOOKS_PROGRAM "/opt/differential-hooks" /* what acts */
#define HOOKS_NOTHING "/opt/nothing"		/* what is executed, by other names */

/* An event, and what the worker needs to know to do it. */
struct hooks_event {
	struct drawn_event drawn;
	bool from_memory; /* exec: of a memfd */
	int code;	  /* 0, the errno of the call, or -SIGKILL */
};

/* In memory that the worker has, too. */
struct hooks_shared {
	struct hooks_event events[HOOKS_EVENTS];
};

/** world_make() - The files that events are about. */
void world_make(void);
/** world_policies() - Take out of policies what the worker cannot bring about. */
void world_policies(struct random *random, struct drawn_policies *policies);
/** world_event() - Draw something that the worker can do. */
void world_event(struct random *random, const struct drawn_policies *policies,
		 struct hooks_event *ret_event);

struct worker;

/** worker_start() - Start the worker, in a cgroup. Failing ends the test. */
struct worker *worker_start(const char *cgroup);
struct hooks_shared *worker_shared(struct worker *worker);
/** worker_prepare() - Make the sockets that events take, before anyone may deny them. */
void worker_prepare(struct worker *worker);
/** worker_do() - Do the event @i. Its code is in the shared memory then. */
void worker_do(struct worker *worker, unsigned i);
void worker_stop(struct worker *worker);

/** worker_run() - The worker itself. Return: its exit status. */
int worker_run(void);

#endif
