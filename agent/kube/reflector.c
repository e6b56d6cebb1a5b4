// SPDX-License-Identifier: Apache-2.0
/*
 * Two states that ask, listing and watching, and a third that waits:
 *
 *     listing  -- whole --> watching -- ends, fails --> watching, from the last version
 *        ^                      |
 *        +------- 410 Gone -----+      anything that failed waits first (backoff.h)
 */
#include "kube/reflector.h"

#include <errno.h>
#include <string.h>

#include "kube/reflector_private.h"
#include "kube/refusal.h"
#include "util/cleanup.h"
#include "util/explain.h"

/* A server sends a bookmark about once a minute; one that sends nothing for three is
 * gone. */
#define WATCH_SILENCE_MS 180000
#define LIST_SILENCE_MS	 30000

/* Where there is no such kind, it may be installed later; nobody waits for it by the
 * second. */
#define ABSENT_RETRY_S 30

#define VERSION_ANY    "0" /* whatever the server's cache has */

int reflector_set_text(char **place, const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		return -ENOMEM;
	free(*place);
	*place = copy;
	return 0;
}

/* --- problems and waiting ----------------------------------------------------------- */

static void on_wait(void *data)
{
	reflector_ask(data);
}

void reflector_go_well(struct reflector *reflector)
{
	backoff_reset(&reflector->backoff);
	if (reflector->troubled)
		reflector->handler.problem(reflector->handler.data, NULL);
	reflector->troubled = false;
}

void reflector_go_wrong(struct reflector *reflector, char *problem, unsigned retry_after)
{
	reflector->counts.failures++;
	reflector->troubled = true;
	reflector->handler.problem(reflector->handler.data,
				   problem ? problem : "out of memory");
	free(problem);
	alarm_set(reflector->wait, backoff_next(&reflector->backoff, retry_after));
}

void reflector_take_status(struct reflector *reflector, const json_t *status)
{
	reflector->expired = refusal_is_of_version(status);
	reflector_set_text(&reflector->refusal, refusal_message(status));
}

void reflector_take_refusal(struct reflector *reflector)
{
	_cleanup_(json_decrefp) json_t *status =
		json_loadb(reflector->body.bytes ? reflector->body.bytes : "",
			   reflector->body.n, 0, NULL);

	reflector_take_status(reflector, status);
}

void reflector_go_wrong_by(struct reflector *reflector, const struct kube_result *result)
{
	const char *refusal = reflector->refusal;
	char *problem = NULL;

	if (result->error) {
		explain(&problem, "%s%.*s: %.300s", kube_api_server(reflector->api),
			(int)strcspn(reflector->path, "?"), reflector->path,
			refusal ? refusal : result->message);
		reflector_go_wrong(reflector, problem, result->retry_after);
		return;
	}
	if (result->status == 401)
		kube_api_refused(reflector->api);
	reflector->absent = result->status == 404;
	explain(&problem, "%s%.*s: %u%s%.300s%s", kube_api_server(reflector->api),
		(int)strcspn(reflector->path, "?"), reflector->path, result->status,
		refusal ? " " : "", refusal ? refusal : "",
		refusal_advice(result->status));
	reflector_go_wrong(reflector, problem,
			   result->status == 404 ? ABSENT_RETRY_S : result->retry_after);
}

void reflector_expire(struct reflector *reflector)
{
	reflector->counts.expired++;
	reflector_set_text(&reflector->version, NULL);
	reflector_set_text(&reflector->fallback, NULL);
	reflector_set_text(&reflector->next, NULL);
}

/* --- asking ------------------------------------------------------------------------- */

void reflector_ask(struct reflector *reflector)
{
	bool watch = reflector->version;
	const struct reflector_state *state =
		watch ? &reflector_watching : &reflector_listing;
	_cleanup_(freep) char *path = state->path(reflector);
	struct kube_request request = {
		.method = "GET",
		.path = path,
		.silence_ms = watch || reflector->silence_ms < LIST_SILENCE_MS
				      ? reflector->silence_ms
				      : LIST_SILENCE_MS,
		.on_body = state->on_body,
		.on_end = state->on_end,
		.data = reflector,
	};

	lines_clear(&reflector->body);
	reflector_set_text(&reflector->refusal, NULL);
	reflector->heard = reflector->expired = false;
	reflector->began = uv_now(reflector->loop);
	if (!path || kube_api_start(reflector->api, &request, &reflector->call) < 0)
		reflector_go_wrong(reflector, NULL, 0);
}

struct reflector *reflector_free(struct reflector *reflector)
{
	if (!reflector)
		return NULL;
	kube_call_cancel(reflector->call);
	alarm_free(reflector->wait);
	lines_clear(&reflector->body);
	free(reflector->path);
	free(reflector->version);
	free(reflector->fallback);
	free(reflector->next);
	free(reflector->refusal);
	free(reflector);
	return NULL;
}

int reflector_new(uv_loop_t *loop, struct kube_api *api, const char *path,
		  unsigned silence_ms, const struct reflector_handler *handler,
		  struct reflector **ret_reflector)
{
	struct reflector *reflector = calloc(1, sizeof(*reflector));

	if (!reflector)
		return -ENOMEM;
	reflector->loop = loop;
	reflector->api = api;
	reflector->silence_ms = silence_ms ? silence_ms : WATCH_SILENCE_MS;
	reflector->handler = *handler;
	reflector->path = strdup(path);
	reflector->fallback = strdup(VERSION_ANY);
	if (!reflector->path || !reflector->fallback ||
	    alarm_new(loop, 0, on_wait, reflector, &reflector->wait) < 0) {
		reflector_free(reflector);
		return -ENOMEM;
	}
	alarm_set(reflector->wait, 0);
	*ret_reflector = reflector;
	return 0;
}

bool reflector_is_synced(const struct reflector *reflector)
{
	return reflector->synced;
}

bool reflector_is_absent(const struct reflector *reflector)
{
	return reflector->absent;
}

const struct reflector_counts *reflector_counts(const struct reflector *reflector)
{
	return &reflector->counts;
}
