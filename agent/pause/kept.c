// SPDX-License-Identifier: Apache-2.0
#include "pause/kept.h"

#include <errno.h>
#include <string.h>

#include "deadline.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/explain.h"
#include "util/file.h"

#define KEPT_MAX_BYTES (64U << 10)
#define KEPT_VERSION   1

static const enum pause_source kept_sources[] = {PAUSE_BY_HAND, PAUSE_BY_NODE};

char *kept_path(const char *state_directory)
{
	char *path;

	return asprintf(&path, "%s/pause.json", state_directory) < 0 ? NULL : path;
}

static int take(const json_t *file, enum pause_source source, struct pauses *pauses)
{
	const json_t *item = json_object_get(file, pause_source_names[source]);
	const char *reason = json_string_value(json_object_get(item, "reason"));
	uint64_t until;

	pauses_lift(pauses, source);
	if (!json_is_object(item) || !deadline_read(item, &until))
		return 0;
	return pauses_set(pauses, source, until, reason);
}

static int check(const json_t *file, char **reterr_message)
{
	const json_t *version = json_object_get(file, "version");

	if (json_is_object(file) && json_is_integer(version) &&
	    json_integer_value(version) == KEPT_VERSION)
		return 0;
	explain(reterr_message, "it is not of version %d", KEPT_VERSION);
	return -EBADMSG;
}

int kept_read(const char *path, struct pauses *pauses, char **reterr_message)
{
	_cleanup_(freep) char *text = NULL;
	_cleanup_(json_decrefp) json_t *file = NULL;
	json_error_t error;
	size_t length;
	int r = file_read(path, KEPT_MAX_BYTES, &text, &length);

	if (r < 0)
		return r;
	file = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (!file) {
		explain(reterr_message, "line %d: %s", error.line, error.text);
		return -EBADMSG;
	}
	r = check(file, reterr_message);
	for (size_t i = 0; i < ARRAY_SIZE(kept_sources) && r == 0; i++)
		r = take(file, kept_sources[i], pauses);
	return r;
}

static json_t *item_json(const struct pause *pause)
{
	uint64_t now = clock_boot();
	json_t *item;

	if (!pause->on || (pause->until && pause->until <= now))
		return json_null();
	item = json_pack("{s:s}", "reason", pause->reason ? pause->reason : "");
	if (item && pause->until) {
		uint64_t end = clock_wall() + (pause->until - now);

		json_object_set_new(item, "endWallNs", json_integer((json_int_t)end));
		deadline_keep(item, pause->until);
	}
	return item;
}

int kept_write(const char *path, const struct pauses *pauses)
{
	_cleanup_(json_decrefp) json_t *file =
		json_pack("{s:i}", "version", KEPT_VERSION);
	_cleanup_(freep) char *text = NULL;
	int r = file ? 0 : -ENOMEM;

	for (size_t i = 0; i < ARRAY_SIZE(kept_sources) && r == 0; i++) {
		enum pause_source source = kept_sources[i];

		if (json_object_set_new(file, pause_source_names[source],
					item_json(&pauses->sources[source])) < 0)
			r = -ENOMEM;
	}
	if (r == 0)
		text = json_dumps(file, JSON_INDENT(1));
	return text ? file_write(path, text, strlen(text)) : -ENOMEM;
}
