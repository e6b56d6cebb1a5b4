// SPDX-License-Identifier: Apache-2.0
#include "pause.h"

#include <errno.h>
#include <string.h>

#include "agent_state.h"
#include "pause/annotation.h"
#include "pause/file.h"
#include "pause/kept.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/explain.h"

/* What inotify cannot tell, a directory that comes back, is found within a second. */
#define LOOK_PERIOD_MS 1000

/* Ten years, as of denials by hand. */
#define MAX_SECONDS (10ULL * 366 * 24 * 3600)

/* Kernel first: it holds also where the disk is full. */
static void apply(struct agent *agent)
{
	uint64_t until;
	uint32_t sources = pauses_in_force(&agent->pausing.pauses, clock_boot(), &until);

	enforcer_pause(agent->enforcer, sources, until);
}

static void keep(struct pausing *pausing)
{
	pausing->is_unkept = kept_write(pausing->kept_path, &pausing->pauses) < 0;
	if (!pausing->is_unkept)
		pausing->kept_stamp = file_stamp_of(pausing->kept_path);
}

/* --- what `lsmctl --offline` wrote
 * ------------------------------------------------------------------------------ */

static bool same(const struct pause *a, const struct pause *b)
{
	return a->on == b->on && a->until == b->until &&
	       !strcmp(a->reason ? a->reason : "", b->reason ? b->reason : "");
}

/* By hand alone: of the annotation nobody else knows. */
static void read_kept(struct pausing *pausing)
{
	_cleanup_(pauses_clear) struct pauses kept = {0};
	_cleanup_(freep) char *ignored = NULL;
	struct pause *hand = &pausing->pauses.sources[PAUSE_BY_HAND];
	int r;

	if (pausing->is_unkept ||
	    file_stamp_is_current(&pausing->kept_stamp, pausing->kept_path))
		return;
	pausing->kept_stamp = file_stamp_of(pausing->kept_path);
	r = kept_read(pausing->kept_path, &kept, &ignored);
	/* A file that was removed or spoilt takes nothing back. */
	if (r == 0 && !same(hand, &kept.sources[PAUSE_BY_HAND])) {
		struct pause swap = *hand;

		*hand = kept.sources[PAUSE_BY_HAND];
		kept.sources[PAUSE_BY_HAND] = swap;
	}
}

static void look(struct agent *agent)
{
	struct pausing *pausing = &agent->pausing;

	read_kept(pausing);
	pause_file_read(agent->options.pause_file, &pausing->pauses);
	if (pauses_expire(&pausing->pauses, clock_boot()) || pausing->is_unkept)
		keep(pausing);
	apply(agent);
}

/* --- life
 * --------------------------------------------------------------------------------------
 */

int pause_open(struct agent *agent)
{
	struct pausing *pausing = &agent->pausing;
	_cleanup_(freep) char *why = NULL;
	int r;

	pausing->kept_path = kept_path(agent->options.state_directory);
	if (!pausing->kept_path)
		return -ENOMEM;
	pausing->kept_stamp = file_stamp_of(pausing->kept_path);
	r = kept_read(pausing->kept_path, &pausing->pauses, &why);
	/* A node must not stay without its agent for this file; the kernel has a copy. */
	pausing->is_unkept = r < 0 && r != -ENOENT;
	if (r < 0)
		pausing->kept_stamp = (struct file_stamp){0};
	pause_file_read(agent->options.pause_file, &pausing->pauses);
	return r == -ENOMEM ? r : 0;
}

/* Where the state directory says nothing, an earlier life's pause holds on: bits of the
 * kernel's state say whose it was. The file is there to be asked. */
static void adopt(struct agent *agent)
{
	const struct state *state = enforcer_state(agent->enforcer);
	struct pausing *pausing = &agent->pausing;

	for (unsigned i = 0; i < PAUSE_SOURCES; i++)
		if (i != PAUSE_BY_FILE && state->paused & 1U << i)
			pauses_set(&pausing->pauses, i, state->paused_until,
				   "from before lsmd started");
	pauses_expire(&pausing->pauses, clock_boot());
}

void pause_start(struct agent *agent)
{
	struct pausing *pausing = &agent->pausing;

	if (pausing->is_unkept || !pausing->kept_stamp.exists)
		adopt(agent);
	keep(pausing);
	apply(agent);
}

void pause_close(struct pausing *pausing)
{
	pauses_clear(&pausing->pauses);
	free(pausing->kept_path);
	free(pausing->annotation);
}

/* --- following
 * --------------------------------------------------------------------------------- */

static void on_change(uv_fs_event_t *handle, const char *name, int events, int status)
{
	(void)name;
	(void)events;
	(void)status;
	look(handle->data);
}

