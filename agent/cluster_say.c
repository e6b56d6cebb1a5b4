/* SPDX-License-Identifier: Apache-2.0 */
/* What status, readiness and metrics say of the API server. */
#include "agent_state.h"

json_t *cluster_status_json(const struct agent *agent)
{
	return agent->cluster ? cluster_json(agent->cluster) : json_null();
}

void cluster_status_problems(const struct agent *agent, json_t *list)
{
	size_t hidden = policy_store_hidden(agent->store);

	if (agent->cluster)
		cluster_problems(agent->cluster, list);
	if (agent->taint && taint_problem(agent->taint))
		json_array_append_new(list, json_string(taint_problem(agent->taint)));
	cluster_tell_problems(agent, list);
	if (hidden)
		json_array_append_new(
			list, json_sprintf("%zu policy objects are not in force: files "
					   "in %s have policies of the same names",
					   hidden, agent->options.policies));
}

void cluster_status_metrics(const struct agent *agent, struct metrics_values *values)
{
	const struct kube_traffic *traffic =
		agent->cluster ? cluster_traffic(agent->cluster) : NULL;

	values->event_times = &agent->event_times;
	cluster_tell_metrics(agent, values);
	if (!agent->cluster)
		return;
	cluster_numbers(agent->cluster, values->kinds);
	values->n_kinds = CLUSTER_KINDS;
	values->policy_errors += cluster_errors(agent->cluster);
	if (!traffic)
		return;
	values->api_requests = traffic->requests;
	values->api_bytes = traffic->bytes;
}
