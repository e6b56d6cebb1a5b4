// SPDX-License-Identifier: Apache-2.0

/*
 * The programs of lsm/ on a real kernel:
 *
 *     kernel-test CGROUP_ROOT v1|v2 HIERARCHY [WORD]    cases whose name has the word
 *
 * It must be /bin/kernel-test, which the cases execute. One line a case; exits with 1
 * when one failed.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "fixture.h"
#include "policy/model.h"
#include "util/cleanup.h"

static const struct test_case *const groups[] = {
	path_cases, exec_cases, net_cases,	 net_send_cases, unix_cases,
	task_cases, race_cases, condition_cases, drift_cases, program_cases,
};

static const struct test_case *find_case(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		for (const struct test_case *test = groups[i]; test->name; test++)
			if (!strcmp(test->name, name))
				return test;
	return NULL;
}

/* The programs can do what the table of enforcement.c does not promise yet. */
static void refuse_nothing(const struct policy_list *policies)
{
	for (size_t i = 0; i < policies->n; i++)
		for (int j = 0; j < SECTION_COUNT; j++) {
			struct policy_section *section = &policies->items[i]->sections[j];

			for (size_t k = 0; k < section->n_rules; k++)
				section->rules[k].enforcement = ENFORCED;
		}
}

static struct image *compile(const char *text)
{
	struct diagnostics diagnostics = {0};
	struct policy_list policies = {0};
	struct image *image = NULL;
	int r = policy_parse(text, strlen(text), "case", &diagnostics, &policies);

	refuse_nothing(&policies);
	if (r == 0)
		r = image_compile(&policies, &diagnostics, &image);
	diagnostics_print(&diagnostics, stderr);
	diagnostics_clear(&diagnostics);
	policy_list_clear(&policies);
	CHECK(r == 0 && image);
	return image;
}

/* A subject for the case, its cgroup new. */
static void set_up_subject(const struct test_case *test)
{
	static unsigned number;
	struct stat status;

	snprintf(fixture.cgroup, sizeof(fixture.cgroup), "%s/kernel-test-%u",
		 fixture.cgroup_root, number++);
	CHECK(mkdir(fixture.cgroup, 0755) == 0 && stat(fixture.cgroup, &status) == 0);
	fixture.cgroup_id = status.st_ino;
	fixture.image = compile(test->policy);
	CHECK(enforcer_slot_new(fixture.enforcer, &fixture.slot) == 0);
	CHECK(enforcer_publish(fixture.enforcer, fixture.slot, fixture.image) == 0);
	CHECK(enforcer_assign(fixture.enforcer, fixture.cgroup_id, fixture.slot, 0) == 0);
}

static void tear_down_subject(void)
{
	while (next_denial())
		;
	CHECK(enforcer_remove(fixture.enforcer, fixture.cgroup_id) == 0);
	enforcer_slot_free(fixture.enforcer, fixture.slot);
	fixture.image = image_unref(fixture.image);
	harvest();
	rmdir(fixture.cgroup);
}

/* In a child, so that a check that fails ends the case alone. */
static bool run_case(const struct test_case *test)
{
	pid_t pid;
	bool ok;

	if (test->set_up)
		test->set_up();
	set_up_subject(test);
	pid = fork();
	if (pid == 0) {
		if (test->outside)
			test->outside(test);
		else
			CHECK(wait_ok(subject_start(test->name)));
		_exit(0);
	}
	ok = wait_ok(pid);
	tear_down_subject();
	if (test->tear_down)
		test->tear_down();
	return ok;
}

static int run_inside(const char *name)
{
	const struct test_case *test = find_case(name);

	if (!test)
		return 2;
	test->run();
	return 0;
}

#define MAX_VERIFIED 100000

/* From 5.16 on the kernel says how many instructions it had to look at. */
static bool are_verified_soon(void)
{
	struct enforcer_program programs[64];
	size_t n = enforcer_programs(fixture.enforcer, programs, ARRAY_SIZE(programs));
	bool ok = n > 0;

	for (size_t i = 0; i < n && i < ARRAY_SIZE(programs); i++) {
		printf("# %s: %u verified instructions\n", programs[i].name,
		       programs[i].verified_instructions);
		ok = ok && programs[i].verified_instructions < MAX_VERIFIED;
	}
	return ok;
}

int main(int argc, char **argv)
{
	struct enforcer_options options = {.pin_directory =
						   "/sys/fs/bpf/lsmd-kernel-test"};
	_cleanup_(freep) char *why = NULL;
	unsigned n_failed = 0, n = 0;
	bool ok;

	if (argc == 2 && !strcmp(argv[1], "true"))
		return 0;
	if (argc == 3 && !strcmp(argv[1], "read"))
		return try_open(argv[2], O_RDONLY);
	if (argc == 3 && !strcmp(argv[1], "exec"))
		return try_exec(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "inside"))
		return run_inside(argv[2]);
	if (argc < 4)
		return 2;
	options.cgroup_v1 = !strcmp(argv[2], "v1");
	options.cgroup_hierarchy = (uint32_t)strtoul(argv[3], NULL, 10);
	options.records_per_second = 100000;
	fixture.cgroup_root = argv[1];
	if (enforcer_open(&options, &fixture.enforcer, &why) != 0) {
		printf("not ok load: %s\n", why ? why : strerror(errno));
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	ok = are_verified_soon();
	printf("%s no program takes the verifier long\n", ok ? "ok" : "not ok");
	n_failed += !ok;
	n++;
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		for (const struct test_case *test = groups[i]; test->name; test++) {
			if (argc > 4 && !strstr(test->name, argv[4]))
				continue;
			ok = run_case(test);
			printf("%s %s\n", ok ? "ok" : "not ok", test->name);
			n_failed += !ok;
			n++;
		}
	}
	fixture.enforcer = enforcer_free(fixture.enforcer);
	enforcer_unload(options.pin_directory, &why);
	printf("# %u cases, %u failed\n", n, n_failed);
	return n_failed || !n ? 1 : 0;
}
