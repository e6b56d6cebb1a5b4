/* SPDX-License-Identifier: Apache-2.0 */
/* What comes from the kernel: denials into the history, counters into the totals. */
#include <string.h>

#include "agent_state.h"
#include "policy/model_names.h"
#include "report/denial.h"
#include "util/cleanup.h"

/* Containers start in bursts; one scan serves a burst. */
#define SCAN_DELAY_MS 2

static void on_denial(const struct denial_event *event, const struct image *image,
		      void *data)
{
	struct agent *agent = data;
	struct subject *subject = subject_table_of_slot(&agent->subjects, event->slot);
	const struct denial_subject who = {
		.node = agent->options.node,
		.name_space = subject ? subject->name_space : "",
		.pod = subject ? subject->pod : "",
		.pod_uid = subject ? subject->uid : "",
		.container = subject ? subject->container : "",
		.container_id = subject ? subject->container_id : "",
		.cgroup = subject ? subject->cgroup : "",
	};
	struct denial *denial;

	if (denial_new(event, sizeof(*event) + event->size, image, &who,
		       agent->sequence + 1, &denial) < 0)
		return;
	if (subject)
		identities_suspect(agent->identities, subject);
	agent->sequence++;
	history_add(agent->history, denial);
	cluster_tell_denial(agent, denial);
	denial_unref(denial);
}

static void on_cgroup(const struct cgroup_event *event, void *data)
{
	struct agent *agent = data;

	(void)event;
	if (!uv_is_active((uv_handle_t *)&agent->scan_soon))
		uv_timer_start(&agent->scan_soon, agent->scan_soon.timer_cb,
			       SCAN_DELAY_MS, 0);
}

void agent_consume(struct agent *agent)
{
	const struct enforcer_events handlers = {
		.denial = on_denial, .cgroup = on_cgroup, .data = agent};
	uint64_t before = agent->sequence;

	enforcer_consume(agent->enforcer, &handlers);
	if (agent->sequence != before && agent->http)
		http_server_denials_added(agent->http);
}

static void on_gain(uint32_t slot, const struct image *image, uint32_t counter,
		    uint32_t rule, uint64_t count, void *data)
{
	static const char *const fixed[] = {
		[COUNTER_UNRECORDED] = "unrecorded",
		[COUNTER_ENTERING] = "entering",
		[COUNTER_PAUSED] = "paused",
	};
	struct agent *agent = data;
	const struct subject *subject = subject_table_of_slot(&agent->subjects, slot);
	struct image_rule_info info = {0};
	struct totals_key key = {
		.name_space = subject ? subject->name_space : "",
		.pod = subject ? subject->pod : "",
		.container = subject ? subject->container : "",
		.policy_kind = "",
		.policy_namespace = "",
		.policy = "",
		.section = "",
		.rule = "",
		.verdict = counter < ARRAY_SIZE(fixed) ? fixed[counter] : "closed",
	};

	if (counter >= COUNTER_RULES && image && image_rule(image, rule, &info) == 0) {
		key.policy_kind = info.kind;
		key.policy_namespace = info.name_space;
		key.policy = info.policy;
		key.section = info.section_name;
		key.rule = info.rule;
		key.verdict = verdict_names[info.verdict];
	}
	totals_add(agent->totals, &key, count);
}

static bool is_there(const struct totals_key *key, void *data)
{
	const struct agent *agent = data;

	if (*key->pod)
		return pods_find(&agent->pods, key->name_space, key->pod);
	for (size_t i = 0; i < agent->subjects.n; i++)
		if (agent->subjects.items[i]->host &&
		    !strcmp(agent->subjects.items[i]->container, key->container))
			return true;
	return false;
}

void agent_harvest(struct agent *agent)
{
	enforcer_harvest(agent->enforcer, on_gain, agent);
	totals_fold(agent->totals, is_there, agent);
}
