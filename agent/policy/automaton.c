/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/automaton.h"

#include <errno.h>
#include <stdlib.h>

#include "policy/room.h"
#include "util/cleanup.h"

int automaton_new(struct automaton **ret_automaton)
{
	struct automaton *automaton = calloc(1, sizeof(*automaton));

	if (!automaton)
		return -ENOMEM;
	automaton->sets.limit = AUTOMATON_ITEMS;
	automaton->stars.limit = AUTOMATON_ITEMS;
	automaton->tag_sets.limit = AUTOMATON_ITEMS;
	*ret_automaton = automaton;
	return 0;
}

struct automaton *automaton_free(struct automaton *automaton)
{
	if (!automaton)
		return NULL;
	pattern_clear(&automaton->pattern);
	sets_clear(&automaton->sets);
	sets_clear(&automaton->stars);
	sets_clear(&automaton->tag_sets);
	free(automaton->starts);
	free(automaton->states);
	free(automaton->edges);
	free(automaton);
	return NULL;
}

void automaton_freep(struct automaton **automaton)
{
	automaton_free(*automaton);
}

int automaton_add(struct automaton *automaton, const char *text, uint32_t tag)
{
	size_t n = automaton->n_patterns, start = automaton->pattern.n;
	int r;

	if (room_for(&automaton->starts, &automaton->starts_room, n + 1) < 0)
		return -ENOMEM;
	r = pattern_parse(&automaton->pattern, text, tag);
	if (r < 0)
		return r;
	automaton->starts[n] = (uint32_t)start;
	automaton->n_patterns++;
	if (tag >= automaton->n_tags)
		automaton->n_tags = tag + 1;
	return 0;
}

/* Items of all states by their tags, and how many states are in each set of stars. */
static void count_items(const struct automaton *automaton, size_t *by_tag,
			size_t *by_stars)
{
	for (uint32_t id = 0; id < automaton->sets.n; id++) {
		size_t n;
		const uint32_t *items = sets_get(&automaton->sets, id, &n);

		by_stars[items[0]]++;
		for (size_t i = 1; i < n; i++)
			by_tag[automaton->pattern.elements[items[i]].tag]++;
	}
}

static void count_stars(const struct automaton *automaton, size_t *by_tag,
			const size_t *by_stars)
{
	for (uint32_t id = 0; id < automaton->stars.n; id++) {
		size_t n;
		const uint32_t *stars = sets_get(&automaton->stars, id, &n);

		for (size_t i = 0; i < n; i++)
			if (stars[i] < automaton->pattern.n)
				by_tag[automaton->pattern.elements[stars[i]].tag] +=
					by_stars[id];
	}
}

uint32_t automaton_heaviest(const struct automaton *automaton)
{
	_cleanup_(freep) size_t *by_tag =
		calloc(automaton->n_tags + (size_t)1, sizeof(*by_tag));
	_cleanup_(freep) size_t *by_stars =
		calloc(automaton->stars.n + 1, sizeof(*by_stars));
	uint32_t heaviest = 0;

	/* Without memory to find the right one, any will have to be named. */
	if (!by_tag || !by_stars)
		return 0;
	count_items(automaton, by_tag, by_stars);
	count_stars(automaton, by_tag, by_stars);
	for (uint32_t tag = 0; tag < automaton->n_tags; tag++)
		if (by_tag[tag] > by_tag[heaviest])
			heaviest = tag;
	return heaviest;
}
