// SPDX-License-Identifier: Apache-2.0
#include "node/unit.h"

#include <criterion/criterion.h>
#include <string.h>

#include "util/cleanup.h"

Test(unit, is_read_from_the_path)
{
	static const struct {
		const char *path, *name; /* NULL: none */
	} cases[] = {
		{"system.slice/web.service", "web.service"},
		{"system.slice", "system.slice"},
		{"system.slice/system-getty.slice/getty@tty1.service",
		 "getty@tty1.service"},
		{"a.slice/a-b.slice/x\\x2dy.scope", "x\\x2dy.scope"},
		{"system.slice/_cgroup.service", "cgroup.service"},
		/* Made by whoever was let into the cgroup above. */
		{"system.slice/web.service/sshd.service", NULL},
		{"user.slice/user-1.slice/user@1.service/app.slice/web.service", NULL},
		{"kubepods/web.service", NULL},
		{"system.slice/dev-sda.swap", NULL},
		{"web", NULL},
		{"", NULL},
		{".service", NULL},
		{".slice/web.service", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char name[UNIT_NAME_SIZE] = "";
		int r = unit_of_cgroup(cases[i].path, name);

		cr_expect_eq(r, cases[i].name ? 0 : UNIT_E_NONE, "%s", cases[i].path);
		cr_expect_str_eq(name, cases[i].name ? cases[i].name : "", "%s",
				 cases[i].path);
	}
}

Test(unit, a_name_that_no_unit_can_have_is_none)
{
	static char path[UNIT_NAME_SIZE + 16];
	char name[UNIT_NAME_SIZE];

	memset(path, 'a', UNIT_NAME_SIZE - 8);
	strcpy(path + UNIT_NAME_SIZE - 8, ".service");
	cr_expect_eq(unit_of_cgroup(path, name), UNIT_E_NONE);
	cr_expect_eq(unit_of_cgroup(path + 1, name), 0);
}

Test(unit, those_of_the_node_are_protected)
{
	static const char *const of_the_node[] = {
		"init.scope",	   "kubelet.service",	 "containerd.service",
		"docker.service",  "crio.service",	 "k3s-agent.service",
		"ssh.service",	   "sshd.service",	 "sshd@7-10.0.0.1.service",
		"session-2.scope", "user-1000.slice",	 "lsmd.service",
		"user@0.service",  "rke2-agent.service",
	};
	static const char *const others[] = {"web.service", "system.slice",
					     "sshguard.service", "batch.slice"};

	for (size_t i = 0; i < ARRAY_SIZE(of_the_node); i++)
		cr_expect(unit_is_protected(of_the_node[i]), "%s", of_the_node[i]);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		cr_expect_not(unit_is_protected(others[i]), "%s", others[i]);
}
