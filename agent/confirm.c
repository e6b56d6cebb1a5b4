// SPDX-License-Identifier: Apache-2.0
/* Confirming that a container's policies are in force, for whoever waits to start it. */
#include <errno.h>
#include <string.h>

#include "agent_state.h"

static const struct subject *find(const struct agent *agent, const char *container_id)
{
	for (size_t i = 0; i < agent->subjects.n; i++)
		if (!strcmp(agent->subjects.items[i]->container_id, container_id))
			return agent->subjects.items[i];
	return NULL;
}

/* NULL: nothing. */
static const char *what_is_missing(const struct subject *subject)
{
	if (!subject)
		return "no pod's cgroup holds a container of that id";
	if (subject->pending)
		return "its pod is not known yet";
	return subject_problem(subject);
}

int agent_confirm(struct agent *agent, const char *container_id, json_t **ret_answer)
{
	const struct subject *subject = find(agent, container_id);
	const char *missing;

	/* Its cgroup is there by now; the event may be on its way. */
	if (!subject && *container_id) {
		agent_consume(agent);
		coverage_scan(agent);
		subject = find(agent, container_id);
	}
	missing = what_is_missing(subject);
	*ret_answer = json_pack("{s:s, s:b, s:s}", "id", container_id, "confirmed",
				!missing, "reason", missing ? missing : "");
	if (!*ret_answer)
		return -ENOMEM;
	return missing ? -EAGAIN : 0;
}
