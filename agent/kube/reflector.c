// SPDX-License-Identifier: Apache-2.0
/*
 * Two states that ask, listing and watching, and a third that waits:
 *
 *     listing  -- whole --> watching -- ends, fails --> watching, from the last version
 *        ^                      |
 *        +------- 410 Gone -----+      anything that failed waits first (backoff.h)
 */
#include "kube/reflector.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include "kube/alarm.h"
#include "kube/backoff.h"
#include "kube/lines.h"
#include "util/cleanup.h"
#include "util/explain.h"

/* Objects of a page. Servers of 1.x up to some version ignore it where the version is 0.
 */
#define PAGE "100"

/* A page, however large its objects. */
#define PAGE_MAX_BYTES (64U << 20)

/* How long the server is asked to keep a watch open, in seconds: spread, so that those of
 * many agents do not end together. */
#define WATCH_SHORTEST 300
#define WATCH_LONGEST  600

/* A server sends a bookmark about once a minute; one that sends nothing for three is
 * gone. */
#define WATCH_SILENCE_MS 180000
#define LIST_SILENCE_MS	 30000

/* Where there is no such kind, it may be installed later; nobody waits for it by the
 * second. */
#define ABSENT_RETRY_S 30

/* A watch that ends sooner and told nothing counts as a failure. */
#define WATCH_TOO_SHORT_MS 1000

#define VERSION_ANY	   "0" /* whatever the server's cache has */

struct reflector {
	uv_loop_t *loop;
	struct kube_api *api;
	struct kube_call *call;
	struct alarm *wait;
	struct reflector_handler handler;
	struct reflector_counts counts;
	struct backoff backoff;
	char *path;
	char *version;	/* resourceVersion to go on from; NULL: list */
	char *fallback; /* version that a list may be served from; NULL: the newest */
	char *next;	/* token of the next page; NULL: the first */
	struct lines body;
	char *refusal;	/* what an ERROR event said */
	uint64_t began; /* the watch at hand, by uv_now() */
	unsigned silence_ms;
	bool heard; /* an event of the watch at hand */
	bool expired;
	bool synced;
	bool absent;
	bool troubled; /* a problem was told */
};

static void ask(struct reflector *reflector);

static int set_text(char **place, const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		return -ENOMEM;
	free(*place);
	*place = copy;
	return 0;
}

static const char *metadata_text(const json_t *object, const char *key)
{
	return json_string_value(
		json_object_get(json_object_get(object, "metadata"), key));
}

/* --- problems and waiting ----------------------------------------------------------- */

static void on_wait(void *data)
{
	ask(data);
}

static void go_well(struct reflector *reflector)
{
	backoff_reset(&reflector->backoff);
	if (reflector->troubled)
		reflector->handler.problem(reflector->handler.data, NULL);
	reflector->troubled = false;
}

/* Try again in a while. @problem: owned here; NULL: no memory to say it. */
static void go_wrong(struct reflector *reflector, char *problem, unsigned retry_after)
{
	reflector->counts.failures++;
	reflector->troubled = true;
	reflector->handler.problem(reflector->handler.data,
				   problem ? problem : "out of memory");
	free(problem);
	alarm_set(reflector->wait, backoff_next(&reflector->backoff, retry_after));
}

/* The version that was asked for lies in the server's future: it was set back to a
 * backup, or it lags behind the one that was asked before. Going on from there would
 * miss what happens until it has come so far (client-go: IsTooLargeResourceVersion). */
static bool is_too_large(const json_t *status)
{
	const json_t *causes =
		json_object_get(json_object_get(status, "details"), "causes");
	const json_t *cause;
	size_t i;

	json_array_foreach (causes, i, cause) {
		const char *reason = json_string_value(json_object_get(cause, "reason"));

		if (reason && !strcmp(reason, "ResourceVersionTooLarge"))
			return true;
	}
	return false;
}

/* What the server says of its own refusal, a Status: its message is to be told, and some
 * codes mean that the version cannot be gone on from. */
static void take_status(struct reflector *reflector, const json_t *status)
{
	const char *message = json_string_value(json_object_get(status, "message"));

	reflector->expired = json_integer_value(json_object_get(status, "code")) == 410 ||
			     is_too_large(status);
	set_text(&reflector->refusal, message);
}

static void take_refusal(struct reflector *reflector)
{
	_cleanup_(json_decrefp) json_t *status =
		json_loadb(reflector->body.bytes ? reflector->body.bytes : "",
			   reflector->body.n, 0, NULL);

	take_status(reflector, status);
}

/* What a status means for who has to mend it. */
static const char *advice_of(unsigned status)
{
	static const struct {
		unsigned status;
		const char *advice;
	} table[] = {
		{401, "; the token is not taken: is the service account still there?"},
		{403, "; give its role get, list and watch of this"},
		{404, "; install the custom resource definitions"},
		{429, "; the server is overloaded, it is asked again later"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].status == status)
			return table[i].advice;
	return "";
}

static void go_wrong_by(struct reflector *reflector, const struct kube_result *result)
{
	const char *refusal = reflector->refusal;
	char *problem = NULL;

	if (result->error) {
		explain(&problem, "%s%.*s: %.300s", kube_api_server(reflector->api),
			(int)strcspn(reflector->path, "?"), reflector->path,
			refusal ? refusal : result->message);
		go_wrong(reflector, problem, result->retry_after);
		return;
	}
	if (result->status == 401)
		kube_api_refused(reflector->api);
	reflector->absent = result->status == 404;
	explain(&problem, "%s%.*s: %u%s%.300s%s", kube_api_server(reflector->api),
		(int)strcspn(reflector->path, "?"), reflector->path, result->status,
		refusal ? " " : "", refusal ? refusal : "", advice_of(result->status));
	go_wrong(reflector, problem,
		 result->status == 404 ? ABSENT_RETRY_S : result->retry_after);
}

