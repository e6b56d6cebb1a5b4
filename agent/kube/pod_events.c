// SPDX-License-Identifier: Apache-2.0
#include "kube/pod_events.h"

#include <errno.h>
#include <stdlib.h>

#include "kube/alarm.h"
#include "kube/backoff.h"
#include "kube/budget.h"
#include "kube/exchange.h"
#include "kube/pod_event.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* Pods and rules at a time; what is written already makes room for what is not. */
#define EVENTS_MAX 256

#define PERIOD_MS  300000U

/* All of a node's Events. */
#define BURST	 20U
#define TOKEN_MS 1000U

struct pod_events {
	struct pod_events_options options;
	struct exchange exchange;
	struct alarm *alarm;
	struct backoff backoff;
	struct budget budget;
	struct pod_events_counts counts;
	struct pod_event *items; /* EVENTS_MAX */
	size_t n;
	struct pod_event *sent; /* that is on its way; NULL: none */
	uint64_t sent_gain;	/* what it was told of */
	bool is_failing;	/* the alarm is set for another try */
};

static uint64_t now_ms(const struct pod_events *events)
{
	return clock_boot() / 1000000 * (events->options.pace ? events->options.pace : 1);
}

/* --- which
 * ------------------------------------------------------------------------------ */

static struct pod_event *find(struct pod_events *events, uint64_t key)
{
	for (size_t i = 0; i < events->n; i++)
		if (events->items[i].key == key)
			return &events->items[i];
	return NULL;
}

/* Return: room for another; NULL: there is none. */
static struct pod_event *make_room(struct pod_events *events)
{
	struct pod_event *oldest = NULL;

	if (events->n < EVENTS_MAX)
		return &events->items[events->n++];
	for (size_t i = 0; i < events->n; i++) {
		struct pod_event *event = &events->items[i];

		if (!event->gained && (!oldest || event->last < oldest->last))
			oldest = event;
	}
	if (oldest)
		pod_event_clear(oldest);
	return oldest;
}

/* The one that is due first, among those that have something to tell. */
static struct pod_event *first_due(struct pod_events *events)
{
	struct pod_event *first = NULL;

	for (size_t i = 0; i < events->n; i++) {
		struct pod_event *event = &events->items[i];

		if (event->gained && (!first || event->due < first->due))
			first = event;
	}
	return first;
}

/* --- writing
 * ---------------------------------------------------------------------------- */

static void go_on(struct pod_events *events);

static void settle(struct pod_events *events, bool is_written)
{
	struct pod_event *event = TAKE_PTR(events->sent);

	event->gained -= events->sent_gain;
	event->due = now_ms(events) + PERIOD_MS;
	if (is_written) {
		event->written += events->sent_gain;
		events->counts.written++;
		events->counts.denials += events->sent_gain;
	} else {
		events->counts.dropped += events->sent_gain;
	}
	backoff_reset(&events->backoff);
	go_on(events);
}

/* The object is made anew: a server keeps Events for about an hour. */
static void forget_object(struct pod_event *event)
{
	free(event->name);
	event->name = NULL;
	event->first = event->last;
	event->written = 0;
}

static void try_later(struct pod_events *events, unsigned retry_after)
{
	events->sent = NULL;
	events->is_failing = true;
	alarm_set(events->alarm, backoff_next(&events->backoff, retry_after));
}

static void on_patched(void *data, const struct exchange_answer *answer)
{
	struct pod_events *events = data;

	if (exchange_succeeded(answer)) {
		settle(events, true);
		return;
	}
	events->counts.failures++;
	if (answer->status == 404) {
		forget_object(TAKE_PTR(events->sent));
		go_on(events);
	} else if (exchange_is_hopeless(answer)) {
		settle(events, false);
	} else {
		try_later(events, answer->retry_after);
	}
}

/* Of a try whose answer was lost there may be one already: it is as good. */
static void on_created(void *data, const struct exchange_answer *answer)
{
	struct pod_events *events = data;

	if (exchange_succeeded(answer) || answer->status == 409) {
		settle(events, true);
		return;
	}
	events->counts.failures++;
	free(events->sent->name);
	events->sent->name = NULL;
	if (exchange_is_hopeless(answer))
		settle(events, false);
	else
		try_later(events, answer->retry_after);
}

static void write_event(struct pod_events *events, struct pod_event *event)
{
	bool is_new = !event->name;
	_cleanup_(freep) char *path = pod_event_path(event);
	_cleanup_(json_decrefp) json_t *body =
		is_new ? pod_event_json(event, events->options.node)
		       : pod_event_patch(event);

	events->sent = event;
	events->sent_gain = event->gained;
	events->exchange.on_answer = is_new ? on_created : on_patched;
	if (path && body && event->name &&
	    exchange_start(&events->exchange, is_new ? "POST" : "PATCH", path,
			   is_new ? CONTENT_JSON : CONTENT_MERGE, body) == 0)
		return;
	if (is_new) {
		free(event->name);
		event->name = NULL;
	}
	try_later(events, 0);
}

/* Write what is due, or have the alarm ring when something is. */
static void go_on(struct pod_events *events)
{
	struct pod_event *event = first_due(events);
	uint64_t now = now_ms(events), wait;

	if (events->sent || events->is_failing || !event)
		return;
	if (event->due > now) {
		alarm_set(events->alarm, event->due - now);
		return;
	}
	wait = budget_take(&events->budget, now);
	if (wait)
		alarm_set(events->alarm, wait);
	else
		write_event(events, event);
}

static void on_alarm(void *data)
{
	struct pod_events *events = data;

	events->is_failing = false;
	go_on(events);
}

/* --- the whole
 * -------------------------------------------------------------------------- */

void pod_events_add(struct pod_events *events, const json_t *denial)
{
	uint64_t wall = clock_wall();
	struct pod_event *event;

	if (!pod_event_is_of_pod(denial))
		return;
	event = find(events, pod_event_key(denial));
	if (!event) {
		event = make_room(events);
		if (!event || pod_event_begin(event, denial, wall) < 0) {
			events->counts.dropped++;
			return;
		}
	}
	pod_event_count(event, denial, wall);
	go_on(events);
}

const struct pod_events_counts *pod_events_counts(const struct pod_events *events)
{
	return &events->counts;
}

struct pod_events *pod_events_free(struct pod_events *events)
{
	if (!events)
		return NULL;
	exchange_cancel(&events->exchange);
	alarm_free(events->alarm);
	for (size_t i = 0; i < events->n; i++)
		pod_event_clear(&events->items[i]);
	free(events->items);
	free(events);
	return NULL;
}

int pod_events_new(uv_loop_t *loop, struct kube_api *api,
		   const struct pod_events_options *options,
		   struct pod_events **ret_events)
{
	struct pod_events *events = calloc(1, sizeof(*events));

	if (!events)
		return -ENOMEM;
	events->options = *options;
	events->exchange = (struct exchange){.api = api, .data = events};
	events->items = calloc(EVENTS_MAX, sizeof(*events->items));
	if (!events->items ||
	    alarm_new(loop, options->pace, on_alarm, events, &events->alarm) < 0) {
		free(events->items);
		free(events);
		return -ENOMEM;
	}
	budget_init(&events->budget, BURST, TOKEN_MS, now_ms(events));
	*ret_events = events;
	return 0;
}
