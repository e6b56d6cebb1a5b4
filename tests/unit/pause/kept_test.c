/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../temporary.h"
#include "pause/kept.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/file.h"

static char directory[] = "/tmp/kept_test.XXXXXX";
static char *path;
static struct pauses pauses;

static void setup(void)
{
	temporary_make(directory);
	path = kept_path(directory);
}

static void teardown(void)
{
	pauses_clear(&pauses);
	temporary_remove(directory);
	free(path);
}

TestSuite(kept, .init = setup, .fini = teardown);

static int read_again(char **reterr_message)
{
	pauses_clear(&pauses);
	return kept_read(path, &pauses, reterr_message);
}

static int read_text(const char *text)
{
	_cleanup_(freep) char *message = NULL;
	int r;

	cr_assert_eq(file_write(path, text, strlen(text)), 0);
	r = read_again(&message);
	cr_expect_eq(!!message, r == -EBADMSG);
	return r;
}

Test(kept, what_is_written_is_read_but_for_the_file_on_the_node)
{
	_cleanup_(freep) char *message = NULL;
	uint64_t until = clock_boot() + 60 * NS_PER_SECOND;

	pauses_set(&pauses, PAUSE_BY_HAND, until, "a \"reason\" \\x1b");
	pauses_set(&pauses, PAUSE_BY_NODE, 0, NULL);
	pauses_set(&pauses, PAUSE_BY_FILE, 0, NULL);
	cr_assert_eq(kept_write(path, &pauses), 0);
	cr_assert_eq(read_again(&message), 0);
	cr_expect_eq(pauses.sources[PAUSE_BY_HAND].until, until);
	cr_expect_str_eq(pauses.sources[PAUSE_BY_HAND].reason, "a \"reason\" \\x1b");
	cr_expect(pauses.sources[PAUSE_BY_NODE].on);
	cr_expect_eq(pauses.sources[PAUSE_BY_NODE].until, 0);
	cr_expect(!pauses.sources[PAUSE_BY_FILE].on);
}

Test(kept, what_has_ended_is_not_read)
{
	_cleanup_(freep) char *message = NULL;

	pauses_set(&pauses, PAUSE_BY_HAND, clock_boot() + 20000000, NULL);
	cr_assert_eq(kept_write(path, &pauses), 0);
	usleep(40000);
	cr_assert_eq(read_again(&message), 0);
	cr_expect(!pauses.sources[PAUSE_BY_HAND].on);
}

Test(kept, of_another_boot_the_wall_clock_says_when_it_ends)
{
	char text[256];
	uint64_t wall = clock_wall(), left;

	snprintf(text, sizeof(text),
		 "{\"version\":1,\"hand\":{\"endWallNs\":%llu,\"endBootNs\":1,"
		 "\"bootId\":\"other\"}}",
		 (unsigned long long)(wall + 60 * NS_PER_SECOND));
	cr_assert_eq(read_text(text), 0);
	cr_assert(pauses.sources[PAUSE_BY_HAND].on);
	left = pauses.sources[PAUSE_BY_HAND].until - clock_boot();
	cr_expect(left > 50 * NS_PER_SECOND && left <= 60 * NS_PER_SECOND);
	snprintf(text, sizeof(text), "{\"version\":1,\"hand\":{\"endWallNs\":%llu}}",
		 (unsigned long long)(wall - 1));
	cr_assert_eq(read_text(text), 0);
	cr_expect(!pauses.sources[PAUSE_BY_HAND].on);
}

Test(kept, a_file_that_is_not_there_or_not_ours_is_told)
{
	_cleanup_(freep) char *message = NULL;

	cr_expect_eq(read_again(&message), -ENOENT);
	cr_expect_eq(read_text(""), -EBADMSG);
	cr_expect_eq(read_text("[]"), -EBADMSG);
	cr_expect_eq(read_text("{\"version\":2}"), -EBADMSG);
	cr_expect_eq(read_text("{\"version\":1}"), 0);
	cr_expect_eq(read_text("{\"version\":1,\"hand\":null,\"annotation\":7}"), 0);
	cr_expect(!pauses.sources[PAUSE_BY_NODE].on);
}

Test(kept, on_failure_nothing_changes)
{
	_cleanup_(freep) char *message = NULL;

	cr_assert_eq(file_write(path, "{", 1), 0);
	pauses_set(&pauses, PAUSE_BY_HAND, 0, "why");
	cr_expect_eq(kept_read(path, &pauses, &message), -EBADMSG);
	cr_expect(pauses.sources[PAUSE_BY_HAND].on);
}
