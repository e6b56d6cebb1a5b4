// SPDX-License-Identifier: Apache-2.0
#include "enforce/spares.h"

#include <assert.h>

#include "util/cleanup.h"

#define PAGE_WORDS (4096U / sizeof(uint64_t))

/*
 * The kernel gives a map of this kind whole pages. Up to 700 KiB where images of all
 * sizes are in use, and those themselves hold more; beyond the last size a copy takes
 * longer than what a spare would save is worth.
 */
static const struct {
	uint32_t n_words;
	unsigned n;
} sizes[] = {
	{1 * PAGE_WORDS, 4},  {2 * PAGE_WORDS, 4},  {4 * PAGE_WORDS, 4},
	{8 * PAGE_WORDS, 2},  {16 * PAGE_WORDS, 2}, {32 * PAGE_WORDS, 1},
	{64 * PAGE_WORDS, 1},
};

/* An image keeps what it was put in: it gets nothing that is many times too large. */
#define SIZES_ABOVE 2

static_assert(ARRAY_SIZE(sizes) == SPARES_SIZES, "as the header has it");

/* Return: SPARES_SIZES for what is larger than all. */
static size_t size_of(size_t n_words)
{
	size_t size = 0;

	while (size < SPARES_SIZES && sizes[size].n_words < n_words)
		size++;
	return size;
}

static unsigned count(const struct spares *spares, size_t size)
{
	unsigned n = 0;

	for (size_t i = 0; i < spares->n; i++)
		n += spares->items[i].n_words == sizes[size].n_words;
	return n;
}

void spares_want(struct spares *spares, size_t n_words)
{
	size_t size = size_of(n_words);

	if (size < SPARES_SIZES)
		spares->wanted[size] = true;
}

uint32_t spares_next(struct spares *spares)
{
	for (size_t size = 0; size < SPARES_SIZES; size++) {
		if (!spares->wanted[size] ||
		    count(spares, size) + spares->coming[size] >= sizes[size].n)
			continue;
		spares->coming[size]++;
		return sizes[size].n_words;
	}
	return 0;
}

void spares_add(struct spares *spares, const struct spare *spare)
{
	spares_fail(spares, spare->n_words);
	assert(spares->n < SPARES_MAX);
	spares->items[spares->n++] = *spare;
}

void spares_fail(struct spares *spares, uint32_t n_words)
{
	spares->coming[size_of(n_words)]--;
}

bool spares_take(struct spares *spares, size_t n_words, struct spare *ret_spare)
{
	size_t most = size_of(n_words) + SIZES_ABOVE;
	struct spare *best = NULL;

	for (size_t i = 0; i < spares->n; i++) {
		struct spare *spare = &spares->items[i];

		if (spare->n_words >= n_words && size_of(spare->n_words) <= most &&
		    (!best || spare->n_words < best->n_words))
			best = spare;
	}
	if (!best)
		return false;
	*ret_spare = *best;
	*best = spares->items[--spares->n];
	return true;
}

bool spares_give_up(struct spares *spares, struct spare *ret_spare)
{
	if (!spares->n)
		return false;
	*ret_spare = spares->items[--spares->n];
	return true;
}

uint64_t spares_bytes(const struct spares *spares)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < spares->n; i++)
		bytes += spares->items[i].bytes;
	return bytes;
}

void spares_clear(struct spares *spares)
{
	for (size_t i = 0; i < spares->n; i++)
		closep(&spares->items[i].fd);
	*spares = (struct spares){0};
}
