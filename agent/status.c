/* SPDX-License-Identifier: Apache-2.0 */
/* What the agent says of itself: status, pods, policies, metrics. */
#include <inttypes.h>
#include <string.h>
#include <sys/utsname.h>

#include "agent_state.h"
#include "exempt.h"
#include "policy/model_names.h"
#include "report/escape.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define MAX_PROGRAMS 32

/* --- status
 * -------------------------------------------------------------------------------------
 */

static json_t *programs_json(const struct agent *agent)
{
	struct enforcer_program programs[MAX_PROGRAMS];
	size_t n = enforcer_programs(agent->enforcer, programs, MAX_PROGRAMS);
	json_t *list = json_array();

	for (size_t i = 0; i < n && i < MAX_PROGRAMS; i++)
		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:I, s:b, s:I}", "name", programs[i].name,
				  "attachTo", programs[i].attach_to, "id",
				  (json_int_t)programs[i].id, "attached",
				  (int)programs[i].attached, "verifiedInstructions",
				  (json_int_t)programs[i].verified_instructions));
	return list;
}

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

static void count_rules(const struct agent *agent, uint64_t counts[REFUSED + 1])
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

static uint64_t resident_bytes(void)
{
	_cleanup_(fclosep) FILE *file = fopen("/proc/self/statm", "re");
	unsigned long size, resident;

	if (!file || fscanf(file, "%lu %lu", &size, &resident) != 2)
		return 0;
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool is_failed(const struct subject *subject)
{
	return subject->problem || subject->uncovered;
}

static size_t failed_subjects(const struct agent *agent)
{
	size_t failed = 0;

	for (size_t i = 0; i < agent->subjects.n; i++)
		failed += is_failed(agent->subjects.items[i]);
	return failed;
}

/* The name of a file is any bytes, and a JSON text is not. */
static json_t *file_name_json(const char *name)
{
	_cleanup_(freep) char *text = escape(name);

	return text ? json_string(text) : NULL;
}

static json_t *problems_json(const struct agent *agent)
{
	const struct state *state = enforcer_state(agent->enforcer);
	size_t failed = failed_subjects(agent);
	json_t *list = json_array();

	if (agent->policies_problem)
		json_array_append_new(list, json_string(agent->policies_problem));
	cluster_status_problems(agent, list);
	if (agent->coverage_problem)
		json_array_append_new(list, json_string(agent->coverage_problem));
	pause_add_problems(agent, list);
	for (size_t i = 0; i < agent->n_host_refusals; i++)
		json_array_append_new(list, file_name_json(agent->host_refusals[i]));
	if (agent->pod_diagnostics.n_errors)
		json_array_append_new(
			list, json_string("the pods file has errors; the last good "
					  "version stays in force"));
	if (failed)
		json_array_append_new(
			list, json_sprintf("%zu subjects are not under what their "
					   "policies say; see `lsmctl pods`",
					   failed));
	if (state->overflow)
		json_array_append_new(
			list, json_string("the cgroup map was full; look-ups climb, "
					  "and cost more"));
	return list;
}

static json_t *errors_json(const struct agent *agent)
{
	json_t *list = diagnostics_json(policy_store_diagnostics(agent->store));
	json_t *pods = diagnostics_json(&agent->pod_diagnostics);

	json_array_extend(list, pods);
	json_decref(pods);
	if (agent->cluster)
		cluster_diagnostics(agent->cluster, list);
	return list;
}

json_t *agent_status_json(struct agent *agent)
{
	const struct state *state = enforcer_state(agent->enforcer);
	uint64_t rules[REFUSED + 1] = {0};
	const char *why = "";
	bool ready = agent_is_ready(agent, &why);
	struct utsname kernel;
	json_t *pause = pause_json(agent);

	uname(&kernel);
	count_rules(agent, rules);
	return json_pack(
		"{s:s, s:s, s:s, s:b, s:s, s:O, s:o, s:o, s:I, s:I, s:I, s:I, s:o, "
		"s:{s:I, "
		"s:I, "
		"s:I}, s:o,"
		" s:{s:I, s:I}, s:{s:I, s:I, s:I}, s:{s:i, s:s}, s:{s:I, s:s}, s:b, s:o, "
		"s:o}",
		"version", LSMD_VERSION, "node", agent->options.node, "kernel",
		kernel.release, "ready", ready, "reason", ready ? "" : why, "paused",
		json_object_get(pause, "paused"), "pause", pause, "exempt",
		exempt_json(agent), "uptimeSeconds",
		(json_int_t)((clock_boot() - agent->started) / NS_PER_SECOND), "subjects",
		(json_int_t)agent->subjects.n, "pods", (json_int_t)agent->pods.n,
		"policies", (json_int_t)policy_store_policies(agent->store)->n,
		"policyErrors", errors_json(agent), "rules", "enforced",
		(json_int_t)rules[ENFORCED], "partial", (json_int_t)rules[PARTIAL],
		"refused", (json_int_t)rules[REFUSED], "programs", programs_json(agent),
		"memory", "residentBytes", (json_int_t)resident_bytes(), "kernelBytes",
		(json_int_t)enforcer_memory(agent->enforcer), "records", "recorded",
		(json_int_t)agent->sequence, "dropped",
		(json_int_t)history_dropped(agent->history), "lostCgroupEvents",
		(json_int_t)state->lost_cgroup_events, "cgroup", "version",
		agent->cgroups.v1 ? 1 : 2, "root", agent->cgroups.path, "pending",
		"subjects", (json_int_t)pending_count(agent), "posture",
		pending_posture_name(agent->options.pending), "overflow",
		(int)state->overflow, "problems", problems_json(agent), "cluster",
		cluster_status_json(agent));
}

/* --- pods
 * ---------------------------------------------------------------------------------------
 */

static json_t *policy_name_json(const struct policy *policy)
{
	if (policy->kind == POLICY_CLUSTER)
		return json_sprintf("%s/%s", policy_kind_names[policy->kind],
				    policy->name);
	return json_sprintf("%s/%s/%s", policy_kind_names[policy->kind],
			    policy->name_space, policy->name);
}

static json_t *names_json(const struct policy_list *policies)
{
	json_t *list = json_array();

	for (size_t i = 0; i < policies->n; i++)
		json_array_append_new(list, policy_name_json(policies->items[i]));
	return list;
}

static const char *subject_state(const struct subject *subject)
{
	if (is_failed(subject))
		return "failed";
	if (subject->pending)
		return "pending";
	if (!subject->image)
		return "none";
	for (size_t i = 0; i < subject->policies.n; i++)
		if (!subject->policies.items[i]->audit_mode)
			return "enforced";
	return "audited";
}

static json_t *subject_json(const struct subject *subject)
{
	json_t *identities = identities_json(subject);
	json_t *item = json_pack(
		"{s:o, s:s, s:o, s:o, s:I, s:I, s:o, s:s}", "name",
		file_name_json(subject->container), "id", subject->container_id, "cgroup",
		file_name_json(subject->cgroup), "cgroupId",
		json_sprintf("%" PRIu64, subject->cgroup_id), "slot",
		(json_int_t)subject->slot, "rules",
		(json_int_t)(subject->image ? subject->image->n_rules : 0), "policies",
		names_json(&subject->policies), "state", subject_state(subject));

	if (item && is_failed(subject))
		json_object_set_new(item, "problem",
				    json_string(subject->problem ? subject->problem
								 : subject->uncovered));
	if (item && bundle_is_sandbox(subject->bundle))
		json_object_set_new(item, "sandbox", json_true());
	if (item && identities)
		json_object_set_new(item, "identities", identities);
	else
		json_decref(identities);
	return item;
}

static json_t *labels_json(const struct labels *labels)
{
	json_t *object = json_object();

	for (size_t i = 0; i < labels->n; i++)
		json_object_set_new(object, labels->items[i].key,
				    json_string(labels->items[i].value));
	return object;
}

static void add_unique(json_t *list, const struct policy_list *policies)
{
	for (size_t i = 0; i < policies->n; i++) {
		json_t *name = policy_name_json(policies->items[i]), *other;
		bool found = false;
		size_t j;

		json_array_foreach (list, j, other)
			found = found || json_equal(other, name);
		if (!found)
			json_array_append(list, name);
		json_decref(name);
	}
}

static json_t *pod_json(const struct agent *agent, const struct pod *pod)
{
	json_t *containers = json_array(), *policies = json_array();

	for (size_t i = 0; i < agent->subjects.n; i++) {
		const struct subject *subject = agent->subjects.items[i];

		if (strcmp(subject->pod_uid, pod->cgroup_uid))
			continue;
		json_array_append_new(containers, subject_json(subject));
		add_unique(policies, &subject->policies);
	}
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s*}", "namespace",
			 pod->name_space, "name", pod->name, "uid", pod->uid, "labels",
			 labels_json(&pod->labels), "containers", containers, "policies",
			 policies, "exempt", exempt_reason(agent, pod));
}

