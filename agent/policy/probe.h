/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_PROBE_H
#define LSMD_POLICY_PROBE_H

#include <stdbool.h>

#include "policy/eval.h"
#include "policy/model.h"

/**
 * probe_rule() - Does a rule match an event, whatever other rules say?
 *
 * An image has only what can have an effect. So the rule is compiled alone, as one that
 * denies, and the core is asked.
 *
 * Return: 0, -E2BIG, -ENOMEM.
 */
int probe_rule(const struct policy *policy, const struct policy_rule *rule,
	       const struct eval_event *event, bool *ret_matches);

#endif
