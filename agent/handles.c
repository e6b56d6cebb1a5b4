// SPDX-License-Identifier: Apache-2.0
/* What wakes the agent up: the kernel's ring, timers and signals, and what each does. */
#include "handles.h"

#include "agent_state.h"
#include "boot.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define HARVEST_PERIOD_MS 10000
#define RETRY_MS	  1000

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

int handles_init(struct agent *agent)
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

void handles_start(struct agent *agent)
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

void handles_close(struct agent *agent)
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
