// SPDX-License-Identifier: Apache-2.0
#include "enforce/retired.h"

#include <stddef.h>

static void push(struct binding **list, struct binding *binding)
{
	binding->next = *list;
	*list = binding;
}

static void free_list(struct binding *list)
{
	while (list) {
		struct binding *next = list->next;

		binding_free(list);
		list = next;
	}
}

void retired_clear(struct retired *retired)
{
	free_list(retired->unsettled);
	free_list(retired->settled);
	*retired = (struct retired){0};
}

void retired_add(struct retired *retired, struct binding *binding)
{
	push(&retired->unsettled, binding);
}

void retired_harvest(const struct retired *retired, struct counters *counters,
		     enforcer_harvest_fn gained, void *data)
{
	for (const struct binding *at = retired->unsettled; at; at = at->next)
		binding_harvest(at, counters, gained, data);
}

void retired_settle(struct retired *retired, struct counters *counters, uint64_t mark)
{
	while (retired->unsettled) {
		struct binding *binding = retired->unsettled;

		retired->unsettled = binding->next;
		if (binding->block.length)
			counters_give(counters, &binding->block);
		binding->mark = mark;
		push(&retired->settled, binding);
	}
}

struct binding *retired_take(struct retired *retired, uint64_t mark)
{
	struct binding **at = &retired->settled;
	struct binding *binding;

	while (*at && (*at)->mark > mark)
		at = &(*at)->next;
	binding = *at;
	if (binding)
		*at = binding->next;
	return binding;
}
