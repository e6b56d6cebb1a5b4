// SPDX-License-Identifier: Apache-2.0
#include "kube/exchange.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kube/refusal.h"
#include "util/cleanup.h"

#define SILENCE_MS 15000

/* An object is below 1.5 MiB in etcd, and may be some times that as JSON. */
#define ANSWER_MAX (8U << 20)

const char *metadata_text(const json_t *object, const char *key)
{
	return json_string_value(
		json_object_get(json_object_get(object, "metadata"), key));
}

static int on_body(void *data, unsigned status, const char *bytes, size_t length)
{
	struct exchange *exchange = data;

	(void)status;
	return lines_put(&exchange->body, bytes, length, ANSWER_MAX);
}

static void set_problem(const struct exchange *exchange, const struct kube_result *result,
			struct exchange_answer *answer)
{
	const char *message = refusal_message(answer->body);

	if (exchange_succeeded(answer))
		return;
	if (result->error)
		snprintf(answer->problem, sizeof(answer->problem), "%s: %s",
			 exchange->what, result->message);
	else
		snprintf(answer->problem, sizeof(answer->problem), "%s: %u %s",
			 exchange->what, result->status, message ? message : "");
}

static void on_end(void *data, const struct kube_result *result)
{
	struct exchange *exchange = data;
	_cleanup_(json_decrefp) json_t *body =
		json_loadb(exchange->body.bytes ? exchange->body.bytes : "",
			   exchange->body.n, 0, NULL);
	struct exchange_answer answer = {.status = result->error ? 0 : result->status,
					 .retry_after = result->retry_after,
					 .body = body};

	exchange->call = NULL;
	lines_clear(&exchange->body);
	if (answer.status == 401)
		kube_api_refused(exchange->api);
	set_problem(exchange, result, &answer);
	exchange->on_answer(exchange->data, &answer);
}

int exchange_start(struct exchange *exchange, const char *method, const char *path,
		   const char *content_type, const json_t *body)
{
	_cleanup_(freep) char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	const struct kube_request request = {
		.method = method,
		.path = path,
		.content_type = body ? content_type : NULL,
		.body = text,
		.body_length = text ? strlen(text) : 0,
		.silence_ms = SILENCE_MS,
		.on_body = on_body,
		.on_end = on_end,
		.data = exchange,
	};

	if (exchange->call)
		return -EBUSY;
	if (body && !text)
		return -ENOMEM;
	snprintf(exchange->what, sizeof(exchange->what), "%s %.*s", method,
		 (int)strcspn(path, "?"), path);
	return kube_api_start(exchange->api, &request, &exchange->call);
}

void exchange_cancel(struct exchange *exchange)
{
	exchange->call = kube_call_cancel(exchange->call);
	lines_clear(&exchange->body);
}