/* Of a pod that is not known there are its containers alone. */
static json_t *pending_json(const struct agent *agent)
{
	json_t *list = json_array();

	for (size_t i = 0; i < agent->subjects.n; i++) {
		const struct subject *subject = agent->subjects.items[i];
		json_t *item;

		if (!subject->pending)
			continue;
		item = subject_json(subject);
		if (item)
			json_object_set_new(item, "pod",
					    json_pack("{s:s, s:s, s:s}", "namespace",
						      subject->name_space, "name",
						      subject->pod, "uid", subject->uid));
		json_array_append_new(list, item);
	}
	return list;
}

json_t *agent_pods_json(struct agent *agent)
{
	json_t *items = json_array(), *host = json_array();

	for (size_t i = 0; i < agent->pods.n; i++)
		json_array_append_new(items, pod_json(agent, &agent->pods.items[i]));
	for (size_t i = 0; i < agent->subjects.n; i++)
		if (agent->subjects.items[i]->host)
			json_array_append_new(host,
					      subject_json(agent->subjects.items[i]));
	return json_pack("{s:o, s:o, s:o}", "items", items, "host", host, "pending",
			 pending_json(agent));
}

/* --- policies
 * ------------------------------------------------------------------------------------ */

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
		file_name_json(policy->source), "line", (int)policy->line, "rules",
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
	return json_pack("{s:o, s:o}", "items", items, "errors", errors_json(agent));
}

