// SPDX-License-Identifier: Apache-2.0
#include "node/root_pattern.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../temporary.h"
#include "util/cleanup.h"

static void reads(const char *text, enum root_pattern_kind kind, const char *path)
{
	_cleanup_(root_pattern_clear) struct root_pattern pattern = {0};

	cr_assert_eq(root_pattern_read(text, &pattern), 0, "%s", text);
	cr_assert_eq(pattern.kind, kind, "%s", text);
	cr_assert_str_eq(pattern.path, path, "%s", text);
}

Test(root_pattern, a_literal_path_is_a_file)
{
	reads("/bin/sh", ROOT_FILE, "/bin/sh");
	reads("/", ROOT_FILE, "/");
	reads("//bin///sh/", ROOT_FILE, "/bin/sh");
	reads("/a\\*b", ROOT_FILE, "/a*b");
}

Test(root_pattern, names_in_one_directory)
{
	reads("/bin/*sh", ROOT_DIRECTORY, "/bin");
	reads("/*", ROOT_DIRECTORY, "/");
	reads("/usr/bin/nc?", ROOT_DIRECTORY, "/usr/bin");
	reads("/usr/bin/[a-z]x", ROOT_DIRECTORY, "/usr/bin");
	reads("/we\\[ird/x*", ROOT_DIRECTORY, "/we[ird");
}

Test(root_pattern, names_below_a_directory)
{
	reads("/var/run/secrets/**", ROOT_TREE, "/var/run/secrets");
	reads("/**", ROOT_TREE, "/");
	reads("/opt/*/bin", ROOT_TREE, "/opt");
	reads("/opt/a**", ROOT_TREE, "/opt");
}

Test(root_pattern, what_is_no_pattern)
{
	struct root_pattern pattern;

	cr_assert_eq(root_pattern_read("bin/sh", &pattern), -EINVAL);
	cr_assert_eq(root_pattern_read("/bin/[a", &pattern), -EINVAL);
}

static char names[4096];

static int note(const char *path, void *data)
{
	(void)data;
	strcat(names, path);
	strcat(names, " ");
	return 0;
}

static int visit(int root, const char *text)
{
	_cleanup_(root_pattern_clear) struct root_pattern pattern = {0};

	*names = '\0';
	cr_assert_eq(root_pattern_read(text, &pattern), 0);
	return root_pattern_visit(&pattern, root, note, NULL);
}

Test(root_pattern, a_tree_is_looked_at_where_a_link_leads_to_it)
{
	char top[] = "/tmp/root-pattern-XXXXXX";
	int root;

	temporary_make(top);
	root = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cr_assert_eq(mkdirat(root, "run", 0755), 0);
	cr_assert_eq(mkdirat(root, "run/token", 0755), 0);
	cr_assert_eq(mkdirat(root, "var", 0755), 0);
	cr_assert_eq(symlinkat("/run", root, "var/run"), 0);
	cr_assert_eq(visit(root, "/run/**"), 0);
	cr_assert_str_eq(names, "");
	cr_assert_eq(visit(root, "/var/run/**"), 0);
	cr_assert_str_eq(names, "/var/run/token ");
	cr_assert_eq(visit(root, "/run/t*"), 0);
	cr_assert_str_eq(names, "/run/token ");
	cr_assert_eq(visit(root, "/none/**"), -ENOENT);
	cr_assert_eq(visit(root, "/**"), 0);
	cr_assert_str_eq(names, "");
	close(root);
	temporary_remove(top);
}
