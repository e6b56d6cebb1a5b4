// SPDX-License-Identifier: Apache-2.0
#include "policy/cuts.h"

#include "policy/image_words.h"

#include "lsm/ranges.h"

uint32_t cuts_value(const struct cuts *cuts, size_t column, uint32_t key)
{
	const struct image *image = cuts->images[column / 2];

	return image ? ranges_find(image, cuts->tables[column], key) : 0;
}

uint32_t cuts_value6(const struct cuts *cuts, size_t column, range_key key)
{
	const struct image *image = cuts->images[column / 2];

	return image ? ranges6_find(image, cuts->tables[column], (uint64_t)(key >> 64),
				    (uint64_t)key)
		     : 0;
}

/* The first key of a range: ranges of one word, or of RANGES6_WORDS. */
static range_key first_of(const struct image *image, uint32_t table, uint32_t range,
			  uint32_t words)
{
	uint32_t at = table + 1 + range * words;

	if (words == 1)
		return WORD_LO(image_word(image, at));
	return (range_key)image_word(image, at) << 64 | image_word(image, at + 1);
}

/* The key before the first range that begins behind @key. */
static range_key last_in(const struct image *image, uint32_t table, range_key key,
			 range_key last, uint32_t words)
{
	uint32_t low = 0, high;
	range_key first;

	if (!image || !table)
		return last;
	high = WORD_LO(image_word(image, table));
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (first_of(image, table, middle, words) <= key)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == WORD_LO(image_word(image, table)))
		return last;
	first = first_of(image, table, low, words);
	return first - 1 < last ? first - 1 : last;
}

static range_key last_of(const struct cuts *cuts, range_key key, range_key last,
			 uint32_t words)
{
	for (size_t i = 0; i < CUTS_TABLES; i++)
		last = last_in(cuts->images[i / 2], cuts->tables[i], key, last, words);
	return last;
}

uint32_t cuts_last(const struct cuts *cuts, uint32_t key, uint32_t last)
{
	return (uint32_t)last_of(cuts, key, last, 1);
}

range_key cuts_last6(const struct cuts *cuts, range_key key, range_key last)
{
	return last_of(cuts, key, last, RANGES6_WORDS);
}
