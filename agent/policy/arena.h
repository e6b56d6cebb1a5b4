/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_ARENA_H
#define LSMD_POLICY_ARENA_H

/* Memory for many small things that end together. */

#include <stddef.h>

struct arena_block;

/* Starts as {0}. */
struct arena {
	struct arena_block *blocks;
	size_t used; /* of the newest block */
};

/**
 * arena_alloc() - Zeroed memory, aligned for any object. Return: NULL when there is
 * none.
 */
void *arena_alloc(struct arena *arena, size_t size);
/**
 * arena_copy() - A copy of @length bytes with a NUL behind them. Return: NULL: no
 * memory.
 */
char *arena_copy(struct arena *arena, const void *bytes, size_t length);
void arena_clear(struct arena *arena);

#endif
