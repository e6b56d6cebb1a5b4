/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/sets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/room.h"

#define BUCKETS_FIRST 256

static uint64_t hash_items(const uint32_t *items, size_t n)
{
	uint64_t hash = n;

	for (size_t i = 0; i < n; i++) {
		hash = (hash ^ items[i]) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 29;
	}
	return hash;
}

static uint32_t *bucket_of(const struct sets *sets, const uint32_t *items, size_t n)
{
	return &sets->buckets[hash_items(items, n) & (sets->n_buckets - 1)];
}

static int grow_buckets(struct sets *sets)
{
	size_t n_buckets = sets->n_buckets ? 2 * sets->n_buckets : BUCKETS_FIRST;
	uint32_t *buckets = calloc(n_buckets, sizeof(*buckets));

	if (!buckets)
		return -ENOMEM;
	free(sets->buckets);
	sets->buckets = buckets;
	sets->n_buckets = n_buckets;
	for (size_t i = 0; i < sets->n; i++) {
		struct set *row = &sets->rows[i];
		uint32_t *bucket = bucket_of(sets, sets->items + row->offset, row->n);

		row->next = *bucket;
		*bucket = (uint32_t)i + 1;
	}
	return 0;
}

static int append(struct sets *sets, const uint32_t *items, size_t n)
{
	if (n > sets->limit - sets->n_items)
		return -E2BIG;
	if (room_for(&sets->items, &sets->items_room, sets->n_items + n) < 0 ||
	    room_for(&sets->rows, &sets->rows_room, sets->n + 1) < 0)
		return -ENOMEM;
	if (n)
		memcpy(sets->items + sets->n_items, items, n * sizeof(*items));
	sets->rows[sets->n++] =
		(struct set){.offset = (uint32_t)sets->n_items, .n = (uint32_t)n};
	sets->n_items += n;
	return 0;
}

int sets_intern(struct sets *sets, const uint32_t *items, size_t n, uint32_t *ret_id)
{
	uint32_t *bucket;
	int r;

	if (sets->n >= sets->n_buckets && grow_buckets(sets) < 0)
		return -ENOMEM;
	bucket = bucket_of(sets, items, n);
	for (uint32_t id = *bucket; id; id = sets->rows[id - 1].next) {
		const struct set *row = &sets->rows[id - 1];

		if (row->n == n && (!n || !memcmp(sets->items + row->offset, items,
						  n * sizeof(*items)))) {
			*ret_id = id - 1;
			return 0;
		}
	}
	r = append(sets, items, n);
	if (r < 0)
		return r;
	sets->rows[sets->n - 1].next = *bucket;
	*bucket = (uint32_t)sets->n;
	*ret_id = (uint32_t)sets->n - 1;
	return 0;
}

const uint32_t *sets_get(const struct sets *sets, uint32_t id, size_t *ret_n)
{
	*ret_n = sets->rows[id].n;
	/* The empty set is there before any item is. */
	return sets->items ? sets->items + sets->rows[id].offset : NULL;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

size_t sets_sort(uint32_t *items, size_t n)
{
	size_t kept = 0;

	for (size_t i = 1; i < n; i++) {
		if (items[i - 1] < items[i])
			continue;
		qsort(items, n, sizeof(*items), compare);
		break;
	}
	for (size_t i = 0; i < n; i++)
		if (!kept || items[kept - 1] != items[i])
			items[kept++] = items[i];
	return kept;
}

void sets_clear(struct sets *sets)
{
	free(sets->items);
	free(sets->rows);
	free(sets->buckets);
	*sets = (struct sets){.limit = sets->limit};
}
