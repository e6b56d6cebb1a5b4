/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>

#include "policy/image_words.h"
#include "policy/ranges.h"
#include "reference.h"
#include "util/cleanup.h"

#include "lsm/ranges.h"

#define RULES 6
#define KEYS  40

struct flat {
	struct spans spans;
	struct sets sets;
	struct segment *segments;
	size_t n;
};

static void flat_clear(struct flat *flat)
{
	spans_clear(&flat->spans);
	sets_clear(&flat->sets);
	free(flat->segments);
}

static void flatten(struct flat *flat, range_key last)
{
	flat->sets.limit = 1U << 16;
	cr_assert_eq(ranges_flatten(&flat->spans, last, RULES, &flat->sets,
				    &flat->segments, &flat->n),
		     0);
}

static bool holds(const struct flat *flat, range_key key, uint32_t rule)
{
	size_t i = 0, n;
	const uint32_t *rules;

	while (i + 1 < flat->n && flat->segments[i + 1].first <= key)
		i++;
	rules = sets_get(&flat->sets, flat->segments[i].value, &n);
	for (size_t k = 0; k < n; k++)
		if (rules[k] == rule)
			return true;
	return false;
}

Test(ranges, nothing_is_one_segment)
{
	_cleanup_(flat_clear) struct flat flat = {0};

	flatten(&flat, UINT32_MAX);
	cr_assert_eq(flat.n, 1);
	cr_assert_not(holds(&flat, 5, 0));
}

Test(ranges, reach_the_last_key)
{
	_cleanup_(flat_clear) struct flat flat = {0};
	range_key last = ~(range_key)0;

	spans_add(&flat.spans, last - 1, last, 0, false);
	spans_add(&flat.spans, 0, last, 1, false);
	spans_add(&flat.spans, last, last, 1, true);
	flatten(&flat, last);
	cr_assert_not(holds(&flat, last - 2, 0));
	cr_assert(holds(&flat, last, 0));
	cr_assert(holds(&flat, last - 1, 1));
	cr_assert_not(holds(&flat, last, 1));
}

Test(ranges, agree_with_looking_at_every_span)
{
	unsigned seed = 1;

	for (unsigned round = 0; round < 500; round++) {
		_cleanup_(flat_clear) struct flat flat = {0};
		bool plus[RULES][KEYS] = {0}, minus[RULES][KEYS] = {0};

		for (unsigned i = next_random(&seed, 20); i > 0; i--) {
			uint32_t rule = next_random(&seed, RULES);
			unsigned first = next_random(&seed, KEYS);
			unsigned last = first + next_random(&seed, KEYS - first);
			bool takes = next_random(&seed, 3) == 0;

			spans_add(&flat.spans, first, last, rule, takes);
			for (unsigned key = first; key <= last; key++)
				(takes ? minus : plus)[rule][key] = true;
		}
		flatten(&flat, KEYS - 1);
		for (uint32_t rule = 0; rule < RULES; rule++)
			for (unsigned key = 0; key < KEYS; key++)
				cr_assert_eq(holds(&flat, key, rule),
					     plus[rule][key] && !minus[rule][key]);
	}
}

Test(ranges, are_refused_beyond_the_limit)
{
	_cleanup_(flat_clear) struct flat flat = {.sets = {.limit = 2}};

	for (uint32_t i = 0; i < RULES; i++)
		spans_add(&flat.spans, i, i, i, false);
	cr_assert_eq(ranges_flatten(&flat.spans, KEYS, RULES, &flat.sets, &flat.segments,
				    &flat.n),
		     -E2BIG);
}

/* The core's look-up, on @n ranges that begin at 0, 10, 20 ... with the values 1, 2, 3
 * ... */
#define OFFSET	  40U
#define LOOKED_UP 1000

static const struct image *image_of_ranges(uint64_t *words, uint64_t n, bool wide)
{
	static struct image image;
	uint64_t *row = words + OFFSET + 1;

	words[OFFSET] = n;
	for (uint64_t i = 0; i < n; i++) {
		if (wide) {
			*row++ = i / 2;
			*row++ = i % 2 * 10;
			*row++ = i + 1;
		} else {
			*row++ = WORD(i * 10, i + 1);
		}
	}
	image = (struct image){.words = words, .n_words = (size_t)(row - words)};
	return &image;
}

Test(ranges, are_found_whatever_their_number)
{
	static uint64_t words[OFFSET + 1 + LOOKED_UP];

	for (uint64_t n = 1; n <= LOOKED_UP; n = n * 2 + n % 3) {
		const struct image *image = image_of_ranges(words, n, false);

		for (uint32_t i = 0; i < n; i++) {
			cr_assert_eq(ranges_find(image, OFFSET, i * 10), i + 1);
			cr_assert_eq(ranges_find(image, OFFSET, i * 10 + 9), i + 1);
		}
		cr_assert_eq(ranges_find(image, OFFSET, UINT32_MAX), n);
	}
}

Test(ranges, of_ipv6_are_found_by_both_halves)
{
	static uint64_t words[OFFSET + 1 + 3 * LOOKED_UP];

	for (uint64_t n = 1; n <= LOOKED_UP; n = n * 2 + n % 3) {
		const struct image *image = image_of_ranges(words, n, true);

		for (uint64_t i = 0; i < n; i++) {
			cr_assert_eq(ranges6_find(image, OFFSET, i / 2, i % 2 * 10),
				     i + 1);
			cr_assert_eq(ranges6_find(image, OFFSET, i / 2, i % 2 * 10 + 9),
				     i + 1);
		}
		cr_assert_eq(ranges6_find(image, OFFSET, UINT64_MAX, UINT64_MAX), n);
	}
}

Test(ranges, that_are_not_there_or_outside)
{
	static uint64_t words[OFFSET + 2];
	const struct image *image = image_of_ranges(words, 1, false);

	cr_assert_eq(ranges_find(image, 0, 7), 0);
	cr_assert_eq(ranges6_find(image, 0, 7, 7), 0);
	cr_assert_eq(ranges_find(image, OFFSET_OUTSIDE, 7), OFFSET_OUTSIDE);
	cr_assert_eq(ranges6_find(image, OFFSET_OUTSIDE, 7, 7), OFFSET_OUTSIDE);
	cr_assert_eq(ranges_find(image, 5000, 7), OFFSET_OUTSIDE);
}
