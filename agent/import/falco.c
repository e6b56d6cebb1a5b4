// SPDX-License-Identifier: Apache-2.0
#include "import/falco.h"

#include <errno.h>
#include <string.h>

#include "policy/model_names.h"
#include "util/cleanup.h"

static void rule_clear(struct falco_rule *rule)
{
	free(rule->name);
	free(rule->events);
	free(rule->file);
	free(rule->changed_file);
}

void falco_rules_clear(struct falco_rules *rules)
{
	for (size_t i = 0; i < rules->n; i++)
		rule_clear(&rules->items[i]);
	free(rules->items);
	*rules = (struct falco_rules){0};
}

struct falco_rule *falco_rules_find(const struct falco_rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->n; i++)
		if (!strcmp(rules->items[i].name, name))
			return &rules->items[i];
	return NULL;
}

/* --- what policies prevent */

/* The ways around a policy: those of its rules, each once. */
static json_t *open_ways(const struct policy *policy)
{
	_cleanup_(json_decrefp) json_t *ways = json_object();
	json_t *list = json_array();
	const char *way;
	json_t *value;

	for (size_t s = 0; s < SECTION_COUNT; s++)
		for (size_t i = 0; i < policy->sections[s].n_rules; i++)
			if (policy->sections[s].rules[i].open_ways)
				json_object_set_new(
					ways, policy->sections[s].rules[i].open_ways,
					json_null());
	json_object_foreach (ways, way, value)
		json_array_append_new(list, json_string(way));
	return list;
}

/* The strictest and the laxest of what a policy says. */
struct extremes {
	enum enforcement best, worst;
};

static void weigh(struct extremes *extremes, enum enforcement state)
{
	if (state < extremes->best)
		extremes->best = state;
	if (state > extremes->worst)
		extremes->worst = state;
}

/* One rule in force is in force; "enforced" only when all are, and whole. */
static enum enforcement state_of(const struct policy *policy)
{
	struct extremes extremes = {REFUSED, ENFORCED};

	for (size_t s = 0; s < SECTION_COUNT; s++) {
		const struct policy_section *section = &policy->sections[s];

		for (size_t i = 0; i < section->n_rules; i++)
			weigh(&extremes, section->rules[i].enforcement);
		if (section->default_deny)
			weigh(&extremes, section->default_enforcement);
	}
	if (extremes.best == REFUSED || policy->enforcement == REFUSED)
		return REFUSED;
	return extremes.worst == ENFORCED ? ENFORCED : PARTIAL;
}

/* An audit-mode policy prevents nothing. */
static const char *state_word(const struct policy *policy)
{
	return policy->audit_mode ? "audit" : enforcement_names[state_of(policy)];
}

static bool prevents(const struct policy *policy)
{
	return !policy->audit_mode && state_of(policy) != REFUSED;
}

static const struct policy *find_policy(const struct policy_list *policies,
					const char *rule)
{
	for (size_t i = 0; i < policies->n; i++)
		if (policies->items[i]->prevents &&
		    !strcmp(policies->items[i]->prevents, rule))
			return policies->items[i];
	return NULL;
}

/* --- the answer */

static json_t *policy_json(const struct policy *policy)
{
	return json_pack("{ss ss ss ss* so}", "name", policy->name, "source",
			 policy->source, "state", state_word(policy), "how", policy->how,
			 "openWays", open_ways(policy));
}

static json_t *changed_json(const struct falco_rule *rule)
{
	if (!rule->changed_line)
		return NULL;
	return json_pack("{ss sI}", "file", rule->changed_file, "line",
			 (json_int_t)rule->changed_line);
}

static json_t *rule_json(const struct falco_rule *rule, const struct policy *policy)
{
	return json_pack("{ss ss* ss* sb ss sI so* so*}", "rule", rule->name, "priority",
			 rule->priority, "events", rule->events, "enabled",
			 !rule->disabled, "file", rule->file, "line",
			 (json_int_t)rule->line, "changed", changed_json(rule), "policy",
			 policy ? policy_json(policy) : NULL);
}

json_t *falco_coverage(const struct falco_rules *rules,
		       const struct policy_list *policies)
{
	_cleanup_(json_decrefp) json_t *list = json_array();
	json_int_t counts[2] = {0};

	for (size_t i = 0; i < rules->n; i++) {
		const struct falco_rule *rule = &rules->items[i];
		const struct policy *policy = find_policy(policies, rule->name);
		bool prevented = policy && prevents(policy);

		if (json_array_append_new(list, rule_json(rule, policy)) < 0)
			return NULL;
		counts[prevented] += !rule->disabled;
	}
	return json_pack("{sO sI sI}", "rules", list, "prevented", counts[true], "open",
			 counts[false]);
}
