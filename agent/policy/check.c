// SPDX-License-Identifier: Apache-2.0
/* What is wrong with policies as a set, each of which is right by itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/model_names.h"
#include "policy/parse.h"
#include "util/cleanup.h"

static bool same_tier(const struct policy *a, const struct policy *b)
{
	return a->kind == b->kind && !strcmp(a->name_space, b->name_space);
}

static int twice(const struct policy *first, const struct policy *again,
		 struct diagnostics *diagnostics)
{
	return diagnostics_add(diagnostics, SEVERITY_ERROR, again->source, again->line, 1,
			       "%s \"%s%s%s\" is there already, at %s:%u; "
			       "give each a name of its own, or drop one",
			       policy_kind_names[again->kind], again->name_space,
			       *again->name_space ? "/" : "", again->name, first->source,
			       first->line);
}

int policies_check_names(const struct policy_list *policies,
			 struct diagnostics *diagnostics)
{
	int r = 0;

	for (size_t i = 1; !r && i < policies->n; i++) {
		const struct policy *a = policies->items[i - 1], *b = policies->items[i];

		if (!same_tier(a, b) || strcmp(a->name, b->name) != 0)
			continue;
		/* The sort may have put the later of one file first. */
		if (!strcmp(a->source, b->source) && a->line > b->line)
			r = twice(b, a, diagnostics);
		else
			r = twice(a, b, diagnostics);
	}
	return r;
}

static int warn_allow(const struct policy *policy, const struct policy_rule *rule,
		      struct diagnostics *diagnostics)
{
	return diagnostics_add(
		diagnostics, SEVERITY_WARNING, policy->source, rule->line, 1,
		"rule \"%s\" of %s is pointless, it allows and nothing it is decided "
		"with has \"default: deny\" in %s; an allow rule lifts no deny rule, "
		"say \"except\" there",
		rule->name, section_names[rule->section], section_names[rule->section]);
}

/* @denies: sections in which a policy that is decided together with @policy denies by
 * default. */
static int warn_allows(const struct policy *policy, const bool *denies,
		       struct diagnostics *diagnostics)
{
	int r = 0;

	for (size_t s = 0; s < SECTION_COUNT; s++) {
		const struct policy_section *section = &policy->sections[s];

		if (policy->audit_mode ? section->default_deny : denies[s])
			continue;
		for (size_t i = 0; !r && i < section->n_rules; i++)
			if (section->rules[i].action == ACTION_ALLOW &&
			    section->rules[i].enforcement != REFUSED)
				r = warn_allow(policy, &section->rules[i], diagnostics);
	}
	return r;
}

/* Policies of one tier: all of the cluster, or all of one namespace. */
static int check_tier(struct policy *const *policies, size_t n,
		      struct diagnostics *diagnostics)
{
	bool denies[SECTION_COUNT] = {false};
	int r = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t s = 0; s < SECTION_COUNT; s++)
			denies[s] = denies[s] || (!policies[i]->audit_mode &&
						  policies[i]->sections[s].default_deny);
	for (size_t i = 0; !r && i < n; i++)
		r = warn_allows(policies[i], denies, diagnostics);
	return r;
}

int policy_check(const struct policy_list *policies, struct diagnostics *diagnostics)
{
	_cleanup_(freep) struct policy **items = calloc(policies->n + 1, sizeof(*items));
	struct policy_list sorted = {items, policies->n};
	size_t n_errors = diagnostics->n_errors, last;
	int r;

	if (!items)
		return -ENOMEM;
	if (policies->n)
		memcpy(items, policies->items, policies->n * sizeof(*items));
	policy_list_sort(&sorted);
	r = policies_check_names(&sorted, diagnostics);
	for (size_t first = 0; !r && first < sorted.n; first = last) {
		for (last = first + 1; last < sorted.n; last++)
			if (!same_tier(items[first], items[last]))
				break;
		r = check_tier(items + first, last - first, diagnostics);
	}
	if (r)
		return r;
	return diagnostics->n_errors > n_errors ? -EINVAL : 0;
}
