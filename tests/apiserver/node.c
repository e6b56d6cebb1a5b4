// SPDX-License-Identifier: Apache-2.0
/*
 * node KUBECONFIG NODE STATE SILENCE_MS: lsmd's own way from the API server to what a
 * node knows, without a kernel that enforces, for fault_test.py and scale_test.py. For
 * each line on stdin it prints one line: {"pods": {"ns/name": {...}}, "cluster": {...}}.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "asked.h"
#include "util/cleanup.h"

static struct agent agent;

static json_t *policies_of(const struct pod *pod)
{
	const struct policy_list *policies = policy_store_policies(agent.store);
	const struct subject subject = {.pod_uid = pod->cgroup_uid,
					.container = (char *)"c"};
	json_t *names = json_array();

	for (size_t i = 0; i < policies->n; i++)
		if (force_would_select(&agent, &subject, policies->items[i]))
			json_array_append_new(
				names,
				json_sprintf("%s/%s%s", policies->items[i]->name_space,
					     policies->items[i]->name,
					     policies->items[i]->audit_mode ? " (audit)"
									    : ""));
	return names;
}

static json_t *pod_json(const struct pod *pod)
{
	json_t *labels = json_object();

	for (size_t i = 0; i < pod->labels.n; i++)
		json_object_set_new(labels, pod->labels.items[i].key,
				    json_string(pod->labels.items[i].value));
	return json_pack("{ss so so}", "uid", pod->uid, "labels", labels, "policies",
			 policies_of(pod));
}

static json_t *tell(const char *line)
{
	json_t *pods = json_object();
	const char *why = "";
	bool known = cluster_is_known(agent.cluster, &why);

	(void)line;
	cluster_sweep(&agent);
	for (size_t i = 0; i < agent.pods.n; i++) {
		const struct pod *pod = &agent.pods.items[i];
		_cleanup_(freep) char *key = NULL;

		if (asprintf(&key, "%s/%s", pod->name_space, pod->name) < 0)
			abort();
		json_object_set_new(pods, key, pod_json(pod));
	}
	return json_pack("{so so sb ss}", "pods", pods, "cluster",
			 cluster_json(agent.cluster), "known", (int)known, "why", why);
}

/* There is no cgroup tree to be read again. */
static void on_scan(uv_timer_t *timer)
{
	(void)timer;
}

static int run(uv_loop_t *loop, char **reterr_message)
{
	uv_poll_t input;
	int r = policy_store_new("/nonexistent", NULL, &agent.store);

	if (r == 0)
		r = cluster_open(&agent, reterr_message);
	if (r < 0)
		return r;
	uv_timer_init(loop, &agent.scan_soon);
	agent.scan_soon.timer_cb = on_scan;
	cluster_start(agent.cluster);
	asked_begin(loop, &input, tell);
	uv_run(loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&input, NULL);
	uv_close((uv_handle_t *)&agent.scan_soon, NULL);
	cluster_tell_end(&agent);
	agent.taint = taint_free(agent.taint);
	agent.cluster = cluster_free(agent.cluster);
	uv_run(loop, UV_RUN_DEFAULT);
	return 0;
}

int main(int argc, char **argv)
{
	_cleanup_(freep) char *message = NULL;
	uv_loop_t loop;
	int r;

	if (argc != 5) {
		fputs("node: KUBECONFIG NODE STATE SILENCE_MS\n", stderr);
		return 2;
	}
	uv_loop_init(&loop);
	agent.loop = &loop;
	agent.cgroups.fd = -1;
	agent.options = (struct agent_options){
		.cluster = true,
		.kubeconfig = argv[1],
		.node = argv[2],
		.state_directory = argv[3],
		.watch_silence_ms = (unsigned)atoi(argv[4]),
	};
	r = run(&loop, &message);
	if (r < 0)
		fprintf(stderr, "node: %s\n", message ? message : strerror(-r));
	uv_loop_close(&loop);
	pod_list_clear(&agent.pods);
	policy_store_free(agent.store);
	labels_clear(&agent.node_labels);
	free(agent.coverage_problem);
	return r < 0;
}
