// SPDX-License-Identifier: Apache-2.0
#include "kube/budget.h"

#include <criterion/criterion.h>

Test(budget, gives_a_burst_and_then_one_a_period)
{
	struct budget budget;

	budget_init(&budget, 3, 1000, 5000);
	for (unsigned i = 0; i < 3; i++)
		cr_assert_eq(budget_take(&budget, 5000), 0);
	cr_assert_eq(budget_take(&budget, 5400), 600);
	cr_assert_eq(budget_take(&budget, 6000), 0);
	cr_assert_eq(budget_take(&budget, 6000), 1000);
}

Test(budget, saves_no_more_than_a_burst)
{
	struct budget budget;

	budget_init(&budget, 2, 1000, 0);
	cr_assert_eq(budget_take(&budget, 1000000), 0);
	cr_assert_eq(budget_take(&budget, 1000000), 0);
	cr_assert_neq(budget_take(&budget, 1000000), 0);
}
