// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "enforce/bitmap.h"

static struct bitmap bitmap;

static void setup(void)
{
	cr_assert_eq(bitmap_init(&bitmap, 200), 0);
}

static void teardown(void)
{
	bitmap_clear(&bitmap);
}

TestSuite(bitmap, .init = setup, .fini = teardown);

Test(bitmap, finds_the_lowest_run)
{
	bitmap_set(&bitmap, 0, 3, true);
	bitmap_set(&bitmap, 5, 1, true);
	cr_assert_eq(bitmap_find(&bitmap, 0, 2), 3);
	cr_assert_eq(bitmap_find(&bitmap, 0, 3), 6);
	cr_assert_eq(bitmap_find(&bitmap, 4, 1), 4);
}

Test(bitmap, finds_a_run_across_words_behind_a_full_one)
{
	bitmap_set(&bitmap, 0, 64, true);
	bitmap_set(&bitmap, 64, 40, true);
	cr_assert_eq(bitmap_find(&bitmap, 0, 60), 104);
}

Test(bitmap, a_full_word_ends_a_run)
{
	bitmap_set(&bitmap, 64, 64, true);
	cr_assert_eq(bitmap_find(&bitmap, 0, 64), 0);
	cr_assert_eq(bitmap_find(&bitmap, 0, 65), 128);
}

Test(bitmap, says_so_when_there_is_none)
{
	bitmap_set(&bitmap, 100, 1, true);
	cr_assert_eq(bitmap_find(&bitmap, 0, 101), 200);
	cr_assert_eq(bitmap_find(&bitmap, 0, 100), 0);
}

Test(bitmap, what_was_freed_is_found_again)
{
	bitmap_set(&bitmap, 0, 200, true);
	bitmap_set(&bitmap, 63, 2, false);
	cr_assert_eq(bitmap_find(&bitmap, 0, 2), 63);
	cr_assert_eq(bitmap_free_run(&bitmap, 63), 2);
	cr_assert_eq(bitmap_free_run(&bitmap, 62), 0);
}
