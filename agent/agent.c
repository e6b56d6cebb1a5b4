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
#include "boot.h"
#include "bundles.h"
#include "exempt.h"
#include "handover.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/explain.h"

#define HARVEST_PERIOD_MS 10000
#define RETRY_MS	  1000

const struct pod *agent_pod_of(const struct agent *agent, const struct subject *subject)
{
	for (size_t i = 0; i < agent->pods.n; i++)
		if (!strcmp(agent->pods.items[i].cgroup_uid, subject->pod_uid))
			return &agent->pods.items[i];
	return NULL;
}

static void on_events(uv_poll_t *handle, int status, int events)
{
	(void)status;
	(void)events;
	agent_consume(handle->data);
}

static void on_scan(uv_timer_t *timer)
{
	struct agent *agent = timer->data;

	/* A tree that cannot be read now is read again; what is covered stays covered. */
	if (coverage_scan(agent) < 0)
		uv_timer_start(timer, on_scan, RETRY_MS, 0);
}

/* What found no room may find some now. */
static void on_harvest(uv_timer_t *timer)
{
	agent_harvest(timer->data);
	force_failed(timer->data);
	coverage_retry(timer->data);
	cluster_sweep(timer->data);
	cluster_tell(timer->data);
	/* A daemon of the node's may have been started in a cgroup that was there. */
	if (host_is_changed(timer->data))
		coverage_scan(timer->data);
}

/* --- signals
 * ---------------------------------------------------------------------------------------
 */

static void on_hangup(uv_signal_t *handle, int signal)
{
	(void)signal;
	watch_reload(handle->data);
}

static void on_terminate(uv_signal_t *handle, int signal)
{
	(void)signal;
	uv_stop(handle->loop);
}

/* --- denials by hand
 * ------------------------------------------------------------------------------ */

static void on_end_of_deny(uv_timer_t *timer);

void agent_schedule_end(struct agent *agent)
{
	uint64_t end = by_hand_next_end(&agent->by_hand), now = clock_boot();

	uv_timer_stop(&agent->end_of_deny);
	if (end)
		uv_timer_start(&agent->end_of_deny, on_end_of_deny,
			       end > now ? (end - now) / 1000000 + 1 : 0, 0);
}

static void on_end_of_deny(uv_timer_t *timer)
{
	struct agent *agent = timer->data;

	/* The kernel has compared the time already; this takes the dead rule out of the
	 * image. */
	if (by_hand_expire(&agent->by_hand) > 0)
		force_all(agent);
	agent_schedule_end(agent);
}

/* --- life
 * --------------------------------------------------------------------------------------------
 */

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

static int open_cgroups(struct agent *agent, char **reterr_message)
{
	int r = cgroup_root_open(&agent->cgroups);

	if (r != 0)
		explain(reterr_message,
			"no cgroup hierarchy is usable: %s; mount cgroup2 on "
			"/sys/fs/cgroup",
			r < 0 ? strerror(-r) : "neither cgroup2 nor v1 pids is mounted");
	return r;
}

/* Everything that can be wrong before the kernel is touched. */
static int read_everything(struct agent *agent, char **reterr_message)
{
	int r = open_cgroups(agent, reterr_message);

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

static int open_kernel(struct agent *agent, char **reterr_message)
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

/* Serves nothing before the loop runs; a port in use is known before the kernel is
 * touched. */
static int listen_first(struct agent *agent, char **reterr_message)
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

static void start_handles(struct agent *agent)
{
	uv_poll_start(&agent->events, UV_READABLE, on_events);
	uv_timer_start(&agent->harvest, on_harvest, HARVEST_PERIOD_MS, HARVEST_PERIOD_MS);
	uv_signal_start(&agent->hangup, on_hangup, SIGHUP);
	uv_signal_start(&agent->terminate, on_terminate, SIGTERM);
	uv_signal_start(&agent->interrupt, on_terminate, SIGINT);
	watch_start(agent);
	pause_follow(agent);
	boot_follow(agent);
	agent_schedule_end(agent);
	if (agent->cluster)
		cluster_start(agent->cluster);
}

static int init_handles(struct agent *agent)
{
	int r = uv_poll_init(agent->loop, &agent->events,
			     enforcer_event_fd(agent->enforcer));

	if (r < 0)
		return r;
	uv_timer_init(agent->loop, &agent->scan_soon);
	uv_timer_init(agent->loop, &agent->harvest);
	uv_timer_init(agent->loop, &agent->end_of_deny);
	watch_init(agent);
	uv_signal_init(agent->loop, &agent->hangup);
	uv_signal_init(agent->loop, &agent->terminate);
	uv_signal_init(agent->loop, &agent->interrupt);
	agent->events.data = agent->scan_soon.data = agent;
	agent->harvest.data = agent->end_of_deny.data = agent;
	agent->hangup.data = agent->terminate.data = agent->interrupt.data = agent;
	agent->scan_soon.timer_cb = on_scan;
	return 0;
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

int agent_open(uv_loop_t *loop, const struct agent_options *options,
	       struct agent **ret_agent, char **reterr_message)
{
	struct agent *agent = agent_new(loop, options);
	int r = agent ? read_everything(agent, reterr_message) : -ENOMEM;

	if (r == 0)
		r = listen_first(agent, reterr_message);
	if (r == 0)
		r = open_kernel(agent, reterr_message);
	if (r == 0)
		pause_start(agent);
	if (r == 0)
		r = identities_new(agent, &agent->identities);
	if (r == 0)
		r = init_handles(agent);
	if (r == 0)
		r = put_in_force(agent, reterr_message);
	if (r != 0) {
		agent_free(agent);
		return r;
	}
	start_handles(agent);
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
	r = open_cgroups(agent, reterr_message);
	if (r == 0)
		r = open_kernel(agent, reterr_message);
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

static void close_handles(struct agent *agent)
{
	uv_handle_t *handles[] = {
		(uv_handle_t *)&agent->events,
		(uv_handle_t *)&agent->scan_soon,
		(uv_handle_t *)&agent->reload_soon,
		(uv_handle_t *)&agent->harvest,
		(uv_handle_t *)&agent->end_of_deny,
		(uv_handle_t *)&agent->look,
		(uv_handle_t *)&agent->policies_watch,
		(uv_handle_t *)&agent->pods_watch,
		(uv_handle_t *)&agent->hangup,
		(uv_handle_t *)&agent->terminate,
		(uv_handle_t *)&agent->interrupt,
		(uv_handle_t *)&agent->go,
		(uv_handle_t *)&agent->pausing.look,
		(uv_handle_t *)&agent->pausing.watch,
	};

	for (size_t i = 0; i < ARRAY_SIZE(handles); i++)
		if (handles[i]->data)
			uv_close(handles[i], NULL);
	uv_run(agent->loop, UV_RUN_NOWAIT);
}

struct agent *agent_free(struct agent *agent)
{
	if (!agent)
		return NULL;
	/* The cluster's last writing may turn the loop: all else is still there, and begins
	 * nothing anew. */
	agent->ready = false;
	agent->taint = taint_free(agent->taint);
	cluster_tell_end(agent);
	agent->cluster = cluster_free(agent->cluster);
	if (agent->http)
		agent->http = http_server_free(agent->http);
	agent->identities = identities_free(agent->identities);
	if (agent->loop)
		close_handles(agent);
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
