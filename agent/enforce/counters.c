// SPDX-License-Identifier: Apache-2.0
#include "enforce/counters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "enforce/bitmap.h"
#include "lsm/abi.h"
#include "util/cleanup.h"

/* Blocks are whole cache lines, so that two subjects never share one. */
#define LINE (64U / sizeof(uint64_t))

struct counters {
	uint64_t *cells;
	uint64_t *harvested; /* of each cell, what was reported already */
	struct bitmap lines;
};

static void counters_freep(struct counters **counters)
{
	counters_free(*counters);
}

static uint32_t lines_of(uint32_t length)
{
	return (uint32_t)((length + LINE - 1) / LINE);
}

int counters_new(uint64_t *cells, uint32_t n, struct counters **ret_counters)
{
	_cleanup_(counters_freep) struct counters *counters = calloc(1, sizeof(*counters));
	int r;

	if (!counters)
		return -ENOMEM;
	counters->cells = cells;
	counters->harvested = calloc(n, sizeof(*counters->harvested));
	if (!counters->harvested)
		return -ENOMEM;
	r = bitmap_init(&counters->lines, (uint32_t)(n / LINE));
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
	free(counters->harvested);
	free(counters);
	return NULL;
}

int counters_take(struct counters *counters, uint32_t length, struct counter_block *ret_block)
{
	uint32_t lines = lines_of(length);
	uint32_t first = bitmap_find(&counters->lines, 0, lines);
	uint32_t start = (uint32_t)(first * LINE);

	if (first == counters->lines.bits)
		return COUNTERS_E_FULL;
	bitmap_set(&counters->lines, first, lines, true);
	memset(counters->cells + start, 0, length * sizeof(*counters->cells));
	memset(counters->harvested + start, 0, length * sizeof(*counters->harvested));
	*ret_block = (struct counter_block){.start = start, .length = length};
	return 0;
}

int counters_adopt(struct counters *counters, struct counter_block block)
{
	if (block.start % LINE || block.length > counters_room(counters, block.start))
		return COUNTERS_E_TAKEN;
	bitmap_set(&counters->lines, (uint32_t)(block.start / LINE), lines_of(block.length), true);
	memset(counters->harvested + block.start, 0,
	       block.length * sizeof(*counters->harvested));
	return 0;
}

uint32_t counters_room(const struct counters *counters, uint32_t start)
{
	uint32_t first = (uint32_t)(start / LINE);

	if (first >= counters->lines.bits)
		return 0;
	return (uint32_t)(bitmap_free_run(&counters->lines, first) * LINE);
}

void counters_give(struct counters *counters, struct counter_block block)
{
	bitmap_set(&counters->lines, (uint32_t)(block.start / LINE), lines_of(block.length),
		   false);
}

uint64_t counters_read(const struct counters *counters, uint32_t cell)
{
	return __atomic_load_n(&counters->cells[cell], __ATOMIC_RELAXED);
}

void counters_harvest(struct counters *counters, struct counter_block block,
		      void (*gained)(uint32_t index, uint64_t gain, void *data), void *data)
{
	for (uint32_t i = 0; i < block.length; i++) {
		uint64_t now = counters_read(counters, block.start + i);
		uint64_t gain = now - counters->harvested[block.start + i];

		counters->harvested[block.start + i] = now;
		if (gain)
			gained(i, gain, data);
	}
}
