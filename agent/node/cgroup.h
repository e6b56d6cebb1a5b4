/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_CGROUP_H
#define LSMD_NODE_CGROUP_H

/* The cgroup tree that decides who is a subject: cgroup v2, or v1's pids hierarchy. */

#include <stdbool.h>
#include <stdint.h>

struct cgroup_root {
	char *path; /* of the hierarchy's mount, e.g. /sys/fs/cgroup or /sys/fs/cgroup/pids */
	bool v1;
	uint32_t hierarchy; /* cgroup_root.hierarchy_id as /proc/self/cgroup shows it; v2: 0 */
	int fd;             /* O_PATH of @path */
};

enum {
	CGROUP_E_NONE = 1, /* neither cgroup2 nor a v1 pids hierarchy is mounted */
	CGROUP_E_PROTECTED, /* is or contains something that must never be a subject */
};

/**
 * cgroup_root_open() - Find the hierarchy from /proc/self/mountinfo.
 * A cgroup2 mount with controllers or without any v1 pids hierarchy wins; on a hybrid host
 * (v2 mounted without controllers beside v1) it is v1 pids, where kubelet puts containers.
 * Return: 0, CGROUP_E_NONE, negative errno.
 */
int cgroup_root_open(struct cgroup_root *ret_root);
void cgroup_root_close(struct cgroup_root *root);

/** cgroup_id() - Kernel id of a cgroup. @path: below the root, "" is the root. Return: 0, -errno. */
int cgroup_id(const struct cgroup_root *root, const char *path, uint64_t *ret_id);

/**
 * cgroup_walk() - Visit a cgroup and every one below, parents first.
 * @visit: non-zero from it ends the walk, which returns it; a cgroup that vanishes is skipped
 */
int cgroup_walk(const struct cgroup_root *root, const char *path,
		int (*visit)(const char *path, uint64_t id, void *data), void *data);

/** cgroup_of_process() - Path below the root of the cgroup that a process is in; owned. */
int cgroup_of_process(const struct cgroup_root *root, int pid, char **ret_path);

/**
 * cgroup_check_subject() - May this cgroup be a subject (DESIGN.md 11)?
 * @reterr_why: on CGROUP_E_PROTECTED, e.g. "it holds PID 1 (systemd)"; owned
 *
 * Refused: the root, and what is or contains PID 1, kubelet, containerd, dockerd, crio, sshd
 * (by their executable's name) or the agent itself.
 *
 * Return: 0, CGROUP_E_PROTECTED, negative errno.
 */
int cgroup_check_subject(const struct cgroup_root *root, const char *path, char **reterr_why);

#endif
