// SPDX-License-Identifier: Apache-2.0
#include "pause/pauses.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/clock.h"
#include "util/printable.h"

const char *const pause_source_names[PAUSE_SOURCES] = {
	[PAUSE_BY_HAND] = "hand",
	[PAUSE_BY_FILE] = "file",
	[PAUSE_BY_NODE] = "annotation",
};

void pauses_clear(struct pauses *pauses)
{
	for (int i = 0; i < PAUSE_SOURCES; i++)
		pauses_lift(pauses, i);
}

void pauses_lift(struct pauses *pauses, enum pause_source source)
{
	free(pauses->sources[source].reason);
	pauses->sources[source] = (struct pause){0};
}

static int copy_reason(const char *reason, char **ret_copy)
{
	*ret_copy = NULL;
	if (!reason || !*reason)
		return 0;
	*ret_copy = printable(reason, strnlen(reason, PAUSE_REASON_MAX));
	return *ret_copy ? 0 : -ENOMEM;
}

int pauses_set(struct pauses *pauses, enum pause_source source, uint64_t until,
	       const char *reason)
{
	char *copy;
	int r = copy_reason(reason, &copy);

	if (r < 0)
		return r;
	pauses_lift(pauses, source);
	pauses->sources[source] =
		(struct pause){.on = true, .until = until, .reason = copy};
	return 0;
}

static bool is_on(const struct pause *pause, uint64_t now)
{
	return pause->on && (!pause->until || now < pause->until);
}

bool pauses_expire(struct pauses *pauses, uint64_t now)
{
	bool any = false;

	for (int i = 0; i < PAUSE_SOURCES; i++) {
		if (!pauses->sources[i].on || is_on(&pauses->sources[i], now))
			continue;
		pauses_lift(pauses, i);
		any = true;
	}
	return any;
}

uint32_t pauses_in_force(const struct pauses *pauses, uint64_t now, uint64_t *ret_until)
{
	uint32_t sources = 0;
	uint64_t until = 0;
	bool ends = true;

	for (unsigned i = 0; i < PAUSE_SOURCES; i++) {
		const struct pause *pause = &pauses->sources[i];

		if (!is_on(pause, now))
			continue;
		sources |= 1U << i;
		ends = ends && pause->until;
		if (pause->until > until)
			until = pause->until;
	}
	*ret_until = ends ? until : 0;
	return sources;
}

/* Rounded up: what is in force never has 0 seconds left. */
static json_t *remaining_json(uint64_t until, uint64_t now)
{
	if (!until)
		return json_null();
	return json_integer(
		(json_int_t)((until - now + NS_PER_SECOND - 1) / NS_PER_SECOND));
}

json_t *pauses_json(const struct pauses *pauses, uint64_t now)
{
	json_t *sources = json_array();
	uint64_t until;
	uint32_t paused = pauses_in_force(pauses, now, &until);

	for (int i = 0; i < PAUSE_SOURCES; i++) {
		const struct pause *pause = &pauses->sources[i];

		if (is_on(pause, now))
			json_array_append_new(
				sources, json_pack("{s:s, s:s, s:o}", "source",
						   pause_source_names[i], "reason",
						   pause->reason ? pause->reason : "",
						   "remainingSeconds",
						   remaining_json(pause->until, now)));
	}
	return json_pack("{s:b, s:o, s:o}", "paused", paused != 0, "remainingSeconds",
			 remaining_json(until, now), "sources", sources);
}
