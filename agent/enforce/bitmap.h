/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_BITMAP_H
#define LSMD_ENFORCE_BITMAP_H

/* Which numbers of a fixed set are taken. Only making one can fail, so giving back never
 * does. */

#include <stdbool.h>
#include <stdint.h>

struct bitmap {
	uint64_t *words;
	uint32_t bits;
};

/** bitmap_init() - All free. Return: 0, -ENOMEM. */
int bitmap_init(struct bitmap *bitmap, uint32_t bits);
void bitmap_clear(struct bitmap *bitmap);

bool bitmap_test(const struct bitmap *bitmap, uint32_t bit);
void bitmap_set(struct bitmap *bitmap, uint32_t first, uint32_t length, bool taken);

/**
 * bitmap_find() - The lowest run of @length free bits from @first on.
 * Return: its first bit; bitmap->bits when there is none.
 */
uint32_t bitmap_find(const struct bitmap *bitmap, uint32_t first, uint32_t length);

/** bitmap_free_run() - How many bits from @first on are free before the next taken one.
 */
uint32_t bitmap_free_run(const struct bitmap *bitmap, uint32_t first);

#endif
