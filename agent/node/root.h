/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_ROOT_H
#define LSMD_NODE_ROOT_H

/*
 * The root directory of a container, and what is below it as its processes see it.
 *
 * Everything here may wait for a file system of the container's, for ever: it is for
 * threads that can be given up (node/root_pool.h).
 */

#include <stdbool.h>
#include <stddef.h>

/**
 * root_find() - The root of a cgroup's processes.
 * @directory: open descriptor of the cgroup; where no process in it is accepted, those
 *             below it are looked at
 * @accept:    is it the container's? Negative errno from it ends the search
 * @ret_fd:    O_PATH; owned
 * @ret_pid:   whose it is
 *
 * The oldest process is asked first: a container's first process is the runtime's choice,
 * and whoever it starts may have made a root of its own.
 *
 * Return: 0; -ESRCH when no process is accepted; another negative errno.
 */
int root_find(int directory, int (*accept)(int root, int pid, void *data), void *data,
	      int *ret_fd, int *ret_pid);

/** root_is_top() - Is it the root of its whole mount namespace, not of a chroot(2)? */
bool root_is_top(int root);

/**
 * root_open() - Open what a path names for a process that has that root (O_PATH).
 * @path: absolute. Links are followed, and lead nowhere outside of the root
 *
 * Nothing is opened for reading, so that a FIFO or a device does not notice.
 *
 * Return: a descriptor, which the caller owns; -ENOENT, -ELOOP, -ENOTDIR and the like as
 * openat2(2).
 */
int root_open(int root, const char *path);

/** root_has_link() - Does a path lead through a symbolic link, its last name included?
 * Return: 1, 0, negative errno. */
int root_has_link(int root, const char *path);

/**
 * root_open_name() - Open what has a name, be it a symbolic link (O_PATH).
 * @path:           absolute; of its names none but the last may be a link
 * @ret_is_foreign: is it on another mount than the root?
 *
 * Return: a descriptor, which the caller owns; -ELOOP for a link before the last name,
 * and the like as openat2(2).
 */
int root_open_name(int root, const char *path, bool *ret_is_foreign);

/* From a visit: enough. */
#define ROOT_ENOUGH 1

/* What root_list() may be bounded by. */
struct root_bounds {
	size_t entries; /* how many are looked at */
	unsigned depth; /* directories below the first */
};

/**
 * root_list() - Visit what is below a directory, "." and ".." apart.
 * @path:  of the directory, absolute; links in it are followed, below it they are not
 * @visit: gets @path and names behind it, by which root_open() finds it; non-zero from it
 *         ends the visits
 *
 * Return: 0; -E2BIG when the bounds were reached and not all was visited; what @visit
 * returned; negative errno.
 */
int root_list(int root, const char *path, const struct root_bounds *bounds,
	      int (*visit)(const char *path, void *data), void *data);

#endif
