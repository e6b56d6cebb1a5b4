/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file_stamp.h"

static char directory[] = "/tmp/file_stamp.XXXXXX";

static void enter(void)
{
	cr_assert(mkdtemp(directory) && chdir(directory) == 0);
}

static void leave(void)
{
	unlink("a");
	unlink("b");
	unlink("link");
	cr_assert(chdir("/") == 0 && rmdir(directory) == 0);
}

TestSuite(file_stamp, .init = enter, .fini = leave);

/* A file of a minute ago, which no change of now can be mistaken for. */
static void write_old(const char *name, const char *text)
{
	const struct timespec then = {.tv_sec = time(NULL) - 60};
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	cr_assert_eq(utimensat(AT_FDCWD, name, (struct timespec[]){then, then}, 0), 0);
}

Test(file_stamp, what_did_not_change_is_current)
{
	struct file_stamp stamp;

	write_old("a", "one");
	stamp = file_stamp_of("a");
	cr_expect(file_stamp_is_current(&stamp, "a"));
}

Test(file_stamp, nothing_stays_nothing)
{
	struct file_stamp stamp = file_stamp_of("a");

	cr_expect(file_stamp_is_current(&stamp, "a"));
	write_old("a", "one");
	cr_expect_not(file_stamp_is_current(&stamp, "a"));
}

Test(file_stamp, a_file_that_is_gone_is_a_change)
{
	struct file_stamp stamp;

	write_old("a", "one");
	stamp = file_stamp_of("a");
	unlink("a");
	cr_expect_not(file_stamp_is_current(&stamp, "a"));
}

Test(file_stamp, another_file_of_the_same_size_and_time_is_a_change)
{
	struct file_stamp stamp;

	write_old("a", "one");
	write_old("b", "two");
	stamp = file_stamp_of("a");
	cr_assert_eq(rename("b", "a"), 0);
	cr_expect_not(file_stamp_is_current(&stamp, "a"));
}

Test(file_stamp, a_symbolic_link_that_leads_elsewhere_is_a_change)
{
	struct file_stamp stamp;

	write_old("a", "one");
	write_old("b", "one");
	cr_assert_eq(symlink("a", "link"), 0);
	stamp = file_stamp_of("link");
	cr_assert_eq(unlink("link"), 0);
	cr_assert_eq(symlink("b", "link"), 0);
	cr_expect_not(file_stamp_is_current(&stamp, "link"));
}

Test(file_stamp, what_changed_just_now_is_read_once_more)
{
	struct file_stamp stamp;
	int fd = open("a", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	cr_assert(fd >= 0 && write(fd, "one", 3) == 3);
	close(fd);
	stamp = file_stamp_of("a");
	cr_expect_not(file_stamp_is_current(&stamp, "a"));
}
