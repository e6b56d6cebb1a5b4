/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_OPENING_H
#define LSMD_OPENING_H

/*
 * What has to be there before the agent can enforce, in the order of these functions:
 * whatever can be wrong without the kernel being touched comes first. What is opened is
 * in struct agent, also where a later step failed; agent_free() closes it.
 *
 * @reterr_message: one line that says what failed and what to do; owned
 */

struct agent;

/** opening_cgroups() - Find the cgroup tree. Return: 0, negative errno, CGROUP_E_*. */
int opening_cgroups(struct agent *agent, char **reterr_message);

/**
 * opening_files() - The cgroup tree, and everything that is read: policies, pods, what is
 * kept of the cluster, denials by hand, pauses.
 * Return: 0, negative errno, CGROUP_E_*.
 */
int opening_files(struct agent *agent, char **reterr_message);

/**
 * opening_socket() - Take the socket and the port; one that is in force from the boot on
 * is asked to go, and waited for. Nothing is served before the loop runs. Return: 0,
 * negative errno.
 */
int opening_socket(struct agent *agent, char **reterr_message);

/**
 * opening_kernel() - Load the programs or adopt those that are there, and see them deny.
 * A first start that does not enforce leaves nothing behind.
 * Return: 0, negative errno, ENFORCER_E_*.
 */
int opening_kernel(struct agent *agent, char **reterr_message);

#endif
