// SPDX-License-Identifier: Apache-2.0
#include "node/root_names.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "../temporary.h"
#include "util/cleanup.h"

static char top[64];
static int root = -1;

static void shell(const char *script)
{
	char command[1024];

	snprintf(command, sizeof(command), "cd %s && %s", top, script);
	cr_assert_eq(system(command), 0);
}

static void setup(void)
{
	snprintf(top, sizeof(top), "/tmp/root-names-XXXXXX");
	temporary_make(top);
	shell("mkdir -p usr/bin usr/sbin && ln -s usr/bin bin && "
	      "touch usr/bin/busybox usr/bin/other && ln -s busybox usr/bin/sh && "
	      "ln -s /bin/busybox usr/sbin/reboot && ln usr/bin/busybox usr/bin/vi && "
	      "ln -s nothing usr/bin/dangling");
	root = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void teardown(void)
{
	close(root);
	temporary_remove(top);
}

TestSuite(root_names, .init = setup, .fini = teardown);

Test(root_names, finds_links_of_both_kinds_each_once)
{
	_cleanup_(root_names_clear) struct root_names names = {0};

	cr_assert_eq(root_names_find(root, "/bin/sh", &names), 0);
	cr_assert_eq(names.n, 3);
	cr_assert_str_eq(names.items[0], "busybox");
	cr_assert_str_eq(names.items[1], "reboot");
	cr_assert_str_eq(names.items[2], "vi");
}

Test(root_names, a_program_of_one_name_has_no_other)
{
	_cleanup_(root_names_clear) struct root_names names = {0};

	cr_assert_eq(root_names_find(root, "/usr/bin/other", &names), 0);
	cr_assert_eq(names.n, 0);
}

Test(root_names, what_is_not_there_has_none)
{
	struct root_names names;

	cr_assert_eq(root_names_find(root, "/bin/none", &names), -ENOENT);
	cr_assert_eq(root_names_find(root, "/bin/dangling", &names), -ENOENT);
}
