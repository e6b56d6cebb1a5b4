// SPDX-License-Identifier: Apache-2.0
#include "node/root_alias.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "../policy/parsed.h"
#include "root_tree.h"
#include "util/cleanup.h"

static void setup(void)
{
	root_tree_begin();
	cr_assert_eq(mkdir("usr", 0755), 0);
	cr_assert_eq(mkdir("usr/bin", 0755), 0);
	cr_assert_eq(mkdir("run", 0755), 0);
	cr_assert_eq(mkdir("var", 0755), 0);
	close(creat("usr/bin/dash", 0755));
	close(creat("usr/bin/busybox", 0755));
	cr_assert_eq(symlink("usr/bin", "bin"), 0);
	cr_assert_eq(symlink("dash", "usr/bin/sh"), 0);
	cr_assert_eq(symlink("/opt/nc*", "usr/bin/nc"), 0);
	cr_assert_eq(symlink("busybox", "usr/bin/ncat"), 0);
	cr_assert_eq(symlink("/run", "var/run"), 0);
	root_tree_open(".");
}

TestSuite(root_alias, .init = setup, .fini = root_tree_remove);

/* @wanted: "WRITTEN=RESOLVED " for each */
static void has(const struct aliases *aliases, const char *wanted)
{
	char text[1024] = "";

	for (size_t i = 0; i < aliases->n; i++) {
		strcat(strcat(text, aliases->items[i].written), "=");
		strcat(strcat(text, aliases->items[i].resolved), " ");
	}
	cr_expect_str_eq(text, wanted);
}

static void finds(const char *written, const char *wanted)
{
	_cleanup_(aliases_clear) struct aliases aliases = {0};

	cr_assert_eq(root_alias_find(root, written, &aliases), 0, "%s", written);
	has(&aliases, wanted);
}

Test(root_alias, a_path_through_links_is_what_they_lead_to)
{
	finds("/bin/sh", "/bin/sh=/usr/bin/dash /bin/sh=/usr/bin/sh ");
	finds("/usr/bin/sh", "/usr/bin/sh=/usr/bin/dash ");
	finds("/bin/dash", "/bin/dash=/usr/bin/dash ");
	finds("/usr/bin/dash", "");
	finds("/none", "");
}

/* Only it may become another's. */
Test(root_alias, the_target_of_the_path_itself_is_told_apart)
{
	_cleanup_(aliases_clear) struct aliases aliases = {0};

	cr_assert_eq(root_alias_find(root, "/bin/sh", &aliases), 0);
	cr_assert_eq(root_alias_find(root, "/bin/dash", &aliases), 0);
	cr_assert_eq(aliases.n, 3);
	cr_expect_not(aliases.items[0].is_target, "/bin/dash");
	cr_expect(aliases.items[1].is_target, "/bin/sh to dash");
	cr_expect_not(aliases.items[2].is_target, "/bin/sh");
}

Test(root_alias, what_is_not_there_yet_is_in_the_directory_behind_the_links)
{
	finds("/var/run/app.sock", "/var/run/app.sock=/run/app.sock ");
}

Test(root_alias, of_a_pattern_the_fixed_directory_is_resolved)
{
	finds("/var/run/**", "/var/run/**=/run/** ");
	finds("/bin/x[a-c]?", "/bin/x[a-c]?=/usr/bin/x[a-c]? ");
	finds("/usr/bin/x*", "");
	finds("/**", "");
	cr_assert_eq(symlink("/", "top"), 0);
	finds("/top/*x/**", "/top/*x/**=/*x/** ");
}

Test(root_alias, links_that_a_pattern_matches_give_their_targets)
{
	finds("/bin/*sh", "/bin/*sh=/usr/bin/*sh /bin/*sh=/usr/bin/dash ");
	finds("/usr/bin/s?", "/usr/bin/s?=/usr/bin/dash ");
	finds("/usr/bin/[!s]*", "/usr/bin/[!s]*=/opt/nc\\* ");
	finds("/usr/bin/s", "");
}

Test(root_alias, names_are_escaped_and_patterns_read_without_it)
{
	cr_assert_eq(mkdir("we[ird", 0755), 0);
	cr_assert_eq(symlink("we[ird", "a*b"), 0);
	finds("/a\\*b/x", "/a\\*b/x=/we\\[ird/x ");
	finds("/a\\*b/**", "/a\\*b/**=/we\\[ird/** ");
	finds("/a*b/**", "");
}

Test(root_alias, a_program_that_is_many_by_its_name_is_none_of_them)
{
	finds("/bin/ncat", "/bin/ncat=/usr/bin/ncat ");
	finds("/usr/bin/ncat", "");
	finds("/bin/busybox", "/bin/busybox=/usr/bin/busybox ");
}

/* A volume's links are whoever's has it elsewhere. */
Test(root_alias, links_on_another_mount_lead_nowhere)
{
	cr_assert_eq(mkdir("volume", 0755), 0);
	if (mount("none", "volume", "tmpfs", 0, NULL) != 0)
		cr_skip_test("this user mounts nothing");
	if (symlink("/usr/bin", "volume/bin") == 0 &&
	    symlink("/usr/bin/dash", "volume/sh") == 0) {
		finds("/volume/sh", "");
		finds("/volume/bin/dash", "");
		finds("/volume/bin/**", "");
		finds("/volume/s*", "");
	}
	umount("volume");
}

Test(root_alias, all_paths_of_policies_are_looked_for)
{
	_cleanup_(aliases_clear) struct aliases aliases = {0};
	_cleanup_(parsed_clear) struct parsed parsed = parse(
		"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: "
		"a}\nspec:\n"
		"  podSelector: {}\n"
		"  exec:\n    default: deny\n    rules:\n"
		"    - {action: allow, paths: [/bin/dash]}\n"
		"    - {action: deny, paths: [/bin/nc], multicall: by-name}\n"
		"  file:\n    rules:\n"
		"    - {action: deny, paths: [/etc/x], except: [/var/run/e], from: {not: "
		"[/bin/f]}}\n"
		"  network:\n    rules:\n"
		"    - {action: deny, unix: [/var/run/s, \"@/var/run/s\"]}\n");

	cr_assert_eq(parsed.result, 0, "%s", parsed.said);
	cr_assert_eq(root_aliases_of(".", &parsed.policies, &aliases), 0);
	has(&aliases, "/bin/dash=/usr/bin/dash /bin/f=/usr/bin/f /bin/nc=/opt/nc\\* "
		      "/bin/nc=/usr/bin/nc /var/run/e=/run/e /var/run/s=/run/s ");
	cr_expect_eq(root_aliases_of("none", &parsed.policies, &aliases), -ENOENT);
}
