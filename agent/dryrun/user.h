/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_USER_H
#define LSMD_DRYRUN_USER_H

/* The user that a command runs as: a dry run needs root, and a test suite should not. */

#include <stddef.h>
#include <sys/types.h>

struct user {
	char *name, *home;
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	size_t n_groups;
};

/**
 * user_find() - Look a user up, by name or number.
 * @ret_user: set on success only; owned
 * Return: 0, -ENOENT when there is none, another negative errno.
 */
int user_find(const char *name, struct user *ret_user);
void user_clear(struct user *user);

/**
 * user_become() - Be this user from here on, with HOME, USER and LOGNAME as at a login.
 *
 * System calls and the environment only: fit for a child before it executes.
 *
 * Return: 0, negative errno.
 */
int user_become(const struct user *user);

#endif
