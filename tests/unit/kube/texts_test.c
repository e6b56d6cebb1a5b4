// SPDX-License-Identifier: Apache-2.0
#include "kube/texts.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static uint32_t take(struct texts *texts, const char *text)
{
	uint32_t number = UINT32_MAX;

	cr_assert_eq(texts_take(texts, text, strlen(text), &number), 0);
	return number;
}

Test(texts, keeps_a_text_once)
{
	struct texts *texts;
	uint32_t one, other;

	cr_assert_eq(texts_new(1000, &texts), 0);
	one = take(texts, "shop/web");
	other = take(texts, "shop/we");
	cr_assert_neq(one, other);
	cr_assert_eq(take(texts, "shop/web"), one);
	cr_assert_str_eq(texts_get(texts, one), "shop/web");
	texts_drop(texts, one);
	cr_assert_str_eq(texts_get(texts, one), "shop/web", "still taken once");
	texts_free(texts);
}

Test(texts, gives_the_number_of_what_was_dropped_to_another)
{
	struct texts *texts;
	uint32_t number;

	cr_assert_eq(texts_new(1000, &texts), 0);
	number = take(texts, "a");
	texts_drop(texts, number);
	cr_assert_eq(take(texts, "b"), number);
	cr_assert_eq(texts_limit(texts), 1);
	texts_free(texts);
}

Test(texts, takes_no_more_than_it_may)
{
	struct texts *texts;
	uint32_t number, kept;

	cr_assert_eq(texts_new(8, &texts), 0);
	kept = take(texts, "12345678");
	cr_assert_eq(texts_take(texts, "9", 1, &number), -ENOSPC);
	cr_assert_eq(take(texts, "12345678"), kept);
	texts_drop(texts, kept);
	texts_drop(texts, kept);
	take(texts, "9");
	texts_free(texts);
}

Test(texts, finds_each_of_thousands)
{
	uint32_t numbers[5000];
	struct texts *texts;
	char text[32];

	cr_assert_eq(texts_new(1 << 20, &texts), 0);
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "node-%u", i);
		numbers[i] = take(texts, text);
	}
	for (unsigned i = 0; i < 5000; i += 2)
		texts_drop(texts, numbers[i]);
	for (unsigned i = 1; i < 5000; i += 2) {
		snprintf(text, sizeof(text), "node-%u", i);
		cr_assert_eq(take(texts, text), numbers[i]);
	}
	texts_free(texts);
}
