/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_HTTP_AGENT_FAKE_H
#define LSMD_TESTS_HTTP_AGENT_FAKE_H

/* An agent that answers as it is told. Included once by each program. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent.h"

struct agent {
	struct history *history;
	uint64_t sequence;
	bool ready;
	int error; /* of the next deny, allow and reload */
	json_t *last_request;
	char last_id[64], last_pod[64];
};

json_t *agent_status_json(struct agent *agent)
{
	return json_pack("{sb}", "ready", agent->ready);
}

json_t *agent_pods_json(struct agent *agent)
{
	(void)agent;
	return json_pack("{s[]}", "items");
}

int agent_confirm(struct agent *agent, const char *container_id, json_t **ret_answer)
{
	*ret_answer = json_pack("{ss}", "id", container_id);
	return agent->ready ? 0 : -EAGAIN;
}

json_t *agent_policies_json(struct agent *agent)
{
	(void)agent;
	return json_pack("{s[]s[]}", "items", "errors");
}

json_t *agent_denies_json(struct agent *agent)
{
	(void)agent;
	return json_pack("{s[]}", "items");
}

json_t *agent_totals_json(struct agent *agent)
{
	(void)agent;
	return NULL; /* no memory */
}

void agent_metrics(struct agent *agent, struct metrics_values *ret_values)
{
	static struct totals *totals;

	(void)agent;
	if (!totals)
		totals_new(&totals);
	*ret_values = (struct metrics_values){
		.totals = totals,
		.version = "1",
		.kernel_release = "6.1",
	};
}

const struct history *agent_history(const struct agent *agent)
{
	return agent->history;
}

bool agent_is_ready(const struct agent *agent, const char **ret_why)
{
	if (!agent->ready)
		*ret_why = "policies are being read";
	return agent->ready;
}

static int answer(struct agent *agent, char **reterr_message)
{
	if (agent->error)
		*reterr_message = strdup("it is \x1b[31mrefused; try\nanother");
	return agent->error;
}

int agent_deny(struct agent *agent, json_t *request, json_t **ret_deny,
	       char **reterr_message)
{
	json_decref(agent->last_request);
	agent->last_request = json_deep_copy(request);
	if (agent->error)
		return answer(agent, reterr_message);
	*ret_deny = json_pack("{ss}", "id", "7");
	return 0;
}

int agent_allow(struct agent *agent, const char *id, const char *pod,
		json_t **ret_removed, char **reterr_message)
{
	snprintf(agent->last_id, sizeof(agent->last_id), "%s", id ? id : "");
	snprintf(agent->last_pod, sizeof(agent->last_pod), "%s", pod ? pod : "");
	if (agent->error)
		return answer(agent, reterr_message);
	*ret_removed = json_pack("{s[]}", "items");
	return 0;
}

int agent_pause(struct agent *agent, json_t *request, json_t **ret_pause,
		char **reterr_message)
{
	json_decref(agent->last_request);
	agent->last_request = json_deep_copy(request);
	if (agent->error)
		return answer(agent, reterr_message);
	*ret_pause = json_pack("{sb}", "paused", true);
	return 0;
}

json_t *agent_resume(struct agent *agent)
{
	(void)agent;
	return json_pack("{sb}", "paused", false);
}

int agent_hand_over(struct agent *agent, char **reterr_message)
{
	return answer(agent, reterr_message);
}

int agent_reload(struct agent *agent, json_t **ret_result)
{
	*ret_result = json_pack("{si}", "policies", 3);
	return agent->error;
}

#endif
