// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "enforce/spares.h"

static struct spares spares;

static void setup(void)
{
	spares = (struct spares){0};
}

TestSuite(spares, .init = setup);

/* As many as are asked for come. Return: their words. */
static size_t fill(void)
{
	size_t words = 0;
	uint32_t n_words;

	while ((n_words = spares_next(&spares))) {
		spares_add(&spares, &(struct spare){.index = (uint32_t)spares.n + 1,
						    .n_words = n_words,
						    .bytes = n_words * 8,
						    .fd = -1});
		words += n_words;
	}
	return words;
}

Test(spares, there_are_none_before_an_image_was_asked_for)
{
	cr_assert_eq(spares_next(&spares), 0);
}

Test(spares, a_size_that_was_asked_for_gets_some_and_no_other)
{
	spares_want(&spares, 513);
	cr_assert_eq(fill(), 4 * 1024);
	cr_assert_eq(spares.n, 4);
	cr_assert_eq(spares_bytes(&spares), 4 * 8192);
	spares_want(&spares, 1024);
	cr_assert_eq(spares_next(&spares), 0);
}

Test(spares, all_sizes_together_fit_and_hold_less_than_a_mebibyte)
{
	for (size_t n_words = 1; n_words < 1U << 20; n_words *= 2)
		spares_want(&spares, n_words);
	cr_assert_leq(fill() * 8, 700 << 10);
	cr_assert_eq(spares.n, SPARES_MAX);
}

Test(spares, one_that_comes_is_not_asked_for_again_unless_it_failed)
{
	spares_want(&spares, 1U << 15);
	cr_assert_eq(spares_next(&spares), 1U << 15);
	cr_assert_eq(spares_next(&spares), 0);
	spares_fail(&spares, 1U << 15);
	cr_assert_eq(spares_next(&spares), 1U << 15);
}

Test(spares, the_smallest_that_has_room_is_taken_and_then_replaced)
{
	struct spare spare;

	spares_want(&spares, 2000);
	spares_want(&spares, 1);
	fill();
	cr_assert(spares_take(&spares, 100, &spare));
	cr_assert_eq(spare.n_words, 512);
	cr_assert(spares_take(&spares, 513, &spare));
	cr_assert_eq(spare.n_words, 2048);
	cr_assert_eq(spares_next(&spares), 512);
	cr_assert_eq(spares_next(&spares), 2048);
	cr_assert_eq(spares_next(&spares), 0);
}

Test(spares, none_is_taken_that_is_too_small_or_many_times_too_large)
{
	struct spare spare;

	spares_want(&spares, 1);
	spares_want(&spares, 1U << 13);
	for (unsigned i = 0; i < 4; i++)
		spares_next(&spares);
	spares_add(&spares, &(struct spare){.n_words = 512, .fd = -1});
	cr_assert_eq(spares_next(&spares), 1U << 13);
	spares_add(&spares, &(struct spare){.n_words = 1U << 13, .fd = -1});
	cr_assert_not(spares_take(&spares, (1U << 13) + 1, &spare));
	cr_assert(spares_take(&spares, 512, &spare));
	cr_assert_not(spares_take(&spares, 512, &spare));
	cr_assert(spares_take(&spares, 2048, &spare));
}

Test(spares, any_one_is_given_up)
{
	struct spare spare;

	cr_assert_not(spares_give_up(&spares, &spare));
	spares_want(&spares, 1U << 15);
	fill();
	cr_assert(spares_give_up(&spares, &spare));
	cr_assert_eq(spares.n, 0);
	spares_clear(&spares);
}
