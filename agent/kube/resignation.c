// SPDX-License-Identifier: Apache-2.0
#include "kube/resignation.h"

#include <string.h>

#include "kube/alarm.h"
#include "kube/exchange.h"
#include "kube/lease_record.h"
#include "util/cleanup.h"

struct resignation {
	struct exchange exchange;
	const char *path, *holder;
	bool is_over;
};

static void on_read(void *data, const struct exchange_answer *answer);

static void ask(struct resignation *resignation, const char *method, const json_t *body,
		void (*on_answer)(void *data, const struct exchange_answer *answer))
{
	resignation->exchange.on_answer = on_answer;
	if (exchange_start(&resignation->exchange, method, resignation->path,
			   CONTENT_MERGE, body) < 0)
		resignation->is_over = true;
}

static void on_written(void *data, const struct exchange_answer *answer)
{
	struct resignation *resignation = data;

	/* It was written since it was read; perhaps by a request of ours. */
	if (answer->status == 409)
		ask(resignation, "GET", NULL, on_read);
	else
		resignation->is_over = true;
}

static void on_read(void *data, const struct exchange_answer *answer)
{
	struct resignation *resignation = data;
	_cleanup_(json_decrefp) json_t *patch = NULL;
	struct lease_record record;

	if (!exchange_succeeded(answer) || lease_record_read(answer->body, &record) < 0 ||
	    strcmp(record.holder, resignation->holder) != 0) {
		resignation->is_over = true;
		return;
	}
	patch = lease_record_give_back(record.version);
	if (patch)
		ask(resignation, "PATCH", patch, on_written);
	else
		resignation->is_over = true;
}

static void on_limit(void *data)
{
	struct resignation *resignation = data;

	resignation->is_over = true;
}

void resignation_hand_in(uv_loop_t *loop, struct kube_api *api, const char *path,
			 const char *holder, unsigned limit_ms)
{
	struct resignation resignation = {.path = path, .holder = holder};
	struct alarm *limit;

	if (alarm_new(loop, 0, on_limit, &resignation, &limit) < 0)
		return;
	resignation.exchange = (struct exchange){.api = api, .data = &resignation};
	uv_update_time(loop);
	alarm_set(limit, limit_ms);
	ask(&resignation, "GET", NULL, on_read);
	while (!resignation.is_over)
		uv_run(loop, UV_RUN_ONCE);
	exchange_cancel(&resignation.exchange);
	alarm_free(limit);
}
