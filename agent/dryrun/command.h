/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_COMMAND_H
#define LSMD_DRYRUN_COMMAND_H

/* The command of a dry run: a child in a cgroup of its own, which gets the signals that
 * are meant for it. */

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "dryrun/user.h"

struct command_child {
	pid_t pid;	 /* -1: none */
	int signal_fd;	 /* readable when command_turn() is to be called */
	sigset_t before; /* the signal mask that the child gets */
	int status;	 /* as of waitpid(), once it has ended */
};

/**
 * command_start() - Start it, its descriptors 0 to 2 being ours.
 * @argv:     found in PATH
 * @procs_fd: of the cgroup that it joins before it is executed
 * @user:     whom it runs as; NULL: as this process
 *
 * From here on the signals that end a program, and a few that programs make use of, are
 * passed on instead of being acted on.
 *
 * Return: 0; the negative errno of the exec; another negative errno.
 */
int command_start(char *const argv[], int procs_fd, const struct user *user,
		  struct command_child *ret_child);

/**
 * command_turn() - Take the signals that wait.
 * Return: 1 when the command has ended, 0 when it runs, negative errno.
 */
int command_turn(struct command_child *child);

void command_clear(struct command_child *child);

#endif
