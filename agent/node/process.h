/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_PROCESS_H
#define LSMD_NODE_PROCESS_H

/* What procfs tells of a process; its number may be another's by the next call. */

#include <stdbool.h>
#include <stdint.h>

/** process_birth() - Return: 0, with the boot time of its start in clock ticks; -ESRCH.
 */
int process_birth(int pid, uint64_t *ret_ticks);

/**
 * process_is_first() - Is it the first of a pid namespace that the node's own holds?
 *
 * While that namespace lasts its first process does, thus it is as old as the container
 * that the namespace was made for. A container can make others only within.
 */
bool process_is_first(int pid);

#endif
