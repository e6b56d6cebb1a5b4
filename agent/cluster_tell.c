/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this node tells the cluster: what has become of each policy (kube/rollout.h), and,
 * where that is asked for, Events on pods for denials (kube/pod_events.h).
 */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "agent_state.h"
#include "kube/pod_events.h"
#include "kube/rollout.h"
#include "outcome.h"
#include "report/denial.h"
#include "util/cleanup.h"
#include "util/explain.h"

/* --- the report -----------------------------------------------------------------------
 */

struct teller {
	const struct agent *agent;
	struct node_report *report;
	enum policy_kind kind;
};

/* An object's own policy, and not a file's of the same name. */
static const struct policy *policy_of(const struct teller *teller, const char *name_space,
				      const char *name)
{
	const struct policy_list *policies = policy_store_objects(teller->agent->store);

	for (size_t i = 0; i < policies->n; i++) {
		const struct policy *policy = policies->items[i];

		if (policy->kind == teller->kind && !strcmp(policy->name, name) &&
		    !strcmp(policy->name_space, name_space))
			return policy;
	}
	return NULL;
}

static int add_policy(void *data, const json_t *object, const char *problem)
{
	const struct teller *teller = data;
	const json_t *metadata = json_object_get(object, "metadata");
	const char *name_space =
		json_string_value(json_object_get(metadata, "namespace"));
	const char *name = json_string_value(json_object_get(metadata, "name"));
	const char *uid = json_string_value(json_object_get(metadata, "uid"));
	const json_t *generation = json_object_get(metadata, "generation");
	const struct policy *policy =
		policy_of(teller, name_space ? name_space : "", name);
	struct outcome outcome = {POLICY_STATE_REFUSED, NULL};
	int r = 0;

	if (problem || !policy)
		explain(&outcome.reason, "%s",
			problem ? problem
				: "a file on the node has a policy of this name");
	else
		r = outcome_of(teller->agent, policy, &outcome);
	if (r == 0)
		r = node_report_add(teller->report, name_space, name,
				    (uint64_t)json_integer_value(generation),
				    uid ? uid : "", outcome.state, outcome.reason);
	free(outcome.reason);
	return r;
}

static int copy_text(const char *from, char **place)
{
	*place = from ? strdup(from) : NULL;
	return from && !*place ? -ENOMEM : 0;
}

static int fill(const struct agent *agent, struct node_report *report)
{
	struct teller teller = {agent, report, POLICY_NAMESPACED};
	struct utsname kernel;
	int r;

	uname(&kernel);
	r = copy_text(kernel.release, &report->kernel);
	if (r == 0)
		r = copy_text(agent->node_uid, &report->node_uid);
	if (r == 0)
		r = cluster_visit(agent->cluster, CLUSTER_POLICIES, add_policy, &teller);
	teller.kind = POLICY_CLUSTER;
	if (r == 0)
		r = cluster_visit(agent->cluster, CLUSTER_CLUSTER_POLICIES, add_policy,
				  &teller);
	return r;
}

static int open_rollout(struct agent *agent)
{
	const struct rollout_options options = {
		.node = agent->options.node,
		.lease_namespace = agent->options.name_space,
	};

	if (agent->rollout)
		return 0;
	return rollout_new(agent->loop, cluster_api(agent->cluster), &options,
			   &agent->rollout);
}

static int open_events(struct agent *agent)
{
	const struct pod_events_options options = {.node = agent->options.node};

	if (agent->pod_events || !agent->options.events)
		return 0;
	return pod_events_new(agent->loop, cluster_api(agent->cluster), &options,
			      &agent->pod_events);
}

/* What could not be put in force, or can be by now, is not the API server's doing. */
static bool failures_have_changed(struct agent *agent)
{
	size_t failed = 0, before = agent->told_failed;

	for (size_t i = 0; i < agent->subjects.n; i++)
		failed += agent->subjects.items[i]->problem != NULL;
	agent->told_failed = failed;
	return failed != before;
}

void cluster_tell(struct agent *agent)
{
	struct node_report report = {0};

	if (!agent->ready || !agent->cluster || !cluster_api(agent->cluster))
		return;
	agent->untold |= failures_have_changed(agent);
	if (open_events(agent) < 0 || !agent->untold ||
	    !cluster_is_synced(agent->cluster, CLUSTER_POLICIES) ||
	    !cluster_is_synced(agent->cluster, CLUSTER_CLUSTER_POLICIES))
		return;
	if (open_rollout(agent) == 0 && fill(agent, &report) == 0 &&
	    rollout_report(agent->rollout, &report) == 0)
		agent->untold = false;
	node_report_clear(&report);
}

void cluster_tell_denial(struct agent *agent, const struct denial *denial)
{
	_cleanup_(json_decrefp) json_t *json = NULL;

	if (!agent->pod_events)
		return;
	json = denial_json(denial);
	if (json)
		pod_events_add(agent->pod_events, json);
}

void cluster_tell_problems(const struct agent *agent, json_t *list)
{
	struct rollout_counts counts = {0};

	if (agent->rollout)
		rollout_counts(agent->rollout, &counts);
	if (counts.problem)
		json_array_append_new(
			list, json_sprintf("what has become of policies here is not told "
					   "to the cluster: %s",
					   counts.problem));
}

void cluster_tell_metrics(const struct agent *agent, struct metrics_values *values)
{
	struct rollout_counts counts = {0};

	if (agent->rollout)
		rollout_counts(agent->rollout, &counts);
	values->reports_written = counts.reports_written;
	values->report_failures = counts.failures;
	values->leads = counts.is_leader;
	if (!agent->pod_events)
		return;
	values->pod_events = pod_events_counts(agent->pod_events)->written;
	values->pod_events_dropped = pod_events_counts(agent->pod_events)->dropped;
}

void cluster_tell_end(struct agent *agent)
{
	if (agent->rollout)
		rollout_resign(agent->rollout);
	agent->rollout = rollout_free(agent->rollout);
	agent->pod_events = pod_events_free(agent->pod_events);
	free(agent->node_uid);
}
