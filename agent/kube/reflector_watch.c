// SPDX-License-Identifier: Apache-2.0
/* Watching: an event a line, until the server or the connection ends it. */
#include <errno.h>
#include <string.h>

#include "kube/exchange.h"
#include "kube/reflector_private.h"
#include "util/cleanup.h"
#include "util/explain.h"

/* How long the server is asked to keep a watch open, in seconds: spread, so that those of
 * many agents do not end together. */
#define WATCH_SHORTEST 300
#define WATCH_LONGEST  600

/* A watch that ends sooner and told nothing counts as a failure. */
#define WATCH_TOO_SHORT_MS 1000

static int take_event(struct reflector *reflector, const char *type, const json_t *object)
{
	const struct reflector_handler *handler = &reflector->handler;
	const char *version = metadata_text(object, "resourceVersion");
	int r = 0;

	if (!strcmp(type, "ERROR")) {
		reflector_take_status(reflector, object);
		return -EREMOTEIO;
	}
	if (!version)
		return -EPROTO;
	if (!strcmp(type, "ADDED") || !strcmp(type, "MODIFIED"))
		r = handler->object(handler->data, object);
	else if (!strcmp(type, "DELETED"))
		r = handler->deleted(handler->data, object);
	else if (strcmp(type, "BOOKMARK") != 0)
		return -EPROTO;
	return r < 0 ? r : reflector_set_text(&reflector->version, version);
}

static int on_event(void *data, const char *line, size_t length)
{
	struct reflector *reflector = data;
	_cleanup_(json_decrefp) json_t *event = json_loadb(line, length, 0, NULL);
	const char *type = json_string_value(json_object_get(event, "type"));
	const json_t *object = json_object_get(event, "object");

	if (!type || !object)
		return -EPROTO;
	reflector->counts.events++;
	/* One that fails at once, each time, must be asked less and less often. */
	if (strcmp(type, "ERROR") != 0) {
		reflector->heard = true;
		reflector_go_well(reflector);
	}
	return take_event(reflector, type, object);
}

static int on_bytes(void *data, unsigned status, const char *bytes, size_t length)
{
	struct reflector *reflector = data;

	if (status != 200)
		return lines_put(&reflector->body, bytes, length, LINE_MAX_BYTES);
	return lines_add(&reflector->body, bytes, length, on_event, reflector);
}

/* A watch's end is nothing wrong: the server was asked to end it, or goes down. */
static bool ended_well(const struct reflector *reflector,
		       const struct kube_result *result)
{
	if (result->status != 200)
		return false;
	if (!result->error || result->error == -ECONNRESET)
		return reflector->heard ||
		       uv_now(reflector->loop) - reflector->began >= WATCH_TOO_SHORT_MS;
	return false;
}

static void on_end(void *data, const struct kube_result *result)
{
	struct reflector *reflector = data;

	reflector->call = NULL;
	if (!result->error && result->status != 200)
		reflector_take_refusal(reflector);
	if (reflector->expired)
		reflector_expire(reflector);
	if (ended_well(reflector, result))
		reflector_ask(reflector);
	else
		reflector_go_wrong_by(reflector, result);
	lines_clear(&reflector->body);
}

static char *path_of(struct reflector *reflector)
{
	char *path = NULL;

	reflector->counts.watches++;
	explain(&path,
		"%s%cwatch=true&allowWatchBookmarks=true&timeoutSeconds=%llu"
		"&resourceVersion=%s",
		reflector->path, strchr(reflector->path, '?') ? '&' : '?',
		(unsigned long long)random_between(WATCH_SHORTEST, WATCH_LONGEST),
		reflector->version);
	return path;
}

const struct reflector_state reflector_watching = {
	.path = path_of,
	.on_body = on_bytes,
	.on_end = on_end,
};
