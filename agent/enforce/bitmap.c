// SPDX-License-Identifier: Apache-2.0
#include "enforce/bitmap.h"

#include <errno.h>
#include <stdlib.h>

#define WORD_BITS 64U

int bitmap_init(struct bitmap *bitmap, uint32_t bits)
{
	uint64_t *words = calloc((bits + WORD_BITS - 1) / WORD_BITS, sizeof(*words));

	if (!words)
		return -ENOMEM;
	*bitmap = (struct bitmap){.words = words, .bits = bits};
	return 0;
}

void bitmap_clear(struct bitmap *bitmap)
{
	free(bitmap->words);
	*bitmap = (struct bitmap){0};
}

bool bitmap_test(const struct bitmap *bitmap, uint32_t bit)
{
	return bitmap->words[bit / WORD_BITS] >> bit % WORD_BITS & 1;
}

void bitmap_set(struct bitmap *bitmap, uint32_t first, uint32_t length, bool taken)
{
	for (uint32_t bit = first; bit < first + length; bit++) {
		uint64_t mask = 1ULL << bit % WORD_BITS;

		if (taken)
			bitmap->words[bit / WORD_BITS] |= mask;
		else
			bitmap->words[bit / WORD_BITS] &= ~mask;
	}
}

static bool is_full_word(const struct bitmap *bitmap, uint32_t bit)
{
	return bit % WORD_BITS == 0 && bitmap->words[bit / WORD_BITS] == UINT64_MAX;
}

uint32_t bitmap_find(const struct bitmap *bitmap, uint32_t first, uint32_t length)
{
	uint32_t run = 0;

	for (uint32_t bit = first; bit < bitmap->bits;) {
		if (is_full_word(bitmap, bit)) {
			run = 0;
			bit += WORD_BITS;
			continue;
		}
		run = bitmap_test(bitmap, bit) ? 0 : run + 1;
		bit++;
		if (run == length)
			return bit - length;
	}
	return bitmap->bits;
}

uint32_t bitmap_free_run(const struct bitmap *bitmap, uint32_t first)
{
	uint32_t bit = first;

	while (bit < bitmap->bits && !bitmap_test(bitmap, bit))
		bit++;
	return bit - first;
}
