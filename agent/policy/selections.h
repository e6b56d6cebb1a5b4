/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_SELECTIONS_H
#define LSMD_POLICY_SELECTIONS_H

/* The containers, units and cgroups for which a change of policies may make a difference.
 */

#include "policy/model.h"
#include "policy/satisfy.h"

/* Starts as {0}. */
struct selections {
	struct made_up *items;
	size_t n;
};

/**
 * selections_of() - Make up containers, units and cgroups to compare policies by.
 * @lists:          old and new, in reason order
 * @ret_selections: set on success only; owned
 *
 * One for each policy, with the labels that it selects by, and one for each two policies
 * of a tier that can select the same container: within a tier, whatever several policies
 * say together two of them say already (a rule, and the default that it is an exception
 * from), and between the tiers the stricter holds. Containers on which the lists say the
 * same are left out.
 *
 * A selector that matches by the absence of a label selects nearly all of them; what it
 * hides of others is not looked for.
 *
 * Return: 0, -ENOMEM; a policy too large to be compiled is no error here.
 */
int selections_of(const struct policy_list lists[2], struct selections *ret_selections);
void selections_clear(struct selections *selections);

#endif
