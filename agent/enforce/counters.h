/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_COUNTERS_H
#define LSMD_ENFORCE_COUNTERS_H

/*
 * The map "counters", which programs add to: a block of it for each image in force for a
 * slot, given out first fit.
 */

#include <stdint.h>

#include "enforce/window.h"

struct counters;

/* Cells [start, start + length) of the map, and what was harvested of each. Length 0:
 * none. */
struct counter_block {
	uint32_t start;
	uint32_t length;
	uint64_t *harvested;
};

enum {
	COUNTERS_E_FULL = 1, /* no run of free cells is long enough */
	COUNTERS_E_TAKEN,    /* the block is out of range, or part of it is another's */
};

/** counters_new() - Everything free. @cells: the map's memory; borrowed. Return: 0,
 * -ENOMEM. */
int counters_new(struct window *cells, struct counters **ret_counters);
struct counters *counters_free(struct counters *counters);

/**
 * counters_take() - A block whose cells are zero. Its start is never 0.
 * @ret_block: give it to counters_give(), or counter_block_clear()
 * Return: 0, COUNTERS_E_FULL, negative errno.
 */
int counters_take(struct counters *counters, uint32_t length,
		  struct counter_block *ret_block);

/**
 * counters_adopt() - Take the block of an earlier life, what it counted being a gain.
 * Return: 0, COUNTERS_E_TAKEN, negative errno.
 */
int counters_adopt(struct counters *counters, uint32_t start, uint32_t length,
		   struct counter_block *ret_block);

/**
 * counters_room() - Most cells that a block at @start can have: what is free from there
 * on. For a block of which only the start is known, after all others were adopted.
 */
uint32_t counters_room(const struct counters *counters, uint32_t start);

/** counters_give() - Free a block that no program can add to any more. */
void counters_give(struct counters *counters, struct counter_block *block);

/** counter_block_clear() - Free what the block owns, while its cells stay taken. */
void counter_block_clear(struct counter_block *block);

/** counters_read() - What a cell of a block holds; 0 beyond the block. */
uint64_t counters_read(const struct counters *counters, const struct counter_block *block,
		       uint32_t index);

/** counters_harvest() - Call for each cell of a block that gained since the last time. */
void counters_harvest(struct counters *counters, const struct counter_block *block,
		      void (*gained)(uint32_t index, uint64_t gain, void *data),
		      void *data);

#endif
