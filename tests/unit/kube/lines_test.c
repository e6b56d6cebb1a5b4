// SPDX-License-Identifier: Apache-2.0
#include "kube/lines.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char seen[256];

static int note(void *data, const char *line, size_t length)
{
	(void)data;
	strncat(seen, line, length);
	strcat(seen, "|");
	return strncmp(line, "stop", 4) ? 0 : -ECANCELED;
}

Test(lines, come_whole_wherever_the_bytes_are_cut)
{
	const char *text = "one\ntwo\n\nthree\nfour";

	for (size_t cut = 0; cut <= strlen(text); cut++) {
		struct lines lines = {0};

		seen[0] = '\0';
		cr_assert_eq(lines_add(&lines, text, cut, note, NULL), 0);
		cr_assert_eq(
			lines_add(&lines, text + cut, strlen(text) - cut, note, NULL), 0);
		cr_expect_str_eq(seen, "one|two|three|");
		cr_expect_eq(lines.n, 4);
		lines_clear(&lines);
	}
}

Test(lines, stop_when_the_reader_does)
{
	struct lines lines = {0};

	seen[0] = '\0';
	cr_expect_eq(lines_add(&lines, "a\nstop\nb\n", 9, note, NULL), -ECANCELED);
	cr_expect_str_eq(seen, "a|stop|");
	lines_clear(&lines);
}

Test(lines, are_bounded)
{
	struct lines lines = {0};
	char *bytes = calloc(1, LINE_MAX_BYTES);

	memset(bytes, 'x', LINE_MAX_BYTES);
	cr_expect_eq(lines_add(&lines, bytes, LINE_MAX_BYTES, note, NULL), 0);
	cr_expect_eq(lines_add(&lines, "x", 1, note, NULL), -EMSGSIZE);
	lines_clear(&lines);
	free(bytes);
}

Test(lines, do_not_keep_the_room_of_a_large_one)
{
	struct lines lines = {0};
	char *bytes = calloc(1, 1U << 20);

	memset(bytes, 'x', (1U << 20) - 1);
	bytes[(1U << 20) - 1] = '\n';
	bytes[0] = 's';
	seen[0] = '\0';
	cr_expect_eq(lines_add(&lines, "a\n", 2, note, NULL), 0);
	cr_expect_leq(lines.room, 1U << 16);
	cr_expect_eq(lines_put(&lines, bytes, 1U << 20, 100), -EMSGSIZE);
	cr_expect_eq(lines_put(&lines, "ab", 2, 2), 0);
	cr_expect_eq(lines_put(&lines, "c", 1, 2), -EMSGSIZE);
	lines_clear(&lines);
	free(bytes);
}
