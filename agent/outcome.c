// SPDX-License-Identifier: Apache-2.0
#include "outcome.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "policy/model_names.h"

/* All borrowed. */
struct worst {
	enum policy_state state;
	const char *reason;
	const char *section, *rule; /* that it is about; NULL: the policy as a whole */
	size_t others;		    /* rules that are no better */
};

static enum policy_state state_of(enum enforcement enforcement)
{
	static const enum policy_state states[] = {
		[ENFORCED] = POLICY_STATE_ENFORCED,
		[PARTIAL] = POLICY_STATE_PARTIAL,
		[REFUSED] = POLICY_STATE_REFUSED,
	};

	return states[enforcement];
}

static void lower(struct worst *worst, enum policy_state state, const char *reason)
{
	if (state > worst->state)
		*worst = (struct worst){.state = state, .reason = reason};
}

static void lower_by_rule(struct worst *worst, enum image_section section,
			  const char *rule, enum enforcement enforcement,
			  const char *reason)
{
	enum policy_state state = state_of(enforcement);

	if (state > worst->state)
		*worst = (struct worst){state, reason, section_names[section], rule, 0};
	else if (state == worst->state && worst->rule)
		worst->others++;
}

static void lower_by_rules(struct worst *worst, const struct policy *policy)
{
	for (unsigned s = 0; s < SECTION_COUNT; s++) {
		const struct policy_section *section = &policy->sections[s];

		lower_by_rule(worst, s, "default", section->default_enforcement,
			      section->default_open_ways);
		for (size_t i = 0; i < section->n_rules; i++)
			lower_by_rule(worst, s, section->rules[i].name,
				      section->rules[i].enforcement,
				      section->rules[i].open_ways);
	}
}

static void lower_by_subjects(struct worst *worst, const struct agent *agent,
			      const struct policy *policy)
{
	for (size_t i = 0; i < agent->subjects.n; i++) {
		const struct subject *subject = agent->subjects.items[i];

		/* What waits for a look at its root is under what it was before. */
		if (subject->problem &&
		    !identities_are_awaited(subject, &subject->policies) &&
		    force_would_select(agent, subject, policy))
			lower(worst, POLICY_STATE_REFUSED, subject->problem);
	}
}

/* "file rule secret, and 2 more: ..." Return: NULL: no memory. */
static char *name_rule(const struct worst *worst)
{
	char others[40] = "", *text;

	if (worst->others)
		snprintf(others, sizeof(others), ", and %zu more", worst->others);
	if (asprintf(&text, "%s rule %s%s: %s", worst->section, worst->rule, others,
		     worst->reason) < 0)
		return NULL;
	return text;
}

int outcome_of(const struct agent *agent, const struct policy *policy,
	       struct outcome *ret_outcome)
{
	struct worst worst = {.state = POLICY_STATE_ENFORCED};
	char *reason = NULL;

	if (!label_selector_matches(&policy->node_selector, &agent->node_labels)) {
		*ret_outcome = (struct outcome){.state = POLICY_STATE_NOT_SELECTED};
		return 0;
	}
	lower(&worst, state_of(policy->enforcement), policy->open_ways);
	lower_by_rules(&worst, policy);
	lower_by_subjects(&worst, agent, policy);
	if (worst.reason) {
		reason = worst.rule ? name_rule(&worst) : strdup(worst.reason);
		if (!reason)
			return -ENOMEM;
	}
	*ret_outcome = (struct outcome){worst.state, reason};
	return 0;
}
