/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_JUDGEMENT_UNMET_H
#define LSMD_POLICY_JUDGEMENT_UNMET_H

/* Rules whose object an event is about, and whose conditions do not hold. Used by
 * judgement_match.c alone. */

#include "policy/eval.h"
#include "policy/model.h"

/**
 * unmet_find() - What of a rule does not hold of an event, that holds of its object?
 * @rule:      one that does not match the event, or an allow rule
 * @ret_unmet: owned; NULL: the rule is not about the object, or all of it holds
 * Return: 0, -E2BIG, -ENOMEM.
 */
int unmet_find(const struct policy *policy, const struct policy_rule *rule,
	       const struct eval_event *event, char **ret_unmet);

#endif
