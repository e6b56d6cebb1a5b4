// SPDX-License-Identifier: Apache-2.0
#include "kube/kube_time.h"

#include <criterion/criterion.h>
#include <errno.h>

#define NS UINT64_C(1000000000)

Test(kube_time, has_the_digits_that_the_server_wants)
{
	char text[KUBE_TIME_TEXT];

	kube_time(1769850611 * NS + 999999999, text);
	cr_assert_str_eq(text, "2026-01-31T09:10:11Z");
	kube_time_micro(1769850611 * NS + 1234999, text);
	cr_assert_str_eq(text, "2026-01-31T09:10:11.001234Z");
}

Test(kube_time, reads_both_forms)
{
	uint64_t wall;

	cr_assert_eq(kube_time_read("2026-01-31T09:10:11Z", &wall), 0);
	cr_assert_eq(wall, 1769850611 * NS);
	cr_assert_eq(kube_time_read("2026-01-31T09:10:11.001234Z", &wall), 0);
	cr_assert_eq(wall, 1769850611 * NS + 1234000);
}

Test(kube_time, refuses_what_is_none)
{
	static const char *const wrong[] = {"",
					    "soon",
					    "2026-01-31",
					    "2026-01-31T09:10:11",
					    "2026-01-31T09:10:11.5+01:00",
					    "1960-01-31T09:10:11Z"};
	uint64_t wall;

	cr_assert_eq(kube_time_read(NULL, &wall), -EINVAL);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_assert_eq(kube_time_read(wrong[i], &wall), -EINVAL, "%s", wrong[i]);
}
