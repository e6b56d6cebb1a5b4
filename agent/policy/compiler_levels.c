/* SPDX-License-Identifier: Apache-2.0 */

/* Ranges behind ranges: what each number leaves of the rules decides about the next one.
 */

#include <errno.h>
#include <stdlib.h>

#include "policy/compiler.h"
#include "policy/room.h"
#include "util/cleanup.h"

/* Numbers in all sets of rules together: 16 MiB, far beyond what an image could refer to.
 */
#define LEVELS_ITEMS (4U << 20)

void levels_init(struct levels *levels, struct compiler *compiler,
		 enum image_section section)
{
	*levels = (struct levels){.compiler = compiler, .section = section};
	for (size_t i = 0; i <= LEVELS_MAX; i++)
		levels->sets[i].limit = LEVELS_ITEMS;
}

void levels_clear(struct levels *levels)
{
	for (size_t i = 0; i <= LEVELS_MAX; i++) {
		sets_clear(&levels->sets[i]);
		free(levels->offsets[i]);
	}
}

int number_set_spans(const struct number_set *set, uint32_t index, struct spans *spans)
{
	bool all = set->any || set->negate;

	if (all && spans_add(spans, 0, UINT32_MAX, index, false) < 0)
		return -ENOMEM;
	for (size_t i = 0; !set->any && i < set->n_ranges; i++)
		if (spans_add(spans, set->ranges[i].first, set->ranges[i].last, index,
			      set->negate) < 0)
			return -ENOMEM;
	return 0;
}

/* Which of @rules a set of places in them stands for, and their table at the level. */
static int value_of(struct levels *levels, size_t level, const uint32_t *rules,
		    const struct sets *sets, uint32_t set, uint32_t *ret_offset)
{
	size_t n;
	const uint32_t *places = sets_get(sets, set, &n);
	_cleanup_(freep) uint32_t *left = calloc(n + 1, sizeof(*left));

	if (!left)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		left[i] = rules[places[i]];
	return levels_table(levels, level, left, n, ret_offset);
}

int levels_values(struct levels *levels, size_t level, const uint32_t *rules,
		  const struct sets *sets, struct segment *segments, size_t *n)
{
	_cleanup_(freep) uint32_t *offsets = calloc(sets->n + 1, sizeof(*offsets));
	int r = 0;

	if (!offsets)
		return -ENOMEM;
	for (uint32_t set = 0; r == 0 && set < sets->n; set++)
		r = value_of(levels, level, rules, sets, set, &offsets[set]);
	if (r < 0)
		return r;
	for (size_t i = 0; i < *n; i++)
		segments[i].value = offsets[segments[i].value];
	*n = ranges_merge(segments, *n);
	return 0;
}

static int put_ranges(struct words *words, const struct segment *segments, size_t n,
		      uint32_t *ret_offset)
{
	_cleanup_(freep) uint64_t *items = calloc(n + 1, sizeof(*items));

	*ret_offset = 0;
	if (n == 1 && !segments[0].value)
		return 0;
	if (!items)
		return -ENOMEM;
	items[0] = n;
	for (size_t i = 0; i < n; i++)
		items[i + 1] = WORD(segments[i].first, segments[i].value);
	return words_share(words, items, n + 1, ret_offset);
}

static int make_table(struct levels *levels, size_t level, const uint32_t *rules,
		      size_t n, uint32_t *ret_offset)
{
	_cleanup_(spans_clear) struct spans spans = {0};
	_cleanup_(sets_clear) struct sets sets = {.limit = LEVELS_ITEMS};
	_cleanup_(freep) struct segment *segments = NULL;
	size_t n_segments;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < n; i++)
		r = levels->spans[level](levels->compiler->rules[rules[i]].rule, i,
					 &spans);
	if (r == 0)
		r = ranges_flatten(&spans, UINT32_MAX, (uint32_t)n, &sets, &segments,
				   &n_segments);
	if (r == 0)
		r = levels_values(levels, level + 1, rules, &sets, segments, &n_segments);
	if (r == 0)
		r = put_ranges(&levels->compiler->words, segments, n_segments,
			       ret_offset);
	return r;
}

static int make_list(struct levels *levels, const uint32_t *rules, size_t n,
		     uint32_t *ret_offset)
{
	_cleanup_(candidates_clear) struct candidates candidates = {0};

	for (size_t i = 0; i < n; i++)
		if (candidates_add(&candidates, rules[i], 0) < 0)
			return -ENOMEM;
	return compiler_list(levels->compiler, levels->section, &candidates, ret_offset);
}

int levels_table(struct levels *levels, size_t level, const uint32_t *rules, size_t n,
		 uint32_t *ret_offset)
{
	size_t known = levels->sets[level].n;
	uint32_t set, offset;
	int r = sets_intern(&levels->sets[level], rules, n, &set);

	if (r == -E2BIG)
		return compiler_refuse(levels->compiler, rules[n - 1],
				       "overlaps too many others to be compiled");
	if (r < 0)
		return r;
	if (set >= known) {
		r = level < levels->n ? make_table(levels, level, rules, n, &offset)
				      : make_list(levels, rules, n, &offset);
		if (r == -E2BIG)
			return compiler_refuse(levels->compiler, n ? rules[n - 1] : 0,
					       "does not fit into an image");
		if (r < 0)
			return r;
		if (room_for(&levels->offsets[level], &levels->offsets_room[level],
			     set + (size_t)1) < 0)
			return -ENOMEM;
		levels->offsets[level][set] = offset;
	}
	*ret_offset = levels->offsets[level][set];
	return 0;
}
