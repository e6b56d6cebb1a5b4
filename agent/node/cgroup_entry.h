/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_CGROUP_ENTRY_H
#define LSMD_NODE_CGROUP_ENTRY_H

/* The line of /proc/PID/cgroup that is the hierarchy's, and what its path means
 * (cgroups(7)). */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct cgroup_entry {
	uint32_t hierarchy;
	char *path; /* seen from the reader's cgroup namespace; owned */
};

/**
 * cgroup_entry_read() - Find the line of cgroup2, or of v1's pids controller.
 * Return: 0; -ENOENT when there is none; -ESRCH when the process went; -ENOMEM.
 */
int cgroup_entry_read(FILE *file, bool v1, struct cgroup_entry *ret_entry);

/**
 * cgroup_entry_resolve() - The path of a cgroup below the mount.
 * @path:   as /proc/PID/cgroup has it
 * @shown:  what is mounted, as mountinfo has it
 * @origin: where the namespace that both are seen from has its root, below the mount;
 * NULL: not known, needed only when @shown is above that root
 *
 * Return: 0; -EXDEV when it is not below the mount or cannot be told; -ENOMEM.
 */
int cgroup_entry_resolve(const char *path, const char *shown, const char *origin,
			 char **ret_path);

#endif
