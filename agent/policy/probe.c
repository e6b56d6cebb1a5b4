// SPDX-License-Identifier: Apache-2.0
#include "policy/probe.h"

#include "policy/diagnostic.h"
#include "policy/image.h"
#include "util/cleanup.h"

static void image_unrefp(struct image **image)
{
	image_unref(*image);
}

int probe_rule(const struct policy *policy, const struct policy_rule *rule,
	       const struct eval_event *event, bool *ret_matches)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(image_unrefp) struct image *image = NULL;
	/* Both borrow all that they refer to. */
	struct policy_rule rules[] = {*rule};
	struct policy alone = {
		.kind = policy->kind,
		.name_space = policy->name_space,
		.name = policy->name,
		.source = policy->source,
	};
	struct policy *items[] = {&alone};
	struct eval_result result;
	int r;

	rules[0].action = ACTION_DENY;
	alone.sections[rule->section] =
		(struct policy_section){.present = true, .rules = rules, .n_rules = 1};
	r = image_compile(&(struct policy_list){.items = items, .n = 1}, &diagnostics,
			  &image);
	if (r < 0)
		return r;
	eval(image, event, &result);
	*ret_matches = result.decision.verdict != VERDICT_ALLOW;
	return 0;
}
