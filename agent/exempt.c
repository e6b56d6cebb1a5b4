// SPDX-License-Identifier: Apache-2.0
#include "exempt.h"

#include <errno.h>
#include <string.h>

#include "agent_state.h"

int exempt_find_own_pod(struct agent *agent)
{
	int r = own_pod_find(&agent->cgroups, agent->own_pod);

	/* A hierarchy that does not show the agent has no pod of its own either. */
	return r == -ENOMEM ? r : 0;
}

bool exempt_is_own_pod(const struct agent *agent, const struct pod *pod)
{
	return *agent->own_pod && !strcmp(agent->own_pod, pod->cgroup_uid);
}

const char *exempt_reason(const struct agent *agent, const struct pod *pod)
{
	const struct agent_options *options = &agent->options;

	if (exempt_is_own_pod(agent, pod))
		return "lsmd runs in it";
	if (namespace_is_exempt(pod->name_space, options->exempt_namespaces,
				options->n_exempt_namespaces))
		return "its namespace is selected by name alone";
	return NULL;
}

json_t *exempt_json(const struct agent *agent)
{
	const struct agent_options *options = &agent->options;
	json_t *namespaces = json_pack("[s]", NAMESPACE_SYSTEM);
	json_int_t pods = 0;

	for (size_t i = 0; i < options->n_exempt_namespaces; i++)
		json_array_append_new(namespaces,
				      json_string(options->exempt_namespaces[i]));
	for (size_t i = 0; i < agent->pods.n; i++)
		pods += exempt_reason(agent, &agent->pods.items[i]) != NULL;
	return json_pack("{s:o, s:I}", "namespaces", namespaces, "pods", pods);
}
