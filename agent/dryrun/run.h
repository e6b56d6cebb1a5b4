/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_RUN_H
#define LSMD_DRYRUN_RUN_H

/* One dry run: a command under policies that deny nothing, and what they would have. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "dryrun/session.h"
#include "dryrun/tally.h"
#include "dryrun/user.h"
#include "policy/image.h"

struct run {
	struct tally *tally;
	struct session_counts counts;
	int status;   /* of the command, as of waitpid() */
	bool tracing; /* see session_new() */
	/* What the command left running, of which nothing is seen any more. */
	pid_t *running;
	size_t n_running;
};

struct run_options {
	struct image *image;		    /* of a dry run; NULL: no rules */
	const struct policy_list *policies; /* that it is compiled from */
	char *const *argv;
	const struct user *user; /* NULL: as this process */
};

/**
 * run_command() - Run a command, and count what policies have to say to it.
 * @ret_run:       set on success only; owned
 * @reterr_detail: on failure, one line; owned
 *
 * Returns when the command has ended. Nothing is killed then.
 *
 * Return: 0; an outcome of enforcer_open() or a negative errno when it could not run.
 */
int run_command(const struct run_options *options, struct run *ret_run,
		char **reterr_detail);
void run_clear(struct run *run);

#endif
