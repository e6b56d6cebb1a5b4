/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_SETS_H
#define LSMD_POLICY_SETS_H

/* Interned sets of numbers: equal sets have equal ids, and ids count up from 0. */

#include <stddef.h>
#include <stdint.h>

struct set {
	uint32_t offset; /* of its first number in items */
	uint32_t n;
	uint32_t next; /* set of the same bucket, plus 1 */
};

/* Starts as {.limit = ...}. */
struct sets {
	size_t limit; /* numbers in all sets together, at most */
	uint32_t *items;
	size_t n_items, items_room;
	struct set *rows;
	size_t n, rows_room;
	uint32_t *buckets; /* set's id plus 1 */
	size_t n_buckets;
};

/**
 * sets_intern() - The id of a set.
 * @items: ascending, or in whatever one order the caller keeps for equal sets. Must not
 * be memory of @sets Return: 0; -E2BIG when @sets->limit would be passed; -ENOMEM.
 */
int sets_intern(struct sets *sets, const uint32_t *items, size_t n, uint32_t *ret_id);

/** sets_get() - The numbers of a set; borrowed, until the next sets_intern(). */
const uint32_t *sets_get(const struct sets *sets, uint32_t id, size_t *ret_n);

/** sets_sort() - Sort numbers, drop repetitions. Return: how many are left. */
size_t sets_sort(uint32_t *items, size_t n);

void sets_clear(struct sets *sets);

#endif
