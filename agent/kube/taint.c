// SPDX-License-Identifier: Apache-2.0
#include "kube/taint.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include "kube/alarm.h"
#include "kube/backoff.h"
#include "util/cleanup.h"
#include "util/explain.h"

#define LOOK_PERIOD_MS	    1000
#define SILENCE_MS	    30000U

#define STATUS_OK	    200
#define STATUS_UNAUTHORIZED 401
#define STATUS_FORBIDDEN    403
/* The test did not hold, or somebody was faster: a newer version is on its way. */
#define STATUS_CONFLICT	     409
#define STATUS_UNPROCESSABLE 422

struct taint {
	struct taint_options options;
	struct alarm *alarm;	/* for the next try */
	struct kube_api *api;	/* of the call */
	struct kube_call *call; /* NULL: none is under way */
	struct backoff backoff;
	char *path;
	json_int_t index; /* in spec.taints; -1: it is not there */
	char *problem;
};

static void try(struct taint *taint);

static void on_alarm(void *data)
{
	try(data);
}

/* --- the request ----------------------------------------------------------------------
 */

/* @result: NULL: there is none */
static void set_problem(struct taint *taint, const struct kube_result *result)
{
	free(taint->problem);
	taint->problem = NULL;
	if (!result)
		return;
	if (result->error)
		explain(&taint->problem,
			"the node's taint " TAINT_KEY " could not be removed: %s",
			result->message);
	else
		explain(&taint->problem,
			"the node's taint " TAINT_KEY
			" could not be removed: the API server says %u%s",
			result->status,
			result->status == STATUS_FORBIDDEN ? "; may lsmd patch nodes?"
							   : "");
}

static bool is_outdated(const struct kube_result *result)
{
	return result->status == STATUS_CONFLICT ||
	       result->status == STATUS_UNPROCESSABLE;
}

static void on_end(void *data, const struct kube_result *result)
{
	struct taint *taint = data;

	taint->call = NULL;
	if (result->error == 0 && result->status == STATUS_OK) {
		backoff_reset(&taint->backoff);
		set_problem(taint, NULL);
		taint->index = -1;
		return;
	}
	if (result->status == STATUS_UNAUTHORIZED)
		kube_api_refused(taint->api);
	set_problem(taint, is_outdated(result) ? NULL : result);
	alarm_set(taint->alarm, backoff_next(&taint->backoff, result->retry_after));
}

static int on_body(void *data, unsigned status, const char *bytes, size_t length)
{
	(void)data;
	(void)status;
	(void)bytes;
	(void)length;
	return 0;
}

static char *make_patch(json_int_t index)
{
	_cleanup_(freep) char *item = NULL, *key = NULL;
	json_t *patch;
	char *text;

	explain(&item, "/spec/taints/%lld", (long long)index);
	explain(&key, "/spec/taints/%lld/key", (long long)index);
	patch = item && key
			? json_pack("[{s:s, s:s, s:s}, {s:s, s:s}]", "op", "test", "path",
				    key, "value", TAINT_KEY, "op", "remove", "path", item)
			: NULL;
	text = patch ? json_dumps(patch, JSON_COMPACT) : NULL;
	json_decref(patch);
	return text;
}

static int ask(struct taint *taint)
{
	_cleanup_(freep) char *body = make_patch(taint->index);
	const struct kube_request request = {
		.method = "PATCH",
		.path = taint->path,
		.content_type = "application/json-patch+json",
		.body = body,
		.body_length = body ? strlen(body) : 0,
		.silence_ms = SILENCE_MS,
		.on_body = on_body,
		.on_end = on_end,
		.data = taint,
	};

	return body ? kube_api_start(taint->api, &request, &taint->call) : -ENOMEM;
}

static void try(struct taint *taint)
{
	if (taint->index < 0 || taint->call)
		return;
	taint->api = taint->options.is_ready(taint->options.data)
			     ? taint->options.api(taint->options.data)
			     : NULL;
	if (!taint->api || ask(taint) < 0)
		alarm_set(taint->alarm, LOOK_PERIOD_MS);
}

/* --- what is known --------------------------------------------------------------------
 */

static json_int_t find(const json_t *node)
{
	const json_t *taints = json_object_get(json_object_get(node, "spec"), "taints");
	const json_t *taint;
	size_t i;

	json_array_foreach (taints, i, taint) {
		const char *key = json_string_value(json_object_get(taint, "key"));

		if (key && !strcmp(key, TAINT_KEY))
			return (json_int_t)i;
	}
	return -1;
}

void taint_tell(struct taint *taint, const json_t *node)
{
	taint->index = find(node);
	if (taint->index < 0)
		set_problem(taint, NULL);
	else if (!taint->call && !alarm_is_set(taint->alarm))
		alarm_set(taint->alarm, 0);
}

const char *taint_problem(const struct taint *taint)
{
	return taint->problem;
}

/* --- life -----------------------------------------------------------------------------
 */

struct taint *taint_free(struct taint *taint)
{
	if (!taint)
		return NULL;
	kube_call_cancel(taint->call);
	alarm_free(taint->alarm);
	free(taint->path);
	free(taint->problem);
	free(taint);
	return NULL;
}

static int set_path(struct taint *taint)
{
	char *name = curl_easy_escape(NULL, taint->options.node, 0);

	if (name)
		explain(&taint->path, "/api/v1/nodes/%s", name);
	curl_free(name);
	return taint->path ? 0 : -ENOMEM;
}

int taint_new(uv_loop_t *loop, const struct taint_options *options,
	      struct taint **ret_taint)
{
	struct taint *taint = calloc(1, sizeof(*taint));

	if (!taint)
		return -ENOMEM;
	taint->options = *options;
	taint->index = -1;
	if (alarm_new(loop, 0, on_alarm, taint, &taint->alarm) < 0 ||
	    set_path(taint) < 0) {
		taint_free(taint);
		return -ENOMEM;
	}
	*ret_taint = taint;
	return 0;
}
