// SPDX-License-Identifier: Apache-2.0
#include "enforce/counters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "enforce/bitmap.h"
#include "util/cleanup.h"

/* Blocks are whole cache lines, so that two subjects never share one. */
#define LINE ((uint32_t)(64 / sizeof(uint64_t)))

struct counters {
	struct window *cells;
	struct bitmap lines;
};

static void counters_freep(struct counters **counters)
{
	counters_free(*counters);
}

static uint32_t lines_of(uint32_t length)
{
	return (length + LINE - 1) / LINE;
}

int counters_new(struct window *cells, struct counters **ret_counters)
{
	_cleanup_(counters_freep) struct counters *counters =
		calloc(1, sizeof(*counters));
	int r;

	if (!counters)
		return -ENOMEM;
	counters->cells = cells;
	r = bitmap_init(&counters->lines,
			(uint32_t)(cells->size / sizeof(uint64_t) / LINE));
	if (r < 0)
		return r;
	/* A start of 0 would make the word of a slot look like one without a block. */
	bitmap_set(&counters->lines, 0, 1, true);
	*ret_counters = TAKE_PTR(counters);
	return 0;
}

struct counters *counters_free(struct counters *counters)
{
	if (!counters)
		return NULL;
	bitmap_clear(&counters->lines);
	free(counters);
	return NULL;
}

static uint64_t *cell(const struct counters *counters, const struct counter_block *block,
		      uint32_t index)
{
	return (uint64_t *)(void *)counters->cells->base + block->start + index;
}

/* On failure nothing is taken. */
static int hold(struct counters *counters, uint32_t start, uint32_t length,
		struct counter_block *ret_block)
{
	uint64_t *harvested;
	int r = window_reach(counters->cells,
			     ((size_t)start + length) * sizeof(uint64_t));

	if (r < 0)
		return r;
	harvested = calloc(length, sizeof(*harvested));
	if (!harvested)
		return -ENOMEM;
	bitmap_set(&counters->lines, start / LINE, lines_of(length), true);
	*ret_block = (struct counter_block){start, length, harvested};
	return 0;
}

int counters_take(struct counters *counters, uint32_t length,
		  struct counter_block *ret_block)
{
	uint32_t first = bitmap_find(&counters->lines, 0, lines_of(length));
	int r;

	if (first == counters->lines.bits)
		return COUNTERS_E_FULL;
	r = hold(counters, first * LINE, length, ret_block);
	if (r < 0)
		return r;
	memset(cell(counters, ret_block, 0), 0, length * sizeof(uint64_t));
	return 0;
}

int counters_adopt(struct counters *counters, uint32_t start, uint32_t length,
		   struct counter_block *ret_block)
{
	if (start % LINE || !length || length > counters_room(counters, start))
		return COUNTERS_E_TAKEN;
	return hold(counters, start, length, ret_block);
}

uint32_t counters_room(const struct counters *counters, uint32_t start)
{
	if (start / LINE >= counters->lines.bits)
		return 0;
	return bitmap_free_run(&counters->lines, start / LINE) * LINE;
}

void counters_give(struct counters *counters, struct counter_block *block)
{
	bitmap_set(&counters->lines, block->start / LINE, lines_of(block->length), false);
	counter_block_clear(block);
}

void counter_block_clear(struct counter_block *block)
{
	free(block->harvested);
	*block = (struct counter_block){0};
}

uint64_t counters_read(const struct counters *counters, const struct counter_block *block,
		       uint32_t index)
{
	if (index >= block->length)
		return 0;
	return __atomic_load_n(cell(counters, block, index), __ATOMIC_RELAXED);
}

void counters_harvest(struct counters *counters, const struct counter_block *block,
		      void (*gained)(uint32_t index, uint64_t gain, void *data),
		      void *data)
{
	for (uint32_t i = 0; i < block->length; i++) {
		uint64_t now = counters_read(counters, block, i);
		uint64_t gain = now - block->harvested[i];

		block->harvested[i] = now;
		if (gain)
			gained(i, gain, data);
	}
}
