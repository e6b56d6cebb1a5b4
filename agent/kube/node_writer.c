// SPDX-License-Identifier: Apache-2.0
#include "kube/node_writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kube/alarm.h"
#include "kube/backoff.h"
#include "kube/exchange.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/explain.h"

/* All agents together write about a hundred times a second when a policy changes. */
#define SPREAD_OF_ONE_MS 10U
#define SPREAD_LEAST_MS	 10000U
#define SPREAD_MOST_MS	 600000U

#define PERIOD_MS	 30000U
#define AGAIN_LEAST_MS	 2700000U
#define AGAIN_MOST_MS	 4500000U

/* For what waiting does not mend: somebody may mend it. */
#define HOPELESS_LEAST_MS 300000U
#define HOPELESS_MOST_MS  600000U

struct node_writer {
	struct exchange exchange;
	struct alarm *alarm;
	struct backoff backoff;
	struct node_writer_counts counts;
	char *path;
	json_t *wanted;	 /* NULL: none yet */
	json_t *sent;	 /* that is on its way */
	json_t *written; /* as the server has it; NULL: not known */
	uint64_t since;	 /* the last that was written; CLOCK_BOOTTIME, ns; 0: none */
	unsigned pace;
	size_t members;
};

static uint64_t spread(const struct node_writer *writer)
{
	uint64_t most = (uint64_t)writer->members * SPREAD_OF_ONE_MS;

	if (most < SPREAD_LEAST_MS)
		most = SPREAD_LEAST_MS;
	return random_between(0, most < SPREAD_MOST_MS ? most : SPREAD_MOST_MS);
}

static void write_soon(struct node_writer *writer)
{
	uint64_t passed = (clock_boot() - writer->since) / 1000000 * writer->pace;
	uint64_t wait = 0;

	if (writer->since && passed < PERIOD_MS)
		wait = PERIOD_MS - passed;
	alarm_set_by(writer->alarm, wait + spread(writer));
}

static void replace(json_t **place, json_t *object)
{
	json_decref(*place);
	*place = object;
}

static void fail(struct node_writer *writer, const struct exchange_answer *answer)
{
	uint64_t wait = backoff_next(&writer->backoff, answer->retry_after);

	writer->counts.failures++;
	snprintf(writer->counts.problem, sizeof(writer->counts.problem), "%s",
		 answer->problem);
	if (exchange_is_hopeless(answer))
		wait = random_between(HOPELESS_LEAST_MS, HOPELESS_MOST_MS);
	alarm_set(writer->alarm, wait);
}

static void on_written(void *data, const struct exchange_answer *answer)
{
	struct node_writer *writer = data;

	if (!exchange_succeeded(answer)) {
		replace(&writer->sent, NULL);
		fail(writer, answer);
		return;
	}
	replace(&writer->written, TAKE_PTR(writer->sent));
	writer->since = clock_boot();
	writer->counts.writes++;
	writer->counts.problem[0] = '\0';
	backoff_reset(&writer->backoff);
	alarm_set(writer->alarm, random_between(AGAIN_LEAST_MS, AGAIN_MOST_MS));
	if (!json_equal(writer->written, writer->wanted))
		write_soon(writer);
}

static void on_alarm(void *data)
{
	struct node_writer *writer = data;

	if (exchange_start(&writer->exchange, "PATCH", writer->path, CONTENT_APPLY,
			   writer->wanted) < 0) {
		alarm_set(writer->alarm, backoff_next(&writer->backoff, 0));
		return;
	}
	replace(&writer->sent, json_incref(writer->wanted));
}

/* While one is on its way, or failed, that has its own time to look again. */
void node_writer_set(struct node_writer *writer, json_t *object)
{
	if (json_equal(writer->wanted, object)) {
		json_decref(object);
		return;
	}
	replace(&writer->wanted, object);
	if (writer->sent || writer->backoff.failures ||
	    json_equal(writer->written, writer->wanted))
		return;
	write_soon(writer);
}

void node_writer_set_members(struct node_writer *writer, size_t members)
{
	writer->members = members;
}

const struct node_writer_counts *node_writer_counts(const struct node_writer *writer)
{
	return &writer->counts;
}

struct node_writer *node_writer_free(struct node_writer *writer)
{
	if (!writer)
		return NULL;
	exchange_cancel(&writer->exchange);
	alarm_free(writer->alarm);
	json_decref(writer->wanted);
	json_decref(writer->sent);
	json_decref(writer->written);
	free(writer->path);
	free(writer);
	return NULL;
}

int node_writer_new(uv_loop_t *loop, struct kube_api *api, const char *node,
		    unsigned pace, struct node_writer **ret_writer)
{
	struct node_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return -ENOMEM;
	writer->pace = pace ? pace : 1;
	writer->exchange =
		(struct exchange){.api = api, .on_answer = on_written, .data = writer};
	explain(&writer->path,
		"/apis/lsmd.io/v1alpha1/lsmnodes/%s?fieldManager=lsmd&force=true", node);
	if (!writer->path ||
	    alarm_new(loop, pace, on_alarm, writer, &writer->alarm) < 0) {
		node_writer_free(writer);
		return -ENOMEM;
	}
	*ret_writer = writer;
	return 0;
}