/* --- denials by hand, totals, metrics
 * -------------------------------------------------------------- */

json_t *agent_denies_json(struct agent *agent)
{
	json_t *items = json_array();

	for (size_t i = 0; i < agent->by_hand.n; i++)
		json_array_append_new(items, by_hand_deny_json(&agent->by_hand.items[i]));
	return json_pack("{s:o}", "items", items);
}

json_t *agent_totals_json(struct agent *agent)
{
	agent_harvest(agent);
	return json_pack("{s:o}", "items", totals_json(agent->totals));
}

void agent_metrics(struct agent *agent, struct metrics_values *ret_values)
{
	static struct utsname kernel;
	const struct state *state = enforcer_state(agent->enforcer);
	uint64_t rules[REFUSED + 1] = {0};

	agent_harvest(agent);
	uname(&kernel);
	count_rules(agent, rules);
	*ret_values = (struct metrics_values){
		.totals = agent->totals,
		.denials_recorded = agent->sequence,
		.denials_dropped_from_history = history_dropped(agent->history),
		.lost_cgroup_events = state->lost_cgroup_events,
		.subjects = agent->subjects.n,
		.subjects_failed = failed_subjects(agent),
		.subjects_pending = pending_count(agent),
		.pods = agent->pods.n,
		.policies = policy_store_policies(agent->store)->n,
		.policy_errors = policy_store_diagnostics(agent->store)->n_errors,
		.rules_partial = rules[PARTIAL],
		.rules_refused = rules[REFUSED],
		.reloads = agent->reloads,
		.reload_failures = agent->reload_failures,
		.kernel_memory_bytes = enforcer_memory(agent->enforcer),
		.resident_memory_bytes = resident_bytes(),
		.paused = pause_is_on(agent),
		.overflow = (int)state->overflow,
		.start_time = agent->start_time,
		.version = LSMD_VERSION,
		.kernel_release = kernel.release,
	};
	cluster_status_metrics(agent, ret_values);
}
