// SPDX-License-Identifier: Apache-2.0
#include "report/history.h"

#include <errno.h>
#include <stdlib.h>

struct history {
	size_t capacity;
	size_t first; /* place of the oldest */
	size_t n;
	uint64_t last_sequence;
	uint64_t dropped;
	struct denial *ring[];
};

/* @index counts from the oldest. */
static size_t place(const struct history *history, size_t index)
{
	size_t to_end = history->capacity - history->first;

	return index < to_end ? history->first + index : index - to_end;
}

int history_new(size_t capacity, struct history **ret_history)
{
	struct history *history;

	if (!capacity)
		return -EINVAL;
	if (capacity > (SIZE_MAX - sizeof(*history)) / sizeof(history->ring[0]))
		return -ENOMEM;
	history = calloc(1, sizeof(*history) + capacity * sizeof(history->ring[0]));
	if (!history)
		return -ENOMEM;
	history->capacity = capacity;
	*ret_history = history;
	return 0;
}

struct history *history_free(struct history *history)
{
	for (size_t i = 0; history && i < history->n; i++)
		denial_unref(history->ring[place(history, i)]);
	free(history);
	return NULL;
}

int history_add(struct history *history, struct denial *denial)
{
	if (denial_sequence(denial) <= history->last_sequence)
		return -EINVAL;
	if (history->n == history->capacity) {
		denial_unref(history->ring[history->first]);
		history->first = place(history, 1);
		history->n--;
		history->dropped++;
	}
	history->ring[place(history, history->n++)] = denial_ref(denial);
	history->last_sequence = denial_sequence(denial);
	return 0;
}

struct denial *history_next(const struct history *history, uint64_t sequence)
{
	uint64_t behind;
	size_t index;

	if (sequence >= history->last_sequence || !history->n)
		return NULL;
	/* As far from the end as the numbers are, less those that are missing in between.
	 */
	behind = history->last_sequence - sequence;
	index = behind < history->n ? history->n - (size_t)behind : 0;
	while (denial_sequence(history->ring[place(history, index)]) <= sequence)
		index++;
	return history->ring[place(history, index)];
}

uint64_t history_last_sequence(const struct history *history)
{
	return history->last_sequence;
}

uint64_t history_dropped(const struct history *history)
{
	return history->dropped;
}

size_t history_count(const struct history *history)
{
	return history->n;
}
