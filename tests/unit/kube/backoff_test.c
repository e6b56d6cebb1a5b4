// SPDX-License-Identifier: Apache-2.0
#include "kube/backoff.h"

#include <criterion/criterion.h>

Test(backoff, doubles_up_to_its_bound_and_is_spread)
{
	struct backoff backoff = {0};
	uint64_t expected = BACKOFF_FIRST_MS;

	for (int i = 0; i < 20; i++) {
		uint64_t wait = backoff_next(&backoff, 0);

		cr_expect_geq(wait, expected / 2);
		cr_expect_leq(wait, expected + expected / 2);
		expected =
			expected * 2 < BACKOFF_LAST_MS ? expected * 2 : BACKOFF_LAST_MS;
	}
	backoff_reset(&backoff);
	cr_expect_leq(backoff_next(&backoff, 0), BACKOFF_FIRST_MS * 3 / 2);
}

Test(backoff, never_comes_before_it_was_asked_to)
{
	for (int i = 0; i < 100; i++) {
		struct backoff backoff = {0};
		uint64_t wait = backoff_next(&backoff, 60);

		cr_expect_geq(wait, 60000);
		cr_expect_leq(wait, 66000);
	}
}

Test(backoff, random_numbers_keep_their_bounds)
{
	bool low = false, high = false;

	for (int i = 0; i < 1000; i++) {
		uint64_t number = random_between(3, 5);

		cr_expect(number >= 3 && number <= 5);
		low |= number == 3;
		high |= number == 5;
	}
	cr_expect(low && high);
	cr_expect_eq(random_between(7, 7), 7);
}
