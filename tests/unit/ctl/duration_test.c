// SPDX-License-Identifier: Apache-2.0
#include "ctl/duration.h"

#include <criterion/criterion.h>
#include <errno.h>

#include "util/cleanup.h"

Test(duration, reads_what_people_write)
{
	static const struct {
		const char *text;
		uint64_t seconds;
	} table[] = {
		{"10s", 10},
		{"10m", 600},
		{"1h30m", 5400},
		{"2d", 172800},
		{"1d2h3m4s", 93784},
		{"90m", 5400},
		{"3650d", DURATION_MAX},
		{"0h5s", 5},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		uint64_t seconds = 0;

		cr_expect_eq(duration_parse(table[i].text, &seconds), 0, "%s",
			     table[i].text);
		cr_expect_eq(seconds, table[i].seconds, "%s", table[i].text);
	}
}

Test(duration, refuses_everything_else)
{
	static const char *const wrong[] = {"",	    "10",   "m",     "10x", "1m1h",
					    "1h1h", "-1s",  "+1s",   "0s",  " 1s",
					    "1s ",  "1.5h", "1h 5m", "1M"};
	static const char *const large[] = {"3651d", "18446744073709551616s",
					    "18446744073709551615d",
					    "99999999999999999999d"};
	uint64_t seconds;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		cr_expect_eq(duration_parse(wrong[i], &seconds), -EINVAL, "%s", wrong[i]);
	for (size_t i = 0; i < ARRAY_SIZE(large); i++)
		cr_expect_eq(duration_parse(large[i], &seconds), -ERANGE, "%s", large[i]);
}

static void expect_written(uint64_t seconds, const char *expected)
{
	_cleanup_(freep) char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	duration_write(seconds, file);
	fclose(file);
	cr_expect_str_eq(text, expected);
}

Test(duration, writes_the_two_largest_units)
{
	expect_written(0, "0s");
	expect_written(59, "59s");
	expect_written(600, "10m");
	expect_written(93784, "1d2h");
	expect_written(86400 + 59, "1d");
	expect_written(3661, "1h1m");
}
