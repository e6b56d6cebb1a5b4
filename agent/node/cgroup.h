/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_CGROUP_H
#define LSMD_NODE_CGROUP_H

/*
 * The cgroup tree that decides who is a subject: cgroup v2, or v1's pids hierarchy.
 *
 * Paths of cgroups are below the hierarchy's mount, without a slash in front (one is
 * tolerated); "" is the root. They may be longer than PATH_MAX.
 */

#include <stdbool.h>
#include <stdint.h>

struct cgroup_root {
	char *path; /* of the hierarchy's mount, e.g. /sys/fs/cgroup or
		       /sys/fs/cgroup/pids */
	bool v1;
	uint32_t hierarchy; /* cgroup_root.hierarchy_id as /proc/self/cgroup shows it; v2:
			       0 */
	int fd;		    /* O_PATH of @path */
	char *shown;  /* what is mounted, as mountinfo has it: "/", or "/../.." where the
		       * agent is  in a cgroup namespace of its own */
	char *origin; /* where that namespace has its root, below @path; NULL: not known
		       */
};

enum {
	CGROUP_E_NONE = 1,  /* neither cgroup2 nor a v1 pids hierarchy is mounted */
	CGROUP_E_PROTECTED, /* is or contains something that must never be a subject */
};

/**
 * cgroup_root_open() - Find the hierarchy from /proc/self/mountinfo.
 * A cgroup2 mount with the controllers that kubelet needs, or without any v1 pids
 * hierarchy, wins; on a hybrid host (v2 mounted beside v1, with no controller or a stray
 * one) it is v1 pids, where kubelet puts containers. Of several mounts the outermost one
 * is taken. Return: 0, CGROUP_E_NONE, negative errno.
 */
int cgroup_root_open(struct cgroup_root *ret_root);
void cgroup_root_close(struct cgroup_root *root);

/**
 * cgroup_id() - Kernel id of a cgroup, which is the directory's inode number.
 * Return: 0; -ENOENT when there is none; -EINVAL for a path with "." or ".."; other
 * errno.
 */
int cgroup_id(const struct cgroup_root *root, const char *path, uint64_t *ret_id);

/**
 * cgroup_open_directory() - Open a cgroup's directory for reading.
 * Symbolic links are not followed.
 * Return: a file descriptor, which the caller owns; negative errno as cgroup_id().
 */
int cgroup_open_directory(const struct cgroup_root *root, const char *path);

/* From a visit: go on, but not below this one. */
#define CGROUP_WALK_SKIP (1 << 30)

/**
 * cgroup_walk() - Visit a cgroup and every one below, parents first.
 * @visit: CGROUP_WALK_SKIP from it leaves out what is below; other non-zero ends the
 * walk, which returns it; a cgroup that vanishes is skipped
 *
 * Takes any depth with a handful of file descriptors and no recursion.
 *
 * Return: 0; what @visit returned; -ENOENT when @path itself is not there; other errno.
 */
int cgroup_walk(const struct cgroup_root *root, const char *path,
		int (*visit)(const char *path, uint64_t id, void *data), void *data);

/** cgroup_walk_directories() - cgroup_walk() that lends an open descriptor of each
 * directory. */
int cgroup_walk_directories(const struct cgroup_root *root, const char *path,
			    int (*visit)(int directory, const char *path, uint64_t id,
					 void *data),
			    void *data);

/**
 * cgroup_of_process() - Path below the root of the cgroup that a process is in; owned.
 * Return: 0; -ESRCH when the process or its cgroup is gone; -EXDEV when the cgroup is not
 * below the root, or the agent's own cgroup namespace hides where; other errno.
 */
int cgroup_of_process(const struct cgroup_root *root, int pid, char **ret_path);

/**
 * cgroup_check_subject() - May this cgroup be a subject (DESIGN.md 11)?
 * @reterr_why: on CGROUP_E_PROTECTED, e.g. "it holds PID 1 (systemd)"; owned
 *
 * Refused: the root, and what is or contains PID 1, kubelet, containerd, dockerd, crio,
 * sshd (by their executable's name) or the agent itself. Containers' shims and monitors
 * are none of these.
 *
 * A name is anybody's to take: a container must not get free by calling its program sshd.
 * So names count only in PID 1's PID namespace and outside of pods, where no daemon of
 * the node ever is. PID 1 and the agent count everywhere.
 *
 * Return: 0, CGROUP_E_PROTECTED, negative errno.
 */
int cgroup_check_subject(const struct cgroup_root *root, const char *path,
			 char **reterr_why);

#endif
