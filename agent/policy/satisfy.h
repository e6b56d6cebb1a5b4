/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_SATISFY_H
#define LSMD_POLICY_SATISFY_H

/* A container, or a cgroup of the host, that policies select, made up from what they ask
 * for. */

#include "policy/model.h"

/* Starts as {0}. */
struct made_up {
	char *name_space;
	char *container; /* NULL: the pod's own cgroup */
	struct labels labels, namespace_labels, node_labels;
	/* Of the host instead; NULL: a container, which the members above tell of. */
	char *cgroup;
	char *unit; /* that the cgroup is; NULL: none */
};

enum {
	SATISFY_E_NONE = 1, /* there is nothing that all of them select */
};

/**
 * satisfy_policies() - Make up a container that some policies select, all of them at
 * once.
 *
 * It has only the labels that they ask for, so that no others select it without need.
 *
 * @ret_made_up: set on success only; owned
 * Return: 0, SATISFY_E_NONE, -ENOMEM.
 */
int satisfy_policies(const struct policy *const *policies, size_t n,
		     struct made_up *ret_made_up);

/** satisfy_on_host() - The same of a unit, or a cgroup of the host. */
int satisfy_on_host(const struct policy *const *policies, size_t n,
		    struct made_up *ret_made_up);

/** made_up_selection() - The same for policy_selects(); borrowed. */
struct selection made_up_selection(const struct made_up *made_up);
void made_up_clear(struct made_up *made_up);

#endif
