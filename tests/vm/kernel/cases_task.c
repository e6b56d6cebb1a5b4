// SPDX-License-Identifier: Apache-2.0
/* Who is a subject: inheritance, and entering (DESIGN.md 12). */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "util/cleanup.h"

#define NO_RAW                                                                           \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: net, "          \
	"namespace: shop}\n"                                                             \
	"spec:\n  podSelector: {}\n"                                                     \
	"  sockets:\n    rules:\n    - {name: raw, action: deny, types: [raw]}\n"        \
	"  exec:\n    rules:\n    - {name: forbidden, action: deny, paths: "             \
	"[/tmp/forbidden]}\n"

static int try_raw(void)
{
	return try_socket(AF_INET, SOCK_RAW, 1);
}

/* Where the case's own cgroup is; the fixture is the parent's. */
static void own_cgroup(char path[PATH_MAX])
{
	_cleanup_(fclosep) FILE *file = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX];

	CHECK(file != NULL);
	while (fgets(line, sizeof(line), file)) {
		char *at = strstr(line, "::/") ? strstr(line, "::/") + 2
					       : strstr(line, "pids:/");

		if (!at)
			continue;
		at += *at == 'p' ? 5 : 0;
		at[strcspn(at, "\n")] = '\0';
		snprintf(path, PATH_MAX, "/sys/fs/cgroup%s%s",
			 strstr(line, "::") ? "" : "/pids", at);
		return;
	}
	CHECK(!"own cgroup");
}

static void nested_cgroups_inherit(void)
{
	char cgroup[PATH_MAX], nested[PATH_MAX + 16];

	CHECK(try_raw() == EPERM);
	own_cgroup(cgroup);
	for (int i = 0; i < 3; i++) {
		snprintf(nested, sizeof(nested), "%.4000s/nested", cgroup);
		CHECK(mkdir(nested, 0755) == 0);
		move_to(nested, getpid());
		CHECK(try_raw() == EPERM);
		snprintf(cgroup, sizeof(cgroup), "%.4000s", nested);
	}
}

static void remove_nested(void)
{
	char nested[PATH_MAX];

	for (int depth = 3; depth > 0; depth--) {
		snprintf(nested, sizeof(nested), "%s%s", fixture.cgroup,
			 &"/nested/nested/nested"[(3 - depth) * 7]);
		rmdir(nested);
	}
	rmdir(fixture.cgroup);
}

/* More than a subject's share of the map, and still under it. */
static void what_the_map_has_no_room_for_is_covered(void)
{
	char cgroup[PATH_MAX], nested[PATH_MAX + 16];

	own_cgroup(cgroup);
	for (int i = 0; i < LIMIT_SUBJECT_CGROUPS + 10; i++) {
		snprintf(nested, sizeof(nested), "%.4000s/n%d", cgroup, i);
		CHECK(mkdir(nested, 0755) == 0);
	}
	move_to(nested, getpid());
	CHECK(try_raw() == EPERM);
	snprintf(nested, sizeof(nested), "%.4000s/n%d/deeper", cgroup,
		 LIMIT_SUBJECT_CGROUPS + 9);
	CHECK(mkdir(nested, 0755) == 0);
	move_to(nested, getpid());
	CHECK(try_raw() == EPERM);
	move_to(cgroup, getpid());
	CHECK(rmdir(nested) == 0);
	for (int i = 0; i < LIMIT_SUBJECT_CGROUPS + 10; i++) {
		snprintf(nested, sizeof(nested), "%.4000s/n%d", cgroup, i);
		CHECK(rmdir(nested) == 0);
	}
	CHECK(try_raw() == EPERM);
}

static void inside(void)
{
	CHECK(try_raw() == EPERM);
}

/* The runtime's steps, up to the exec on the container's root, are audited. */
static void steps_before_the_exec_are_audited(const struct test_case *test)
{
	const struct denial_event *event;
	struct counted counted;
	pid_t pid = fork();

	if (pid == 0) {
		move_to(fixture.cgroup, getpid());
		CHECK(try_raw() == 0);
		/* Its children are the runtime's as well. */
		pid = fork();
		if (pid == 0)
			_exit(try_raw());
		CHECK(wait_ok(pid));
		/* On the host's root, it is the runtime itself. */
		CHECK(try_exec("/bin/kernel-test") == 0);
		CHECK(try_raw() == 0);
		CHECK(unshare(CLONE_NEWNS) == 0);
		CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
		CHECK(try_raw() == 0);
		execl("/bin/kernel-test", "kernel-test", "inside", test->name, NULL);
		_exit(1);
	}
	CHECK(wait_ok(pid));
	counted = harvest();
	CHECK(counted.fixed[COUNTER_ENTERING] == 4 && counted.by_rule == 1);
	for (int i = 0; i < 4; i++) {
		event = next_denial();
		CHECK(event && event->flags == DENIAL_F_ENTERING && event->error == 0 &&
		      event->verdict == VERDICT_AUDIT && event->would == VERDICT_DENY);
	}
	event = next_denial();
	CHECK(event && event->flags == 0 && event->verdict == VERDICT_DENY);
	CHECK(enforcer_slot_mount_namespace(fixture.enforcer, fixture.slot) != 0);
}

