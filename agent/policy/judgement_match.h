/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_JUDGEMENT_MATCH_H
#define LSMD_POLICY_JUDGEMENT_MATCH_H

/* The rules that an event matches, and why those that do not decide make no difference.
 * Used by judgement.c alone. */

#include <stddef.h>

#include "policy/eval.h"
#include "policy/image.h"
#include "policy/model.h"

struct match {
	const struct policy *policy;
	const struct policy_rule *rule; /* NULL: the section's default */
	char *unmet; /* of a rule that is about the object: what of it does not hold;
			NULL: all does */
};

/* Starts as {0}. */
struct matches {
	struct match *items;
	size_t n;
};

/** matches_find() - All that match, or would, defaults too, in reason order. Return: 0,
 * -E2BIG, -ENOMEM. */
int matches_find(const struct policy_list *policies, const struct eval_event *event,
		 struct matches *matches);
void matches_clear(struct matches *matches);

/** match_is() - Is it the rule that an image describes? */
bool match_is(const struct match *match, const struct image_rule_info *info);

/**
 * match_why() - Why does it make no difference?
 * @ruling: what decides for it: the event's decision, or for a policy in audit mode its
 * own report; NULL: nothing denies Return: owned; NULL: no memory.
 */
char *match_why(const struct match *match, const struct matches *matches,
		const struct image_rule_info *ruling);

#endif
