/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent's life on one event loop: read, load or adopt, put in force, serve, follow
 * changes. The loop's thread owns all state. Whatever goes wrong after the start is kept
 * for `status`; what was in force stays in force.
 */
#include "agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "handles.h"
#include "opening.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/explain.h"

const struct pod *agent_pod_of(const struct agent *agent, const struct subject *subject)
{
	for (size_t i = 0; i < agent->pods.n; i++)
		if (!strcmp(agent->pods.items[i].cgroup_uid, subject->pod_uid))
			return &agent->pods.items[i];
	return NULL;
}

const struct history *agent_history(const struct agent *agent)
{
	return agent->history;
}

bool agent_is_ready(const struct agent *agent, const char **ret_why)
{
	if (!agent->ready)
		*ret_why = "starting";
	else if (agent->policies_problem)
		*ret_why = "the policy directory cannot be read";
	else if (agent->coverage_problem)
		*ret_why = "not every container is covered";
	else if (agent->cluster)
		return cluster_is_known(agent->cluster, ret_why);
	else
		return true;
	return false;
}

static struct agent *agent_new(uv_loop_t *loop, const struct agent_options *options)
{
	struct agent *agent = calloc(1, sizeof(*agent));

	if (!agent)
		return NULL;
	agent->loop = loop;
	agent->options = *options;
	agent->cgroups.fd = -1;
	agent->host_root = -1;
	agent->started = clock_boot();
	agent->start_time = (double)clock_wall() / NS_PER_SECOND;
	if (pending_open(&agent->pending) < 0 ||
	    history_new(options->history, &agent->history) < 0 ||
	    totals_new(&agent->totals) < 0)
		return agent_free(agent);
	return agent;
}

static int put_in_force(struct agent *agent, char **reterr_message)
{
	int r = coverage_adopt(agent);

	if (r == 0)
		r = coverage_scan(agent);
	if (r == 0)
		r = force_all(agent);
	if (r < 0)
		explain(reterr_message, "not everything could be put in force: %s",
			strerror(-r));
	return r;
}

int agent_open(uv_loop_t *loop, const struct agent_options *options,
	       struct agent **ret_agent, char **reterr_message)
{
	struct agent *agent = agent_new(loop, options);
	int r = agent ? opening_files(agent, reterr_message) : -ENOMEM;

	if (r == 0)
		r = opening_socket(agent, reterr_message);
	if (r == 0)
		r = opening_kernel(agent, reterr_message);
	if (r == 0)
		pause_start(agent);
	if (r == 0)
		r = identities_new(agent, &agent->identities);
	if (r == 0)
		r = handles_init(agent);
	if (r == 0)
		r = put_in_force(agent, reterr_message);
	if (r != 0) {
		agent_free(agent);
		return r;
	}
	handles_start(agent);
	agent->ready = true;
	*ret_agent = agent;
	return 0;
}

int agent_probe(char **reterr_message)
{
	static const struct agent_options options = {
		.pin_directory = "/sys/fs/bpf/lsmd-probe", .history = 1};
	struct agent *agent = agent_new(NULL, &options);
	_cleanup_(freep) char *ignored = NULL;
	int r;

	if (!agent)
		return -ENOMEM;
	r = opening_cgroups(agent, reterr_message);
	if (r == 0)
		r = opening_kernel(agent, reterr_message);
	agent_free(agent);
	enforcer_unload(options.pin_directory, &ignored);
	return r;
}

int agent_check(const struct agent_options *options, char **reterr_message)
{
	struct agent *agent = agent_new(NULL, options);
	int r;

	if (!agent)
		return -ENOMEM;
	r = policy_store_new(options->policies, NULL, &agent->store);
	if (r == 0)
		r = reading_first_policies(agent, reterr_message);
	if (r == 0 && options->pods) {
		r = cgroup_root_open(&agent->cgroups);
		if (r == 0)
			r = reading_first_pods(agent, reterr_message);
	}
	agent_free(agent);
	return r;
}

struct agent *agent_free(struct agent *agent)
{
	if (!agent)
		return NULL;
	/* The cluster's last writing may turn the loop: all else is still there, and
	 * begins nothing anew. */
	agent->ready = false;
	agent->taint = taint_free(agent->taint);
	cluster_tell_end(agent);
	agent->cluster = cluster_free(agent->cluster);
	if (agent->http)
		agent->http = http_server_free(agent->http);
	agent->identities = identities_free(agent->identities);
	if (agent->loop)
		handles_close(agent);
	for (size_t i = 0; i < agent->subjects.n; i++)
		identities_forget(agent->subjects.items[i]);
	subject_table_clear(&agent->subjects);
	image_cache_clear(&agent->images);
	by_hand_close(&agent->by_hand);
	pause_close(&agent->pausing);
	free(agent->boot_policies);
	pending_close(&agent->pending);
	pod_list_clear(&agent->pods);
	diagnostics_clear(&agent->pod_diagnostics);
	policy_store_free(agent->store);
	enforcer_free(agent->enforcer);
	history_free(agent->history);
	totals_free(agent->totals);
	cgroup_root_close(&agent->cgroups);
	closep(&agent->host_root);
	labels_clear(&agent->node_labels);
	free(agent->adopted);
	free(agent->policies_problem);
	free(agent->coverage_problem);
	host_forget_refusals(agent);
	free(agent);
	return NULL;
}
