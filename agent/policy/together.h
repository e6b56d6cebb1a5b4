/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_TOGETHER_H
#define LSMD_POLICY_TOGETHER_H

#include "policy/diagnostic.h"
#include "policy/model.h"

/**
 * policies_check_together() - Can what selects one container be in force together?
 * @policies: in reason order
 *
 * For each policy a container is made up that it selects, and all that select that one
 * are compiled. A policy that passes a limit alone is not told of.
 *
 * Return: 0, with an error in @diagnostics for each set that passes a limit; -ENOMEM.
 */
int policies_check_together(const struct policy_list *policies,
			    struct diagnostics *diagnostics);

#endif
