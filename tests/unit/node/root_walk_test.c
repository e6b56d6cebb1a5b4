// SPDX-License-Identifier: Apache-2.0
#include "node/root_walk.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

#include "root_tree.h"
#include "util/cleanup.h"

TestSuite(root_walk, .init = root_tree_make, .fini = root_tree_remove);

static void leads_to(const char *path, const char *name)
{
	_cleanup_(root_walk_clear) struct root_walk walk = {0};
	int r = root_walk(root, path, &walk);

	cr_assert_eq(r, 0, "%s: %s", path, strerror(-r));
	cr_expect_str_eq(walk.name, name, "%s", path);
}

static int refuses(const char *path)
{
	_cleanup_(root_walk_clear) struct root_walk walk = {0};

	return root_walk(root, path, &walk);
}

Test(root_walk, a_path_without_links_is_its_own_name)
{
	_cleanup_(root_walk_clear) struct root_walk walk = {0};

	cr_assert_eq(root_walk(root, "/usr/bin/dash", &walk), 0);
	cr_expect_str_eq(walk.name, "/usr/bin/dash");
	cr_expect_not(walk.has_links || walk.is_missing || walk.is_foreign);
	leads_to("/", "/");
	leads_to("//usr/./bin//dash/", "/usr/bin/dash");
}

Test(root_walk, links_are_followed_to_the_end)
{
	leads_to("/bin/sh", "/usr/bin/dash");
	leads_to("/bin", "/usr/bin");
	cr_assert_eq(symlink("/bin/sh", "root/absolute"), 0);
	leads_to("/absolute", "/usr/bin/dash");
	cr_assert_eq(symlink("..", "root/usr/bin/up"), 0);
	leads_to("/bin/up/bin/sh", "/usr/bin/dash");
	cr_assert_eq(symlink("/", "root/top"), 0);
	leads_to("/top", "/");
	leads_to("/top/usr", "/usr");
}

Test(root_walk, nothing_leads_out)
{
	cr_assert_eq(symlink("../../../outside", "root/escape"), 0);
	leads_to("/escape", "/outside");
	leads_to("/../..", "/");
}

Test(root_walk, what_is_missing_is_named_behind_the_links)
{
	_cleanup_(root_walk_clear) struct root_walk walk = {0};

	cr_assert_eq(root_walk(root, "/bin/none/at/all", &walk), 0);
	cr_expect_str_eq(walk.name, "/usr/bin/none/at/all");
	cr_expect(walk.is_missing);
	leads_to("/bin/sh/none", "/usr/bin/dash/none");
	cr_assert_eq(symlink("none/../usr", "root/back"), 0);
	cr_expect_eq(refuses("/back"), -ENOENT);
}

Test(root_walk, a_loop_of_links_ends)
{
	cr_assert_eq(symlink("b", "root/a"), 0);
	cr_assert_eq(symlink("a", "root/b"), 0);
	cr_expect_eq(refuses("/a"), -ELOOP);
	cr_assert_eq(symlink("grow/grow", "root/grow"), 0);
	cr_expect_eq(refuses("/grow"), -ELOOP);
}

Test(root_walk, texts_that_are_too_long_are_refused)
{
	char name[PATH_MAX + 2], target[PATH_MAX - 200];

	memset(name, 'a', sizeof(name));
	name[0] = '/';
	name[PATH_MAX] = '\0';
	cr_expect_eq(refuses(name), -ENAMETOOLONG);
	memset(target, '/', sizeof(target));
	target[sizeof(target) - 1] = '\0';
	cr_assert_eq(symlink(target, "root/long"), 0);
	leads_to("/long/usr", "/usr");
	name[300] = '\0';
	memcpy(name, "/long/", 6);
	cr_expect_eq(refuses(name), -ENAMETOOLONG);
}

Test(root_walk, tells_when_the_newest_link_was_made)
{
	_cleanup_(root_walk_clear) struct root_walk first = {0}, second = {0};
	struct stat link;

	cr_assert_eq(root_walk(root, "/bin/dash", &first), 0);
	cr_assert_eq(lstat("root/bin", &link), 0);
	cr_expect(first.has_links);
	cr_expect_eq(first.made, (uint64_t)link.st_ctim.tv_sec * 1000000000 +
					 (uint64_t)link.st_ctim.tv_nsec);
	usleep(20000);
	cr_assert_eq(symlink("bin/dash", "root/newer"), 0);
	cr_assert_eq(root_walk(root, "/newer", &second), 0);
	cr_expect_str_eq(second.name, "/usr/bin/dash");
	cr_expect_gt(second.made, first.made);
}

/* Whoever moves a link is seen to, and cannot set the time back. */
Test(root_walk, a_link_that_was_moved_is_new)
{
	const struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	_cleanup_(root_walk_clear) struct root_walk before = {0}, after = {0};

	cr_assert_eq(root_walk(root, "/usr/bin/sh", &before), 0);
	usleep(20000);
	cr_assert_eq(rename("root/usr/bin/sh", "root/moved"), 0);
	cr_assert_eq(utimensat(AT_FDCWD, "root/moved", old, AT_SYMLINK_NOFOLLOW), 0);
	cr_assert_eq(root_walk(root, "/moved", &after), 0);
	cr_expect_gt(after.made, before.made);
}

Test(root_walk, a_link_on_another_mount_is_told)
{
	_cleanup_(root_walk_clear) struct root_walk on = {0}, to = {0};

	cr_assert_eq(mkdir("root/volume", 0755), 0);
	if (mount("none", "root/volume", "tmpfs", 0, NULL) != 0)
		cr_skip_test("this user mounts nothing");
	cr_assert_eq(symlink("/usr/bin/dash", "root/volume/sh"), 0);
	cr_assert_eq(symlink("/volume", "root/link"), 0);
	cr_expect_eq(root_walk(root, "/volume/sh", &on), 0);
	cr_expect_eq(root_walk(root, "/link/none", &to), 0);
	umount("root/volume");
	cr_expect_str_eq(on.name, "/usr/bin/dash");
	cr_expect(on.is_foreign);
	cr_expect_str_eq(to.name, "/volume/none");
	cr_expect_not(to.is_foreign);
}
