/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../temporary.h"
#include "pause/file.h"
#include "util/file.h"

static char directory[] = "/tmp/pause_file_test.XXXXXX";
static char path[64];
static struct pauses pauses;
static const struct pause *const pause_ = &pauses.sources[PAUSE_BY_FILE];

static void setup(void)
{
	temporary_make(directory);
	snprintf(path, sizeof(path), "%s/pause", directory);
}

static void teardown(void)
{
	pauses_clear(&pauses);
	temporary_remove(directory);
}

TestSuite(pause_file, .init = setup, .fini = teardown, .timeout = 10);

static void write_file(const char *text)
{
	cr_assert_eq(file_write(path, text, strlen(text)), 0);
	cr_assert_eq(pause_file_read(path, &pauses), 0);
}

Test(pause_file, its_first_line_is_the_reason)
{
	write_file("at night\r\nmore\n");
	cr_assert(pause_->on);
	cr_expect_str_eq(pause_->reason, "at night");
	cr_expect_eq(pause_->until, 0);
}

Test(pause_file, an_empty_one_will_do)
{
	write_file("");
	cr_expect(pause_->on);
	cr_expect_null(pause_->reason);
}

Test(pause_file, that_it_is_gone_resumes)
{
	write_file("x");
	unlink(path);
	cr_expect_eq(pause_file_read(path, &pauses), 0);
	cr_expect(!pause_->on);
	cr_expect_eq(pause_file_read("/dev/null/x", &pauses), 0);
	cr_expect(!pause_->on);
}

Test(pause_file, whatever_bears_the_name_will_do)
{
	cr_assert_eq(mkdir(path, 0700), 0);
	cr_expect_eq(pause_file_read(path, &pauses), 0);
	cr_expect(pause_->on);
	rmdir(path);
	cr_assert_eq(symlink("nowhere", path), 0);
	pauses_clear(&pauses);
	cr_expect_eq(pause_file_read(path, &pauses), 0);
	cr_expect(pause_->on);
}

Test(pause_file, a_fifo_makes_nobody_wait)
{
	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_expect_eq(pause_file_read(path, &pauses), 0);
	cr_expect(pause_->on);
}

Test(pause_file, where_it_cannot_be_told_all_stays)
{
	char name[300];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	write_file("x");
	cr_expect_lt(pause_file_read(name, &pauses), 0);
	cr_expect(pause_->on);
}