/* The version is gone from the server's memory: what is there now has to be listed. */
static void expire(struct reflector *reflector)
{
	reflector->counts.expired++;
	set_text(&reflector->version, NULL);
	set_text(&reflector->fallback, NULL);
	set_text(&reflector->next, NULL);
}

/* --- the list ----------------------------------------------------------------------- */

static int on_page_bytes(void *data, unsigned status, const char *bytes, size_t length)
{
	struct reflector *reflector = data;

	(void)status;
	return lines_put(&reflector->body, bytes, length, PAGE_MAX_BYTES);
}

static int give_items(struct reflector *reflector, const json_t *items)
{
	const json_t *item;
	size_t i;

	json_array_foreach (items, i, item) {
		int r = reflector->handler.object(reflector->handler.data, item);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Return: 0; -EPROTO when it is no list; what the handler said. */
static int take_page(struct reflector *reflector)
{
	_cleanup_(json_decrefp) json_t *list =
		json_loadb(reflector->body.bytes ? reflector->body.bytes : "",
			   reflector->body.n, 0, NULL);
	const json_t *items = json_object_get(list, "items");
	const char *version = metadata_text(list, "resourceVersion");
	const char *next = metadata_text(list, "continue");
	int r;

	lines_clear(&reflector->body);
	/* An empty list of Go may be null. */
	if (!version || (items && !json_is_array(items) && !json_is_null(items)))
		return -EPROTO;
	if (!reflector->next)
		reflector->handler.begin(reflector->handler.data);
	r = give_items(reflector, items);
	if (r == 0)
		r = set_text(&reflector->next, next && *next ? next : NULL);
	if (r == 0 && !reflector->next)
		r = set_text(&reflector->version, version);
	return r;
}

static void on_page_end(void *data, const struct kube_result *result)
{
	struct reflector *reflector = data;
	char *problem = NULL;
	int r;

	reflector->call = NULL;
	if (result->error || result->status != 200) {
		if (!result->error)
			take_refusal(reflector);
		if (reflector->expired)
			expire(reflector);
		set_text(&reflector->next, NULL);
		go_wrong_by(reflector, result);
		return;
	}
	r = take_page(reflector);
	if (r < 0) {
		set_text(&reflector->next, NULL);
		explain(&problem, "%s%s: %s", kube_api_server(reflector->api),
			reflector->path,
			r == -EPROTO ? "the answer is not a list" : strerrordesc_np(-r));
		go_wrong(reflector, problem, 0);
		return;
	}
	reflector->absent = false;
	if (reflector->version) {
		reflector->synced = true;
		reflector->handler.synced(reflector->handler.data);
	}
	go_well(reflector);
	ask(reflector);
}

static char *page_path(struct reflector *reflector)
{
	char separator = strchr(reflector->path, '?') ? '&' : '?';
	char *path = NULL, *token;

	if (!reflector->next) {
		reflector->counts.lists++;
		explain(&path, "%s%climit=" PAGE "%s%s", reflector->path, separator,
			reflector->fallback ? "&resourceVersion=" : "",
			reflector->fallback ? reflector->fallback : "");
		return path;
	}
	token = curl_easy_escape(NULL, reflector->next, 0);
	if (token)
		explain(&path, "%s%climit=" PAGE "&continue=%s", reflector->path,
			separator, token);
	curl_free(token);
	return path;
}

/* --- the watch ---------------------------------------------------------------------- */

static int take_event(struct reflector *reflector, const char *type, const json_t *object)
{
	const struct reflector_handler *handler = &reflector->handler;
	const char *version = metadata_text(object, "resourceVersion");
	int r = 0;

	if (!strcmp(type, "ERROR")) {
		take_status(reflector, object);
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
	return r < 0 ? r : set_text(&reflector->version, version);
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
		go_well(reflector);
	}
	return take_event(reflector, type, object);
}

static int on_watch_bytes(void *data, unsigned status, const char *bytes, size_t length)
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

static void on_watch_end(void *data, const struct kube_result *result)
{
	struct reflector *reflector = data;

	reflector->call = NULL;
	if (!result->error && result->status != 200)
		take_refusal(reflector);
	if (reflector->expired)
		expire(reflector);
	if (ended_well(reflector, result))
		ask(reflector);
	else
		go_wrong_by(reflector, result);
	lines_clear(&reflector->body);
}

static char *watch_path(struct reflector *reflector)
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

/* --- either ------------------------------------------------------------------------- */

static void ask(struct reflector *reflector)
{
	bool watch = reflector->version;
	_cleanup_(freep) char *path =
		watch ? watch_path(reflector) : page_path(reflector);
	struct kube_request request = {
		.method = "GET",
		.path = path,
		.silence_ms = watch || reflector->silence_ms < LIST_SILENCE_MS
				      ? reflector->silence_ms
				      : LIST_SILENCE_MS,
		.on_body = watch ? on_watch_bytes : on_page_bytes,
		.on_end = watch ? on_watch_end : on_page_end,
		.data = reflector,
	};

	lines_clear(&reflector->body);
	set_text(&reflector->refusal, NULL);
	reflector->heard = reflector->expired = false;
	reflector->began = uv_now(reflector->loop);
	if (!path || kube_api_start(reflector->api, &request, &reflector->call) < 0)
		go_wrong(reflector, NULL, 0);
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
