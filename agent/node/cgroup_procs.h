/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_CGROUP_PROCS_H
#define LSMD_NODE_CGROUP_PROCS_H

/* The processes in one cgroup. */

/**
 * cgroup_procs() - Visit the processes in a cgroup, not those below it.
 * @directory: open descriptor of the cgroup
 * @visit: gets a PID, 0 for a process that the reader's PID namespace does not show;
 * non-zero from it ends the visits, which return it
 *
 * In a threaded cgroup (cgroups(7)), whose processes are listed at the domain above, it
 * gets the threads instead; /proc knows them as well.
 *
 * Return: 0, also for a cgroup that is gone; what @visit returned; negative errno.
 */
int cgroup_procs(int directory, int (*visit)(int pid, void *data), void *data);

#endif
