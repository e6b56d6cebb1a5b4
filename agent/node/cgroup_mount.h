/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_CGROUP_MOUNT_H
#define LSMD_NODE_CGROUP_MOUNT_H

/* Mounts of cgroup hierarchies that subjects could be in, as mountinfo tells (proc(5)).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* A mount of cgroup2, or of the v1 hierarchy that has the pids controller. */
struct cgroup_mount {
	char *shown; /* what of the hierarchy is mounted, seen from the reader's cgroup
			namespace */
	char *path;  /* where */
	dev_t device;
	bool v1;

	/* Not from the text: set by whoever opened the mount. */
	bool reachable;
	bool has_controllers; /* v2: those that kubelet cannot do without */
	uint64_t id;	      /* of its directory */
};

struct cgroup_mounts {
	struct cgroup_mount *items;
	size_t n;
};

/**
 * cgroup_mounts_read() - Collect the mounts in a mountinfo text.
 * Of several at one path only the last counts: it hides the others.
 * Return: 0, -ENOMEM, -EIO. Lines that are not as proc(5) says are passed over.
 */
int cgroup_mounts_read(FILE *mountinfo, struct cgroup_mounts *ret_mounts);
void cgroup_mounts_clear(struct cgroup_mounts *mounts);

/**
 * cgroup_mounts_choose() - The one that kubelet puts containers in; NULL when there is
 * none.
 *
 * Of several mounts of it the outermost: a cgroup is made after its parent, and ids of
 * kernfs only grow, so that is the one with the lowest id.
 */
const struct cgroup_mount *cgroup_mounts_choose(const struct cgroup_mounts *mounts);

/** cgroup_list_has() - Is @word in a list, as the kernel writes controllers? Changes
 * @list. */
bool cgroup_list_has(char *list, const char *separators, const char *word);

#endif
