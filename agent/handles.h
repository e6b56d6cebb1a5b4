/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HANDLES_H
#define LSMD_HANDLES_H

/* The agent's handles on the event loop. */

struct agent;

/**
 * handles_init() - Make them, so that they can be closed; the kernel's side is open.
 * Return: 0, negative errno.
 */
int handles_init(struct agent *agent);

/** handles_start() - Follow everything from now on. */
void handles_start(struct agent *agent);

/** handles_close() - Close those that were made, and turn the loop once. */
void handles_close(struct agent *agent);

#endif
