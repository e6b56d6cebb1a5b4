// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "dryrun/learn_lines.h"
#include "util/cleanup.h"

static const struct learn_context context = {0};

struct used {
	const char *path;
	bool written;
};

/* The patterns, each with "w" when it may write, what it is used for, and a newline. */
static char *lines_of(const struct used *used, size_t n, bool gather)
{
	_cleanup_(learn_paths_clear) struct learn_paths paths = {0};
	_cleanup_(learn_lines_clear) struct learn_lines lines = {0};
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	for (size_t i = 0; i < n; i++) {
		const struct learn_path path = {
			.path = used[i].path, .written = used[i].written, .count = 1};

		cr_assert_eq(learn_paths_add(&paths, &path), 0);
	}
	cr_assert_eq(learn_lines_of(&context, &paths, gather, &lines), 0);
	for (size_t i = 0; i < lines.n; i++)
		fprintf(file, "%s%s %zu\n", lines.items[i].pattern,
			lines.items[i].write ? " w" : "", lines.items[i].n_paths);
	fclose(file);
	return text;
}

#define expect_lines(used, gather, wanted)                                               \
	do {                                                                             \
		_cleanup_(freep) char *text = lines_of(used, ARRAY_SIZE(used), gather);  \
		cr_expect_str_eq(text, wanted);                                          \
	} while (0)

Test(learn_lines, few_files_stay_themselves)
{
	const struct used used[] = {
		{"/srv/a/1", false}, {"/srv/a/2", true}, {"/srv/b", false}};

	expect_lines(used, true, "/srv/a/1 1\n/srv/a/2 w 1\n/srv/b 1\n");
}

#define EIGHT(directory, written)                                                        \
	{directory "/a", written}, {directory "/b", written}, {directory "/c", written}, \
		{directory "/d", written}, {directory "/e", written},                    \
		{directory "/f", written}, {directory "/g", written},                    \
	{                                                                                \
		directory "/h", written                                                  \
	}

Test(learn_lines, many_files_of_a_directory_become_all_of_them)
{
	const struct used used[] = {EIGHT("/srv/x", false), {"/srv/y", false}};

	expect_lines(used, true, "/srv/x/* 8\n/srv/y 1\n");
	expect_lines(used, false,
		     "/srv/x/a 1\n/srv/x/b 1\n/srv/x/c 1\n/srv/x/d 1\n/srv/x/e 1\n"
		     "/srv/x/f 1\n/srv/x/g 1\n/srv/x/h 1\n/srv/y 1\n");
}

/* Beside what was read lies what must not be. */
Test(learn_lines, a_directory_below_the_root_is_never_all_of_its_files)
{
	const struct used used[] = {EIGHT("/etc", false)};

	expect_lines(used, true,
		     "/etc/a 1\n/etc/b 1\n/etc/c 1\n/etc/d 1\n/etc/e 1\n/etc/f 1\n"
		     "/etc/g 1\n/etc/h 1\n");
}

Test(learn_lines, one_for_temporary_files_may_be)
{
	const struct used used[] = {EIGHT("/tmp", true)};

	expect_lines(used, true, "/tmp/* w 8\n");
}

Test(learn_lines, what_is_read_and_what_is_written_is_counted_apart)
{
	const struct used used[] = {EIGHT("/srv/x", false), {"/srv/x/z", true}};

	expect_lines(used, true, "/srv/x/* 8\n/srv/x/z w 1\n");
}

#define TREE "/opt/app/lib"

Test(learn_lines, many_directories_become_everything_below)
{
	const struct used used[] = {
		{TREE, false},	      {TREE "/a/1", false}, {TREE "/a/2", false},
		{TREE "/b/1", false}, {TREE "/b/2", false}, {TREE "/c/1", false},
		{TREE "/c/2", false}, {TREE "/d/1", false}, {TREE "/d/2", false},
		{TREE "/x", false},
	};

	expect_lines(used, true, TREE " 1\n" TREE "/** 9\n");
}

Test(learn_lines, the_kernels_own_trees_do_not)
{
	const struct used used[] = {
		{"/sys/class/net/a/1", false}, {"/sys/class/net/a/2", false},
		{"/sys/class/net/b/1", false}, {"/sys/class/net/b/2", false},
		{"/sys/class/net/c/1", false}, {"/sys/class/net/c/2", false},
		{"/sys/class/net/d/1", false}, {"/sys/class/net/d/2", false},
	};
	_cleanup_(freep) char *text = lines_of(used, ARRAY_SIZE(used), true);

	cr_expect(!strstr(text, "*"), "%s", text);
}

Test(learn_lines, what_may_be_written_may_be_read)
{
	const struct used used[] = {{"/tmp/cc111111.s", false},
				    {"/tmp/ccAAAAAA.s", true},
				    {"/tmp/ccBBBBBB.s", false}};

	expect_lines(used, true, "/tmp/cc??????.s w 3\n");
}

Test(learn_lines, a_line_that_another_makes_needless_is_dropped)
{
	const struct used used[] = {EIGHT("/srv/x", true), {"/srv/x/r", false}};

	expect_lines(used, true, "/srv/x/* w 9\n");
}

/* A directory that the run made is as much its own as what it put there. */
Test(learn_lines, a_directory_above_what_was_written_is_made)
{
	const struct used used[] = {{"/srv/a7Xc2kQ9", false}, {"/srv/a7Xc2kQ9/x", true}};

	expect_lines(used, true, "/srv/???????? 1\n/srv/???????\?/x w 1\n");
}
