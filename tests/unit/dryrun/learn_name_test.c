// SPDX-License-Identifier: Apache-2.0

/* Each rule of lsmctl(1), "Learning", with what it must leave alone. */

#include <criterion/criterion.h>

#include "dryrun/learn_name.h"
#include "util/cleanup.h"

#define PID 4321

static bool has_pid(const void *data, uint32_t pid)
{
	(void)data;
	return pid == PID;
}

static char *learn(const char *path, bool made)
{
	const struct learn_context context = {.has_pid = has_pid, .temporary = "/work"};
	char *pattern = NULL;

	cr_assert_eq(learn_pattern(&context, path, false, made, &pattern), 0);
	return pattern;
}

#define expect_read(path, wanted)                                                        \
	do {                                                                             \
		_cleanup_(freep) char *pattern = learn(path, false);                     \
		cr_expect_str_eq(pattern, wanted);                                       \
	} while (0)

#define expect_made(path, wanted)                                                        \
	do {                                                                             \
		_cleanup_(freep) char *pattern = learn(path, true);                      \
		cr_expect_str_eq(pattern, wanted);                                       \
	} while (0)

#define expect_left(path)                                                                \
	do {                                                                             \
		expect_read(path, path);                                                 \
		expect_made(path, path);                                                 \
	} while (0)

Test(learn_name, leaves_what_was_there_before)
{
	expect_read("/", "/");
	expect_read("/etc/passwd", "/etc/passwd");
	expect_read("/srv/4321/a7Xc2kQ9/2024-05-01.log",
		    "/srv/4321/a7Xc2kQ9/2024-05-01.log");
	expect_read("/opt/tmp.AbCdEf1234", "/opt/tmp.AbCdEf1234");
}

Test(learn_name, numbers_below_proc_are_any)
{
	expect_read("/proc/77/stat", "/proc/[0-9]*/stat");
	expect_read("/proc/77/task/78/comm", "/proc/[0-9]*/task/[0-9]*/comm");
	expect_read("/proc/77/fd/3", "/proc/[0-9]*/fd/[0-9]*");
	expect_left("/proc/sys/net/ipv4/ip_local_port_range");
	expect_left("/proc/sys/kernel/ns_last_pid");
	expect_left("/process/77");
}

Test(learn_name, names_that_programs_make_up)
{
	expect_made("/tmp/tmp.Zx81aQpLmR", "/tmp/tmp.??????????");
	expect_made("/tmp/tmpab_d3f9z/x.txt", "/tmp/tmp???????\?/x.txt");
	expect_made("/tmp/ccabcdef.s", "/tmp/cc??????.s");
	expect_made("/var/tmp/sortQqWwEe", "/var/tmp/sort??????");
	expect_made("/dev/shm/sem.AbCdEf", "/dev/shm/sem.??????");
	expect_made("/work/ssh-XXyyZZ11aa/agent.4321",
		    "/work/ssh-?????????\?/agent.[0-9]*");
	expect_made("/tmp/confAbC12z", "/tmp/conf??????");
	expect_made("/tmp/pytest-of-root/pytest-0/f",
		    "/tmp/pytest-of-root/pytest-[0-9]*/f");
	expect_made("/tmp/550e8400-e29b-41d4-a716-446655440000",
		    "/tmp/???????\?-???\?-???\?-???\?-????????????");
	expect_made("/tmp/d41d8cd98f00b204", "/tmp/????????????????");
	/* Also where it is only read. */
	expect_read("/tmp/tmp.Zx81aQpLmR", "/tmp/tmp.??????????");
}

Test(learn_name, names_that_people_give)
{
	expect_left("/tmp");
	expect_left("/tmp/output.txt");
	expect_left("/tmp/my-app/config.yaml");
	expect_left("/tmp/ccache/x");
	expect_left("/tmp/tmpfile.log");
}

Test(learn_name, a_process_in_what_the_run_wrote)
{
	expect_made("/run/server-4321.pid", "/run/server-[0-9]*.pid");
	expect_made("/run/server4321", "/run/server[0-9]*");
	expect_left("/run/server-4322-x1");
	expect_left("/run/user/1000/bus");
}

Test(learn_name, times_in_what_the_run_wrote)
{
	expect_made("/var/log/app-2024-05-01.log", "/var/log/app-???\?-?\?-??.log");
	expect_made("/var/log/app_20240501.log", "/var/log/app_[0-9]*.log");
	expect_left("/var/log/app-1.2.3.log");
}

Test(learn_name, random_in_what_the_run_wrote)
{
	expect_made("/srv/sedAbCdEf", "/srv/sed??????");
	expect_made("/srv/.git/objects/tmp_obj_a1B2c3",
		    "/srv/.git/objects/tmp_obj_??????");
	expect_left("/srv/sedentary");
	expect_left("/srv/MyOwnFile.class");
	expect_left("/usr/lib/libfoo-x86_64.so.1.2");
	expect_left("/srv/python3.11/README");
}

/* Written beside, then renamed: the next run finds it under its own name. */
Test(learn_name, what_is_put_in_place_when_it_is_complete)
{
	expect_made("/srv/m/__pycache__/m.cpython-311.pyc.140234567890",
		    "/srv/m/__pycache__/m.cpython-311.pyc*");
	expect_made("/srv/config.yaml.aB3dE9", "/srv/config.yaml*");
	expect_left("/srv/config.yaml.backup");
	expect_left("/srv/archive.sha256");
}

Test(learn_name, where_the_run_was_put_among_cgroups)
{
	expect_read("/sys/fs/cgroup/a.slice/lsmctl-dry-run-7/cpu.max",
		    "/sys/fs/cgroup/**/cpu.max");
}

Test(learn_name, what_a_pattern_would_take_for_something_else)
{
	expect_read("/srv/a*b?c[d]\\e", "/srv/a\\*b\\?c\\[d]\\\\e");
	expect_read("/srv/m\xc3\xbcll", "/srv/m\xc3\xbcll");
	expect_read("/srv/a\xff\nb", "/srv/a??b");
}

Test(learn_name, a_truncated_path_may_lie_anywhere)
{
	const struct learn_context context = {0};
	_cleanup_(freep) char *pattern = NULL;

	cr_assert_eq(learn_pattern(&context, "/a/b", true, false, &pattern), 0);
	cr_expect_str_eq(pattern, "/**/a/b");
}
