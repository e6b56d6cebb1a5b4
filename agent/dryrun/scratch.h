/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_SCRATCH_H
#define LSMD_DRYRUN_SCRATCH_H

/* The cgroup of one dry run, below the one that it was started in. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "node/cgroup.h"

#define SCRATCH_PREFIX "lsmctl-dry-run-"

struct scratch {
	struct cgroup_root root;
	char *path;   /* below the root */
	uint64_t id;  /* 0: not made */
	int procs_fd; /* writing "0" joins */
};

/**
 * scratch_open() - Make the cgroup.
 *
 * What a run that was killed left beside it is removed, if nothing runs there any more.
 *
 * @reterr_detail: on failure, one line on what failed and what to do; owned
 * Return: 0, negative errno.
 */
int scratch_open(struct scratch *ret_scratch, char **reterr_detail);

/** scratch_members() - The processes in it and below; owned. Return: 0, negative errno.
 */
int scratch_members(const struct scratch *scratch, pid_t **ret_pids, size_t *ret_n);

/**
 * scratch_close() - Give what still runs back to the cgroup above, and remove it.
 * A cgroup that somebody else holds on to stays.
 */
void scratch_close(struct scratch *scratch);

#endif
