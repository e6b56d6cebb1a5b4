/* SPDX-License-Identifier: Apache-2.0 */
/* What the agent says of itself as a whole: status, metrics, what is denied by hand. */
#include <sys/utsname.h>

#include "exempt.h"
#include "report/escape.h"
#include "status_private.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define MAX_PROGRAMS 32

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

static uint64_t resident_bytes(void)
{
	_cleanup_(fclosep) FILE *file = fopen("/proc/self/statm", "re");
	unsigned long size, resident;

	if (!file || fscanf(file, "%lu %lu", &size, &resident) != 2)
		return 0;
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static size_t failed_subjects(const struct agent *agent)
{
	size_t failed = 0;

	for (size_t i = 0; i < agent->subjects.n; i++)
		failed += subject_problem(agent->subjects.items[i]) != NULL;
	return failed;
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
		json_array_append_new(list, escape_json(agent->host_refusals[i]));
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

static json_t *rules_json(const struct agent *agent)
{
	uint64_t rules[REFUSED + 1] = {0};

	status_count_rules(agent, rules);
	return json_pack("{s:I, s:I, s:I}", "enforced", (json_int_t)rules[ENFORCED],
			 "partial", (json_int_t)rules[PARTIAL], "refused",
			 (json_int_t)rules[REFUSED]);
}

static json_t *memory_json(const struct agent *agent)
{
	return json_pack("{s:I, s:I}", "residentBytes", (json_int_t)resident_bytes(),
			 "kernelBytes", (json_int_t)enforcer_memory(agent->enforcer));
}

static json_t *records_json(const struct agent *agent)
{
	const struct state *state = enforcer_state(agent->enforcer);

	return json_pack("{s:I, s:I, s:I}", "recorded", (json_int_t)agent->sequence,
			 "dropped", (json_int_t)history_dropped(agent->history),
			 "lostCgroupEvents", (json_int_t)state->lost_cgroup_events);
}

json_t *agent_status_json(struct agent *agent)
{
	const struct state *state = enforcer_state(agent->enforcer);
	const char *why = "";
	bool ready = agent_is_ready(agent, &why);
	json_t *pause = pause_json(agent);
	struct utsname kernel;

	uname(&kernel);
	return json_pack(
		"{s:s, s:s, s:s, s:b, s:s, s:O, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o,"
		" s:o, s:o, s:o, s:{s:i, s:s}, s:{s:I, s:s}, s:b, s:o, s:o}",
		"version", LSMD_VERSION, "node", agent->options.node, "kernel",
		kernel.release, "ready", ready, "reason", ready ? "" : why, "paused",
		json_object_get(pause, "paused"), "pause", pause, "exempt",
		exempt_json(agent), "uptimeSeconds",
		(json_int_t)((clock_boot() - agent->started) / NS_PER_SECOND), "subjects",
		(json_int_t)agent->subjects.n, "pods", (json_int_t)agent->pods.n,
		"policies", (json_int_t)policy_store_policies(agent->store)->n,
		"policyErrors", status_errors_json(agent), "rules", rules_json(agent),
		"programs", programs_json(agent), "memory", memory_json(agent), "records",
		records_json(agent), "cgroup", "version", agent->cgroups.v1 ? 1 : 2,
		"root", agent->cgroups.path, "pending", "subjects",
		(json_int_t)pending_count(agent), "posture",
		pending_posture_name(agent->options.pending), "overflow",
		(int)state->overflow, "problems", problems_json(agent), "cluster",
		cluster_status_json(agent));
}

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
	status_count_rules(agent, rules);
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
