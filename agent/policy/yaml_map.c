// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/array.h"
#include "policy/yaml_compose.h"
#include "util/cleanup.h"

/*
 * A pair on its way into a map: the map's own ones first, then those of each merged map.
 */
struct entry {
	struct yaml_pair pair;
	size_t position;
	bool merged;
};

struct entries {
	struct entry *items;
	size_t n;
};

static void entries_clear(struct entries *entries)
{
	free(entries->items);
}

static int add_entry(struct entries *entries, const struct yaml_pair *pair, bool merged)
{
	struct entry *items = array_grow(entries->items, entries->n, sizeof(*items));

	if (!items)
		return -ENOMEM;
	entries->items = items;
	items[entries->n] = (struct entry){*pair, entries->n, merged};
	entries->n++;
	return 0;
}

static int merge_map(struct composer *composer, struct entries *entries,
		     const struct yaml_node *map)
{
	int r;

	if (map->type == YAML_BROKEN)
		return 0;
	if (map->type != YAML_MAP)
		return compose_error(composer, map->line, map->column,
				     "\"<<\" merges maps, this is %s; "
				     "give it an alias of a map, or a list of them",
				     yaml_type_name(map->type));
	for (size_t i = 0; i < map->n; i++) {
		const struct yaml_pair *pair = &map->pairs[i];

		r = compose_count(composer, map->line, map->column,
				  pair->value->weight + 1);
		if (!r)
			r = add_entry(entries, pair, true);
		if (r)
			return r;
	}
	return 0;
}

static int merge(struct composer *composer, struct entries *entries,
		 const struct yaml_node *value)
{
	int r = 0;

	if (value->type != YAML_LIST)
		return merge_map(composer, entries, value);
	for (size_t i = 0; !r && i < value->n; i++)
		r = merge_map(composer, entries, value->items[i]);
	return r;
}

static int compare_positions(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	return (left->position > right->position) - (left->position < right->position);
}

static int compare_keys(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int order = strcmp(left->pair.key->text, right->pair.key->text);

	return order ? order : compare_positions(a, b);
}

static int twice(struct composer *composer, const struct yaml_node *first,
		 const struct yaml_node *again)
{
	return compose_error(
		composer, again->line, again->column,
		"key \"%.80s\" is there twice, first on line %u; keep one of them",
		again->text, first->line);
}

/* Of equal keys the first holds: a map's own over what it merges, earlier maps over
 * later. */
static int drop_repeated(struct composer *composer, struct entries *entries)
{
	size_t kept = 0;
	int r;

	if (!entries->n)
		return 0;
	qsort(entries->items, entries->n, sizeof(*entries->items), compare_keys);
	for (size_t i = 1; i < entries->n; i++) {
		const struct entry *first = &entries->items[kept],
				   *next = &entries->items[i];

		if (strcmp(first->pair.key->text, next->pair.key->text)) {
			entries->items[++kept] = *next;
			continue;
		}
		r = next->merged ? 0 : twice(composer, first->pair.key, next->pair.key);
		if (r)
			return r;
	}
	entries->n = kept + 1;
	qsort(entries->items, entries->n, sizeof(*entries->items), compare_positions);
	return 0;
}

static int close_map(struct composer *composer, struct yaml_node *node,
		     const struct entries *entries)
{
	struct yaml_pair *pairs =
		arena_alloc(&composer->tree->arena, entries->n * sizeof(*pairs));

	if (!pairs)
		return -ENOMEM;
	node->type = YAML_MAP;
	node->n = entries->n;
	node->pairs = pairs;
	node->weight = 1;
	for (size_t i = 0; i < entries->n; i++) {
		pairs[i] = entries->items[i].pair;
		node->weight += 1 + pairs[i].value->weight;
	}
	return 0;
}

int compose_map(struct composer *composer, struct yaml_node *node,
		const struct yaml_pair *pairs, size_t n_pairs,
		const struct yaml_node *const *merges, size_t n_merges)
{
	_cleanup_(entries_clear) struct entries entries = {0};
	int r = 0;

	for (size_t i = 0; !r && i < n_pairs; i++)
		r = add_entry(&entries, &pairs[i], false);
	for (size_t i = 0; !r && i < n_merges; i++)
		r = merge(composer, &entries, merges[i]);
	if (!r)
		r = drop_repeated(composer, &entries);
	return r ? r : close_map(composer, node, &entries);
}
