/* SPDX-License-Identifier: Apache-2.0 */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../temporary.h"
#include "ctl/root.h"
#include "util/cleanup.h"

static char root[] = "/tmp/lsmctl-root-XXXXXX";

static const char *in_root(const char *path)
{
	static char text[256];

	snprintf(text, sizeof(text), "%s%s", root, path);
	return text;
}

/* A merged /usr, with links that lead out of the root as the container writes them. */
static void make_root(void)
{
	temporary_make(root);
	cr_assert_eq(mkdir(in_root("/usr"), 0755), 0);
	cr_assert_eq(mkdir(in_root("/usr/bin"), 0755), 0);
	fclose(fopen(in_root("/usr/bin/dash"), "w"));
	cr_assert_eq(symlink("usr/bin", in_root("/bin")), 0);
	cr_assert_eq(symlink("/usr/bin/dash", in_root("/usr/bin/sh")), 0);
	cr_assert_eq(symlink("../../../../bin/dash", in_root("/up")), 0);
}

static void remove_root(void)
{
	temporary_remove(root);
}

TestSuite(ctl_root, .init = make_root, .fini = remove_root);

static void expect(const char *path, const char *wanted)
{
	_cleanup_(freep) char *got = NULL;
	int r = root_resolve(root, path, &got);

	cr_assert_eq(r, 0, "%s: %s", path, strerror(-r));
	cr_expect_str_eq(got, wanted, "%s is %s", path, got);
}

Test(ctl_root, links_are_followed_within_the_root)
{
	expect("/bin/sh", "/usr/bin/dash");
	expect("/up", "/usr/bin/dash");
	expect("/usr/bin/dash", "/usr/bin/dash");
	expect("/bin", "/usr/bin");
	expect("/", "/");
}

Test(ctl_root, what_is_not_there_is_looked_for_beside_its_neighbours)
{
	_cleanup_(freep) char *got = NULL;

	expect("/bin/nothing", "/usr/bin/nothing");
	expect("/nothing", "/nothing");
	cr_expect_eq(root_resolve(root, "/nothing/at/all", &got), -ENOENT);
	cr_expect_eq(root_resolve(in_root("/nothing"), "/bin/sh", &got), -ENOENT);
	cr_expect_null(got);
}

Test(ctl_root, the_hosts_root_is_one_as_well)
{
	_cleanup_(freep) char *got = NULL;

	cr_assert_eq(root_resolve("/", "/proc/version", &got), 0);
	cr_expect_str_eq(got, "/proc/version");
}
