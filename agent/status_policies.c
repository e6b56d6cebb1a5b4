// SPDX-License-Identifier: Apache-2.0
/* What the agent says of the policies: how much of each is enforced, and on how many. */
#include <string.h>

#include "policy/model_names.h"
#include "report/escape.h"
#include "status_private.h"

/* A default that denies, or that is refused, counts as a rule: it can be enforced in
 * part, too. */
static bool has_default(const struct policy_section *section)
{
	return section->present &&
	       (section->default_deny || section->default_enforcement != ENFORCED);
}

/* Of a policy that is refused as a whole nothing is in force. */
static enum enforcement enforcement_in(const struct policy *policy, enum enforcement own)
{
	return policy->enforcement == REFUSED ? REFUSED : own;
}

void status_count_rules(const struct agent *agent, uint64_t counts[REFUSED + 1])
{
	const struct policy_list *policies = policy_store_policies(agent->store);

	for (size_t i = 0; i < policies->n; i++)
		for (unsigned s = 0; s < SECTION_COUNT; s++) {
			const struct policy *policy = policies->items[i];
			const struct policy_section *section = &policy->sections[s];

			if (has_default(section))
				counts[enforcement_in(policy,
						      section->default_enforcement)]++;
			for (size_t j = 0; j < section->n_rules; j++)
				counts[enforcement_in(policy,
						      section->rules[j].enforcement)]++;
		}
}

json_t *status_errors_json(const struct agent *agent)
{
	json_t *list = diagnostics_json(policy_store_diagnostics(agent->store));
	json_t *pods = diagnostics_json(&agent->pod_diagnostics);

	json_array_extend(list, pods);
	json_decref(pods);
	if (agent->cluster)
		cluster_diagnostics(agent->cluster, list);
	return list;
}

static json_t *rule_json(const struct policy *policy, const char *section,
			 const char *name, const char *action,
			 enum enforcement enforcement, const char *open_ways)
{
	const char *state = enforcement_names[enforcement_in(policy, enforcement)];
	json_t *item = json_pack("{s:s, s:s, s:s, s:s}", "section", section, "name", name,
				 "action", action, "state", state);

	if (item && open_ways)
		json_object_set_new(item, "openWays", json_string(open_ways));
	return item;
}

static json_t *rules_json(const struct policy *policy)
{
	json_t *rules = json_array();

	for (unsigned s = 0; s < SECTION_COUNT; s++) {
		const struct policy_section *section = &policy->sections[s];

		if (has_default(section))
			json_array_append_new(
				rules, rule_json(policy, section_names[s], "default",
						 "deny", section->default_enforcement,
						 section->default_open_ways));
		for (size_t i = 0; i < section->n_rules; i++) {
			const struct policy_rule *rule = &section->rules[i];

			json_array_append_new(
				rules, rule_json(policy, section_names[rule->section],
						 rule->name, action_names[rule->action],
						 rule->enforcement, rule->open_ways));
		}
	}
	return rules;
}

static bool is_under(const struct subject *subject, const struct policy *policy)
{
	for (size_t i = 0; i < subject->policies.n; i++)
		if (subject->policies.items[i] == policy)
			return true;
	return false;
}

static json_int_t host_under(const struct agent *agent, const struct policy *policy)
{
	json_int_t n = 0;

	for (size_t i = 0; i < agent->subjects.n; i++)
		n += agent->subjects.items[i]->host &&
		     is_under(agent->subjects.items[i], policy);
	return n;
}

static json_int_t pods_under(const struct agent *agent, const struct policy *policy)
{
	json_int_t pods = 0;

	for (size_t i = 0; i < agent->pods.n; i++) {
		bool under = false;

		for (size_t j = 0; j < agent->subjects.n && !under; j++) {
			const struct subject *subject = agent->subjects.items[j];

			under = !strcmp(subject->pod_uid,
					agent->pods.items[i].cgroup_uid) &&
				is_under(subject, policy);
		}
		pods += under;
	}
	return pods;
}

static json_t *policy_json(const struct agent *agent, const struct policy *policy)
{
	json_t *item = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:o, s:i, s:o, s:I, s:I}", "kind",
		policy_kind_names[policy->kind], "namespace", policy->name_space, "name",
		policy->name, "mode", policy->audit_mode ? "audit" : "enforce", "state",
		enforcement_names[policy->enforcement], "source",
		escape_json(policy->source), "line", (int)policy->line, "rules",
		rules_json(policy), "pods", pods_under(agent, policy), "host",
		host_under(agent, policy));

	if (item && policy->open_ways)
		json_object_set_new(item, "openWays", json_string(policy->open_ways));
	return item;
}

json_t *agent_policies_json(struct agent *agent)
{
	const struct policy_list *policies = policy_store_policies(agent->store);
	json_t *items = json_array();

	for (size_t i = 0; i < policies->n; i++)
		json_array_append_new(items, policy_json(agent, policies->items[i]));
	return json_pack("{s:o, s:o}", "items", items, "errors",
			 status_errors_json(agent));
}
