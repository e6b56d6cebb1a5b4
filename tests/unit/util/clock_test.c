/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>

#include "util/cleanup.h"
#include "util/clock.h"

static const struct {
	const char *text;
	uint64_t wall; /* 0: refused */
} examples[] = {
	{"1970-01-01T00:00:01Z", 1000000000},
	{"1970-01-01T00:00:00.000000001Z", 1},
	{"1970-01-01t00:00:01z", 0},
	{"2026-01-31T09:10:11.5Z", 1769850611500000000},
	{"2026-01-31T10:10:11.5+01:00", 1769850611500000000},
	{"2026-01-31T04:10:11.50-05:00", 1769850611500000000},
	{"2026-01-31T09:10:11.5000000009Z", 1769850611500000000},
	{"2026-02-31T00:00:00Z", 0},
	{"2026-13-01T00:00:00Z", 0},
	{"2026-01-31T09:10:11", 0},
	{"2026-01-31T09:10:11.Z", 0},
	{"2026-01-31 09:10:11Z", 0},
	{"2026-01-31T09:10:11Z ", 0},
	{"2026-01-31T09:10:11+1:00", 0},
	{"2026-01-31T09:10:11+01:60", 0},
	{"2026-01-31T09:10:11+24:00", 0},
	{"1969-12-31T23:59:59Z", 0},
	{"", 0},
	{"10m", 0},
};

Test(clock, reads_rfc_3339)
{
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		uint64_t wall = 0;
		int r = clock_parse(examples[i].text, &wall);

		cr_expect_eq(r, examples[i].wall ? 0 : -EINVAL, "%s", examples[i].text);
		cr_expect_eq(wall, examples[i].wall, "%s", examples[i].text);
	}
}

Test(clock, reads_what_it_writes)
{
	char text[CLOCK_TEXT];
	uint64_t wall = clock_wall(), read = 0;

	clock_text(wall, text);
	cr_expect_eq(clock_parse(text, &read), 0);
	cr_expect_eq(read, wall);
}
