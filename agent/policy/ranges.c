/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/ranges.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/room.h"
#include "util/cleanup.h"

/* At a key, a rule's number of spans of one kind that cover what follows changes. */
struct edge_event {
	range_key key;
	uint32_t rule;
	bool minus;
	bool ends;
};

struct sweep {
	struct edge_event *events;
	size_t n_events;
	uint32_t *plus; /* of each rule, spans that cover the key */
	uint32_t *minus;
	uint32_t *holding; /* rules that hold, ascending */
	size_t n_holding;
	struct segment *segments;
	size_t n, room;
};

int spans_add(struct spans *spans, range_key first, range_key last, uint32_t rule,
	      bool minus)
{
	if (room_for(&spans->items, &spans->room, spans->n + 1) < 0)
		return -ENOMEM;
	spans->items[spans->n++] =
		(struct span){.first = first, .last = last, .rule = rule, .minus = minus};
	return 0;
}

void spans_clear(struct spans *spans)
{
	free(spans->items);
	*spans = (struct spans){0};
}

static int compare_events(const void *a, const void *b)
{
	const struct edge_event *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static int list_events(struct sweep *sweep, const struct spans *spans, range_key last)
{
	sweep->events = calloc(2 * spans->n + 1, sizeof(*sweep->events));
	if (!sweep->events)
		return -ENOMEM;
	for (size_t i = 0; i < spans->n; i++) {
		const struct span *span = &spans->items[i];
		struct edge_event event = {
			.key = span->first, .rule = span->rule, .minus = span->minus};

		sweep->events[sweep->n_events++] = event;
		if (span->last >= last)
			continue;
		event.key = span->last + 1;
		event.ends = true;
		sweep->events[sweep->n_events++] = event;
	}
	qsort(sweep->events, sweep->n_events, sizeof(*sweep->events), compare_events);
	return 0;
}

/* The place of a rule among those that hold, or where it would be. */
static size_t place_of(const struct sweep *sweep, uint32_t rule)
{
	size_t first = 0, n = sweep->n_holding;

	while (n) {
		size_t half = n / 2;

		if (sweep->holding[first + half] < rule) {
			first += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return first;
}

static void set_holding(struct sweep *sweep, uint32_t rule)
{
	size_t place = place_of(sweep, rule), after = sweep->n_holding - place;
	uint32_t *at = sweep->holding + place;
	bool was = after && *at == rule, is = sweep->plus[rule] && !sweep->minus[rule];

	if (is && !was) {
		memmove(at + 1, at, after * sizeof(*at));
		*at = rule;
		sweep->n_holding++;
	} else if (was && !is) {
		memmove(at, at + 1, (after - 1) * sizeof(*at));
		sweep->n_holding--;
	}
}

static void apply(struct sweep *sweep, const struct edge_event *event)
{
	uint32_t *count = &(event->minus ? sweep->minus : sweep->plus)[event->rule];

	*count += event->ends ? UINT32_MAX : 1;
	set_holding(sweep, event->rule);
}

static int begin_segment(struct sweep *sweep, range_key first, struct sets *sets)
{
	uint32_t set;
	int r = sets_intern(sets, sweep->holding, sweep->n_holding, &set);

	if (r < 0)
		return r;
	if (room_for(&sweep->segments, &sweep->room, sweep->n + 1) < 0)
		return -ENOMEM;
	sweep->segments[sweep->n++] = (struct segment){.first = first, .value = set};
	return 0;
}

static int sweep_over(struct sweep *sweep, struct sets *sets)
{
	range_key key = 0;
	size_t i = 0;
	int r;

	do {
		while (i < sweep->n_events && sweep->events[i].key == key)
			apply(sweep, &sweep->events[i++]);
		r = begin_segment(sweep, key, sets);
		if (i < sweep->n_events)
			key = sweep->events[i].key;
		else
			break;
	} while (r == 0);
	return r;
}

static void sweep_clear(struct sweep *sweep)
{
	free(sweep->events);
	free(sweep->plus);
	free(sweep->minus);
	free(sweep->holding);
	free(sweep->segments);
}

size_t ranges_merge(struct segment *segments, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!kept || segments[kept - 1].value != segments[i].value)
			segments[kept++] = segments[i];
	return kept;
}

int ranges_flatten(const struct spans *spans, range_key last, uint32_t n_rules,
		   struct sets *sets, struct segment **ret_segments, size_t *ret_n)
{
	_cleanup_(sweep_clear) struct sweep sweep = {0};
	int r;

	sweep.plus = calloc(n_rules + (size_t)1, sizeof(*sweep.plus));
	sweep.minus = calloc(n_rules + (size_t)1, sizeof(*sweep.minus));
	sweep.holding = calloc(n_rules + (size_t)1, sizeof(*sweep.holding));
	if (!sweep.plus || !sweep.minus || !sweep.holding)
		return -ENOMEM;
	r = list_events(&sweep, spans, last);
	if (r == 0)
		r = sweep_over(&sweep, sets);
	if (r < 0)
		return r;
	*ret_n = ranges_merge(sweep.segments, sweep.n);
	*ret_segments = TAKE_PTR(sweep.segments);
	return 0;
}
