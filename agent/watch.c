/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of the policies and the pods. Inotify tells at once what happens in a
 * directory; what it cannot tell, a symbolic link that is changed above it, a directory
 * that comes back, a watch that found no room, is found by looking at both paths once a
 * second.
 */
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "util/cleanup.h"

/* Files are written in bursts; one reading serves a burst. */
#define RELOAD_DELAY_MS 20
#define LOOK_PERIOD_MS	1000

/* The pods file is watched through its directory, which a rename over it changes. */
static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static void reload_soon(struct agent *agent)
{
	if (!uv_is_active((uv_handle_t *)&agent->reload_soon))
		uv_timer_start(&agent->reload_soon, agent->reload_soon.timer_cb,
			       RELOAD_DELAY_MS, 0);
}

static void on_policies_change(uv_fs_event_t *handle, const char *name, int events,
			       int status)
{
	(void)name;
	(void)events;
	(void)status;
	reload_soon(handle->data);
}

static bool pods_are_current(const struct agent *agent)
{
	return !agent->options.pods ||
	       file_stamp_is_current(&agent->pods_stamp, agent->options.pods);
}

/* Other files of that directory are nothing to us; lsmd's own log may be one. */
static void on_pods_change(uv_fs_event_t *handle, const char *name, int events,
			   int status)
{
	struct agent *agent = handle->data;

	(void)name;
	(void)events;
	(void)status;
	if (!pods_are_current(agent))
		reload_soon(agent);
}

static void on_look(uv_timer_t *timer)
{
	struct agent *agent = timer->data;

	if (!pods_are_current(agent) ||
	    !file_stamp_is_current(&agent->policies_stamp, agent->options.policies))
		reload_soon(agent);
}

static void watch_directories(struct agent *agent)
{
	_cleanup_(freep) char *pods =
		agent->options.pods ? directory_of(agent->options.pods) : NULL;

	uv_fs_event_stop(&agent->policies_watch);
	uv_fs_event_start(&agent->policies_watch, on_policies_change,
			  agent->options.policies, 0);
	uv_fs_event_stop(&agent->pods_watch);
	if (pods)
		uv_fs_event_start(&agent->pods_watch, on_pods_change, pods, 0);
}

static void on_reload(uv_timer_t *timer)
{
	watch_reload(timer->data);
}

void watch_reload(struct agent *agent)
{
	/* A directory that was replaced is another inode, which the old watch does not
	 * see. The new one comes before the reading: a change in between is read again,
	 * not missed. */
	watch_directories(agent);
	agent_reload(agent, NULL);
}

void watch_init(struct agent *agent)
{
	uv_timer_init(agent->loop, &agent->reload_soon);
	uv_timer_init(agent->loop, &agent->look);
	uv_fs_event_init(agent->loop, &agent->policies_watch);
	uv_fs_event_init(agent->loop, &agent->pods_watch);
	agent->reload_soon.data = agent->look.data = agent;
	agent->policies_watch.data = agent->pods_watch.data = agent;
	agent->reload_soon.timer_cb = on_reload;
}

void watch_start(struct agent *agent)
{
	watch_directories(agent);
	uv_timer_start(&agent->look, on_look, LOOK_PERIOD_MS, LOOK_PERIOD_MS);
}
