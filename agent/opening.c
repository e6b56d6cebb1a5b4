// SPDX-License-Identifier: Apache-2.0
#include "opening.h"

#include <errno.h>
#include <string.h>

#include "agent_state.h"
#include "boot.h"
#include "bundles.h"
#include "exempt.h"
#include "handover.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/explain.h"

int opening_cgroups(struct agent *agent, char **reterr_message)
{
	int r = cgroup_root_open(&agent->cgroups);

	if (r != 0)
		explain(reterr_message,
			"no cgroup hierarchy is usable: %s; mount cgroup2 on "
			"/sys/fs/cgroup",
			r < 0 ? strerror(-r) : "neither cgroup2 nor v1 pids is mounted");
	return r;
}

static int open_store(struct agent *agent, char **reterr_message)
{
	_cleanup_(freep) char *copies = NULL;
	int r;

	if (asprintf(&copies, "%s/policies", agent->options.state_directory) < 0)
		return -ENOMEM;
	r = boot_choose_policies(agent, copies);
	if (r == 0)
		r = policy_store_new(agent->options.policies,
				     agent->boot_policies ? NULL : copies, &agent->store);
	if (r < 0)
		explain(reterr_message,
			"state directory %s: %s; make it writable, or name another "
			"with --state-directory",
			copies, strerror(-r));
	return r;
}

static int open_by_hand(struct agent *agent, char **reterr_message)
{
	_cleanup_(freep) char *path = NULL, *detail = NULL;
	int r;

	if (asprintf(&path, "%s/denies.json", agent->options.state_directory) < 0)
		return -ENOMEM;
	r = by_hand_open(path, &agent->by_hand, &detail);
	if (r < 0)
		explain(reterr_message,
			"denials by hand in %s: %s; mend the file, or remove it and deny "
			"again",
			path, detail ? detail : strerror(-r));
	return r;
}

int opening_files(struct agent *agent, char **reterr_message)
{
	int r = opening_cgroups(agent, reterr_message);

	if (r == 0)
		r = bundles_open(agent->options.host_root, &agent->host_root,
				 reterr_message);
	if (r == 0)
		r = exempt_find_own_pod(agent);
	if (r == 0)
		r = open_store(agent, reterr_message);
	if (r == 0)
		r = reading_first_policies(agent, reterr_message);
	if (r == 0)
		r = reading_first_pods(agent, reterr_message);
	if (r == 0)
		r = cluster_open(agent, reterr_message);
	if (r == 0)
		r = open_by_hand(agent, reterr_message);
	if (r == 0)
		r = pause_open(agent);
	return r;
}

static int self_test(struct enforcer *enforcer, const struct cgroup_root *cgroups,
		     char **reterr_message)
{
	int r = enforcer_self_test(enforcer, cgroups->path);

	if (r == ENFORCER_E_NO_LSM)
		explain(reterr_message,
			"the programs are attached but the kernel does not call "
			"them: \"bpf\" is not in force as an LSM; boot with "
			"lsm=...,bpf");
	else if (r != 0)
		explain(reterr_message, "the self-test could not run: %s",
			strerror(r < 0 ? -r : EIO));
	return r;
}

/* Who was asked to go frees the socket first, and the kernel's side a moment later. */
static int open_enforcer(struct agent *agent, const struct enforcer_options *options,
			 char **reterr_message)
{
	uint64_t since = clock_boot();
	int r = enforcer_open(options, &agent->enforcer, reterr_message);

	while (r == ENFORCER_E_BUSY && agent->takes_over && handover_nap(since)) {
		free(*reterr_message);
		*reterr_message = NULL;
		r = enforcer_open(options, &agent->enforcer, reterr_message);
	}
	return r;
}

int opening_kernel(struct agent *agent, char **reterr_message)
{
	const struct enforcer_options options = {
		.pin_directory = agent->options.pin_directory,
		.cgroup_v1 = agent->cgroups.v1,
		.cgroup_hierarchy = agent->cgroups.hierarchy,
		.records_per_second = agent->options.records_per_second,
	};
	int r = open_enforcer(agent, &options, reterr_message);

	if (r == 0)
		r = self_test(agent->enforcer, &agent->cgroups, reterr_message);
	/* A first start that does not enforce must not leave programs behind. */
	if (r != 0 && agent->enforcer && !enforcer_adopted(agent->enforcer)) {
		_cleanup_(freep) char *ignored = NULL;

		agent->enforcer = enforcer_free(agent->enforcer);
		enforcer_unload(agent->options.pin_directory, &ignored);
	}
	return r;
}

int opening_socket(struct agent *agent, char **reterr_message)
{
	const struct http_options http = {
		.socket_path = agent->options.socket_path,
		.listen = agent->options.listen,
	};

	uint64_t since = clock_boot();
	int r = http_server_new(agent->loop, agent, &http, &agent->http, reterr_message);

	if (r != -EADDRINUSE || agent->options.boot || handover_ask(http.socket_path) < 0)
		return r;
	agent->takes_over = true;
	while (r == -EADDRINUSE && handover_nap(since)) {
		free(*reterr_message);
		*reterr_message = NULL;
		uv_run(agent->loop, UV_RUN_NOWAIT);
		r = http_server_new(agent->loop, agent, &http, &agent->http,
				    reterr_message);
	}
	return r;
}
