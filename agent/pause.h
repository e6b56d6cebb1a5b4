/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_PAUSE_H
#define LSMD_PAUSE_H

/*
 * Pausing (DESIGN.md 11): the sources of pause/pauses.h, followed by the agent and put in
 * force in the kernel, which turns every denial to audit at once.
 */

#include <jansson.h>
#include <uv.h>

#include "file_stamp.h"
#include "pause/pauses.h"

struct agent;

/* The agent's. Starts as {0}. */
struct pausing {
	struct pauses pauses;
	char *kept_path;
	struct file_stamp
		kept_stamp; /* as it was read last; `lsmctl --offline` writes it */
	bool is_unkept;	    /* what is in force could not be written there */
	char *annotation;   /* as pause_set_annotation() was told last */
	bool annotation_is_wrong;
	uv_timer_t look;
	uv_fs_event_t watch; /* the file's directory */
};

/** pause_open() - Read what is kept and the file. Return: 0, -ENOMEM. */
int pause_open(struct agent *agent);

/**
 * pause_start() - Put the sources in force, and take over what the kernel alone knows of.
 * Before anything is enforced, so that an agent that starts on a paused node denies
 * nothing.
 */
void pause_start(struct agent *agent);

/** pause_follow() - Follow the file from now on; needs the loop. */
void pause_follow(struct agent *agent);

/** pause_close() - Free, but for the handles, which the caller closes. */
void pause_close(struct pausing *pausing);

/**
 * pause_set_annotation() - Tell what the Node object's annotation lsmd.io/pause says.
 * @value: NULL: it has none; not understood: what the last one said stays in force, and
 *         status says so
 *
 * In force when it returns. To be called with each version of the object; the same value
 * again costs nothing. Kept on disk, so that it holds while the API server is away.
 */
void pause_set_annotation(struct agent *agent, const char *value);

/** pause_is_on() - Is anything paused at this moment? */
bool pause_is_on(const struct agent *agent);

/** pause_json() - As pauses_json(), and "problem" where there is one. */
json_t *pause_json(const struct agent *agent);

/** pause_add_problems() - For status: append a text for each thing that is wrong. */
void pause_add_problems(const struct agent *agent, json_t *problems);

#endif