/* The exec that ends entering is judged as what is inside: `kubectl exec -- /bin/sh`. */
static void the_exec_itself_is_judged(const struct test_case *test)
{
	pid_t pid = fork();

	(void)test;
	if (pid == 0) {
		move_to(fixture.cgroup, getpid());
		CHECK(unshare(CLONE_NEWNS) == 0);
		CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
		execl("/tmp/forbidden", "forbidden", "true", NULL);
		CHECK(errno == EPERM);
		/* It did not become the container's. */
		CHECK(try_raw() == 0);
		_exit(0);
	}
	CHECK(wait_ok(pid));
	CHECK(harvest().by_rule == 1);
}

static void make_forbidden(void)
{
	make_directory("/tmp");
	write_file("/tmp/forbidden", "#!/bin/kernel-test\n", 0755);
}

/* One inside that moves within its own cgroups, or forks into one, stays judged. */
static void moving_inside_is_not_entering(void)
{
	char cgroup[PATH_MAX], nested[PATH_MAX + 16];
	struct clone_args args = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD};
	_cleanup_(closep) int fd = -1;
	pid_t pid;

	own_cgroup(cgroup);
	snprintf(nested, sizeof(nested), "%.4000s/nested", cgroup);
	CHECK(mkdir(nested, 0755) == 0);
	pid = fork();
	if (pid == 0) {
		move_to(nested, getpid());
		CHECK(try_raw() == EPERM);
		move_to(cgroup, getpid());
		CHECK(try_raw() == EPERM);
		_exit(0);
	}
	CHECK(wait_ok(pid));
	fd = open(nested, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	args.cgroup = (uint64_t)fd;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		_exit(try_raw() == EPERM ? 0 : 1);
	CHECK(pid < 0 || wait_ok(pid));
	rmdir(nested);
}

static void being_born_inside_is_entering(const struct test_case *test)
{
	struct clone_args args = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD};
	_cleanup_(closep) int fd =
		open(fixture.cgroup, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	pid_t pid;

	(void)test;
	args.cgroup = (uint64_t)fd;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		_exit(try_raw());
	/* v1 has no such thing. */
	if (pid < 0 && errno == EBADF)
		return;
	CHECK(wait_ok(pid));
	CHECK(harvest().fixed[COUNTER_ENTERING] == 1);
}

static void inside_while_paused(void)
{
	CHECK(try_raw() == 0);
}

static void pause_audits(const struct test_case *test)
{
	const struct denial_event *event;

	enforcer_pause(fixture.enforcer, 1, 0);
	CHECK(wait_ok(subject_start(test->name)));
	enforcer_pause(fixture.enforcer, 0, 0);
	event = next_denial();
	CHECK(event && event->flags == DENIAL_F_PAUSED &&
	      event->verdict == VERDICT_AUDIT);
	CHECK(harvest().fixed[COUNTER_PAUSED] == 1);
}

const struct test_case task_cases[] = {
	CASE("nested cgroups inherit", NO_RAW, nested_cgroups_inherit,
	     .tear_down = remove_nested),
	CASE("what the map has no room for is covered", NO_RAW,
	     what_the_map_has_no_room_for_is_covered),
	CASE("the steps before the exec are audited", NO_RAW, inside,
	     .set_up = make_forbidden, .outside = steps_before_the_exec_are_audited),
	CASE("the exec that ends entering is judged", NO_RAW, inside,
	     .set_up = make_forbidden, .outside = the_exec_itself_is_judged),
	CASE("moving inside is not entering", NO_RAW, moving_inside_is_not_entering),
	CASE("being born inside from outside is entering", NO_RAW, inside,
	     .outside = being_born_inside_is_entering),
	CASE("pause audits", NO_RAW, inside_while_paused, .outside = pause_audits),
	{0},
};
