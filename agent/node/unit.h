/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_UNIT_H
#define LSMD_NODE_UNIT_H

/* Which of systemd's units a cgroup is, from its path. */

#include <stdbool.h>

#define UNIT_NAME_SIZE 256 /* UNIT_NAME_MAX of systemd, with the NUL */

enum {
	UNIT_E_NONE = 1, /* the path is no unit's own cgroup */
};

/**
 * unit_of_cgroup() - Read the system manager's naming (systemd.slice(5)).
 * @path: below the hierarchy's root, without a "/" in front
 *
 * "system.slice/web.service": a service, a scope or a slice, with nothing but slices
 * above. What a unit or its user makes below may bear any name and is none, the units of
 * a user's own manager too.
 *
 * Return: 0, UNIT_E_NONE.
 */
int unit_of_cgroup(const char *path, char ret_name[UNIT_NAME_SIZE]);

/**
 * unit_is_protected() - Is this one that the node cannot live without?
 *
 * By its name, for when no process is in it yet: PID 1's, kubelet's, the runtimes',
 * sshd's with the sessions that it opens, lsmd's.
 */
bool unit_is_protected(const char *name);

#endif