static void watch(struct agent *agent)
{
	_cleanup_(freep) char *directory = strdup(agent->options.pause_file);
	char *slash = directory ? strrchr(directory, '/') : NULL;

	if (!slash)
		return;
	slash[slash == directory] = '\0';
	uv_fs_event_start(&agent->pausing.watch, on_change, directory, 0);
}

static void on_look(uv_timer_t *timer)
{
	struct agent *agent = timer->data;

	if (!uv_is_active((uv_handle_t *)&agent->pausing.watch))
		watch(agent);
	look(agent);
}

void pause_follow(struct agent *agent)
{
	struct pausing *pausing = &agent->pausing;

	uv_timer_init(agent->loop, &pausing->look);
	uv_fs_event_init(agent->loop, &pausing->watch);
	pausing->look.data = pausing->watch.data = agent;
	watch(agent);
	uv_timer_start(&pausing->look, on_look, 0, LOOK_PERIOD_MS);
}

/* At the start a pause may be known of which the annotation is yet to be seen. */
static bool is_known(const struct pausing *pausing, const char *value)
{
	if (!value || !pausing->annotation)
		return value == pausing->annotation &&
		       !pausing->pauses.sources[PAUSE_BY_NODE].on;
	return !strcmp(value, pausing->annotation);
}

void pause_set_annotation(struct agent *agent, const char *value)
{
	struct pausing *pausing = &agent->pausing;

	if (is_known(pausing, value))
		return;
	pausing->annotation_is_wrong =
		pause_annotation_read(value, &pausing->pauses) == -EINVAL;
	free(pausing->annotation);
	pausing->annotation = value ? strdup(value) : NULL;
	apply(agent);
	keep(pausing);
}

/* --- requests
 * ------------------------------------------------------------------------------- */

static int read_request(json_t *request, uint64_t *ret_seconds, const char **ret_reason,
			char **reterr_message)
{
	json_t *seconds = json_object_get(request, "for");
	json_t *reason = json_object_get(request, "reason");

	if (seconds && (!json_is_integer(seconds) || json_integer_value(seconds) <= 0 ||
			(uint64_t)json_integer_value(seconds) > MAX_SECONDS)) {
		explain(reterr_message, "\"for\" is no number of seconds from 1 to %llu",
			MAX_SECONDS);
		return -EINVAL;
	}
	if (reason && !json_is_string(reason)) {
		explain(reterr_message, "\"reason\" is not a string");
		return -EINVAL;
	}
	*ret_seconds = (uint64_t)json_integer_value(seconds);
	*ret_reason = json_string_value(reason);
	return 0;
}

int agent_pause(struct agent *agent, json_t *request, json_t **ret_pause,
		char **reterr_message)
{
	struct pausing *pausing = &agent->pausing;
	const char *reason;
	uint64_t seconds;
	int r = read_request(request, &seconds, &reason, reterr_message);

	if (r == 0)
		r = pauses_set(&pausing->pauses, PAUSE_BY_HAND,
			       seconds ? clock_boot() + seconds * NS_PER_SECOND : 0,
			       reason);
	if (r < 0)
		return r;
	apply(agent);
	keep(pausing);
	*ret_pause = pause_json(agent);
	return 0;
}

json_t *agent_resume(struct agent *agent)
{
	pauses_lift(&agent->pausing.pauses, PAUSE_BY_HAND);
	apply(agent);
	keep(&agent->pausing);
	return pause_json(agent);
}

/* --- what there is to say
 * ---------------------------------------------------------------------- */

bool pause_is_on(const struct agent *agent)
{
	uint64_t until;

	return pauses_in_force(&agent->pausing.pauses, clock_boot(), &until) != 0;
}

static json_t *unkept_json(const struct pausing *pausing)
{
	return json_sprintf(
		"a pause cannot be kept in %s, and would not outlive this boot",
		pausing->kept_path);
}

json_t *pause_json(const struct agent *agent)
{
	json_t *json = pauses_json(&agent->pausing.pauses, clock_boot());

	if (json && agent->pausing.is_unkept)
		json_object_set_new(json, "problem", unkept_json(&agent->pausing));
	return json;
}

void pause_add_problems(const struct agent *agent, json_t *problems)
{
	if (agent->pausing.is_unkept)
		json_array_append_new(problems, unkept_json(&agent->pausing));
	if (agent->pausing.annotation_is_wrong)
		json_array_append_new(
			problems,
			json_string("the node's annotation " PAUSE_ANNOTATION
				    " is neither \"true\" nor a time as "
				    "2026-01-31T09:10:11Z; it changes nothing"));
}
