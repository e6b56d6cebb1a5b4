// SPDX-License-Identifier: Apache-2.0
/*
 * member KUBECONFIG NODE PACE: what an agent tells the cluster, without an agent, for
 * rollout_test.py. Each line on stdin is an object, and is answered with one line of
 * counts:
 *
 *     {"report": [["ns", "name", GENERATION, "uid", STATE, "reason"], ...]}
 *     {"denial": {...}}       as denial_json() has it
 *     {"denial": {...}, "rules": N}    one by each of N rules
 *     {}
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "asked.h"
#include "kube/pod_events.h"
#include "kube/rollout.h"
#include "util/cleanup.h"

static struct {
	struct kube_api *api;
	struct rollout *rollout;
	struct pod_events *events;
} member;

static void report(const json_t *results)
{
	_cleanup_(node_report_clear) struct node_report own = {0};
	const json_t *result;
	size_t i;

	own.kernel = strdup("6.1.0");
	own.node_uid = strdup("0f0f0f0f-1111-2222-3333-444444444444");
	json_array_foreach (results, i, result) {
		const char *name_space, *name, *uid, *reason;
		json_int_t generation;
		int state;

		if (json_unpack((json_t *)result, "[ssIsis]", &name_space, &name,
				&generation, &uid, &state, &reason) == 0)
			node_report_add(&own, name_space, name, (uint64_t)generation, uid,
					(enum policy_state)state, reason);
	}
	rollout_report(member.rollout, &own);
}

static json_t *tell(void)
{
	const struct pod_events_counts *events = pod_events_counts(member.events);
	struct rollout_counts counts;

	rollout_counts(member.rollout, &counts);
	return json_pack("{sI sI sI sI sI sI sI sb ss? sI s{sI sI sI sI}}",
			 "reportsWritten", (json_int_t)counts.reports_written,
			 "leasesRead", (json_int_t)counts.leases_read, "leasesWritten",
			 (json_int_t)counts.leases_written, "statusesRead",
			 (json_int_t)counts.statuses_read, "statusesWritten",
			 (json_int_t)counts.statuses_written, "failures",
			 (json_int_t)counts.failures, "nodes", (json_int_t)counts.nodes,
			 "isLeader", counts.is_leader, "problem", counts.problem,
			 "requests", (json_int_t)kube_api_traffic(member.api)->requests,
			 "events", "written", (json_int_t)events->written, "denials",
			 (json_int_t)events->denials, "dropped",
			 (json_int_t)events->dropped, "failures",
			 (json_int_t)events->failures);
}

static void deny(json_t *denial, json_int_t rules)
{
	char rule[32];

	for (json_int_t i = 0; i < rules; i++) {
		snprintf(rule, sizeof(rule), "rule-%d", (int)i);
		json_object_set_new(denial, "rule", json_string(rule));
		pod_events_add(member.events, denial);
	}
	if (!rules)
		pod_events_add(member.events, denial);
}

static json_t *answer(const char *line)
{
	_cleanup_(json_decrefp) json_t *asked = json_loads(line, 0, NULL);

	if (json_object_get(asked, "report"))
		report(json_object_get(asked, "report"));
	if (json_object_get(asked, "denial"))
		deny(json_object_get(asked, "denial"),
		     json_integer_value(json_object_get(asked, "rules")));
	return tell();
}

int main(int argc, char **argv)
{
	_cleanup_(freep) char *message = NULL;
	struct kube_access access = {0};
	unsigned pace = argc == 4 ? (unsigned)atoi(argv[3]) : 0;
	uv_loop_t loop;
	uv_poll_t input;

	if (!pace || kube_access_kubeconfig(argv[1], NULL, &access, &message) < 0) {
		fprintf(stderr, "member: %s\n",
			message ? message : "KUBECONFIG NODE PACE");
		return 2;
	}
	setvbuf(stdin, NULL, _IONBF, 0);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	uv_loop_init(&loop);
	if (kube_api_new(&loop, &access, &member.api) < 0 ||
	    rollout_new(&loop, member.api,
			&(struct rollout_options){
				.node = argv[2], .lease_namespace = "lsmd", .pace = pace},
			&member.rollout) < 0 ||
	    pod_events_new(&loop, member.api,
			   &(struct pod_events_options){.node = argv[2], .pace = pace},
			   &member.events) < 0)
		return 1;
	asked_begin(&loop, &input, answer);
	uv_run(&loop, UV_RUN_DEFAULT);

	rollout_resign(member.rollout);
	pod_events_free(member.events);
	rollout_free(member.rollout);
	kube_api_free(member.api);
	uv_close((uv_handle_t *)&input, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	curl_global_cleanup();
	return 0;
}
