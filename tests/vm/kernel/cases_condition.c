// SPDX-License-Identifier: Apache-2.0
/* Conditions: what a file is, and who acts on it, besides its name. */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "util/cleanup.h"

#define POLICY(spec)                                                                     \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: condition, "    \
	"namespace: shop}\nspec:\n  podSelector: {}\n" spec

#define FILELESS POLICY("  exec: {rules: [{name: r, action: deny, fileless: true}]}\n")
#define STDIO	 POLICY("  exec: {rules: [{name: r, action: deny, stdio: socket}]}\n")
#define OWNER                                                                            \
	POLICY("  file: {rules: [{name: r, action: deny, paths: [\"/tmp/own/**\"], "     \
	       "owner: other}]}\n")
#define AUDITED                                                                          \
	POLICY("  exec: {rules: [{name: r, action: audit, fileless: true}, "             \
	       "{name: s, action: audit, fileless: true, stdio: socket}]}\n")

static char *const arguments[] = {(char *)"x", (char *)"true", NULL};

/* --- fileless
 * ---------------------------------------------------------------------------- */

static int exec_of(int fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		fexecve(fd, arguments, environ);
		_exit(errno);
	}
	return WEXITSTATUS(wait_status(pid));
}

static int exec_memfd(void)
{
	_cleanup_(closep) int fd = memfd_create("fileless", MFD_CLOEXEC);

	CHECK(fd >= 0);
	copy_file("/bin/kernel-test", fd);
	return exec_of(fd);
}

static int exec_unlinked(void)
{
	_cleanup_(closep) int fd = -1;

	make_program("/tmp/unlinked");
	fd = open("/tmp/unlinked", O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0 && unlink("/tmp/unlinked") == 0);
	return exec_of(fd);
}

static int exec_mounted(const char *source, const char *type)
{
	int error;

	make_directory("/tmp/mounted");
	CHECK(mount(source, "/tmp/mounted", type, 0, NULL) == 0);
	make_program("/tmp/mounted/program");
	error = try_exec("/tmp/mounted/program");
	CHECK(umount("/tmp/mounted") == 0);
	return error;
}

static void fileless_is_denied(void)
{
	CHECK(exec_memfd() == EPERM);
	CHECK(exec_unlinked() == EPERM);
	CHECK(exec_mounted("shm", "tmpfs") == EPERM);

	CHECK(try_exec("/bin/kernel-test") == 0);
	CHECK(exec_mounted("tmpfs", "tmpfs") == 0);
	CHECK(exec_mounted("shm", "ramfs") == 0);
	make_program("/tmp/linked");
	CHECK(try_exec("/tmp/linked") == 0);
}

static void fileless_is_counted(const struct test_case *test)
{
	const struct denial_event *event;
	struct counted counted;

	CHECK(wait_ok(subject_start(test->name)));
	counted = harvest();
	CHECK(counted.by_rule == 3 && !counted.fixed[COUNTER_UNRECORDED]);
	event = next_denial();
	CHECK(event && event->verdict == VERDICT_DENY &&
	      event->flags == DENIAL_F_NO_NAME);
}

/* An audit rule under two conditions, of which one does not hold, reports nothing. */
static void fileless_is_audited(void)
{
	CHECK(exec_memfd() == 0);
	CHECK(exec_unlinked() == 0);
	CHECK(try_exec("/bin/kernel-test") == 0);
}

static void audits_are_counted(const struct test_case *test)
{
	CHECK(wait_ok(subject_start(test->name)));
	CHECK(harvest().by_rule == 2);
}

/* --- stdio
 * ------------------------------------------------------------------------------- */

/* Execute with a socket on a descriptor. */
static int exec_with(int socket, int on, int flags)
{
	pid_t pid = fork();

	if (pid == 0) {
		CHECK(socket >= 0);
		CHECK(socket == on || dup3(socket, on, flags) == on);
		execl("/bin/kernel-test", "x", "true", NULL);
		_exit(errno);
	}
	return WEXITSTATUS(wait_status(pid));
}

static void remote_stdio_is_denied(void)
{
	int pair[2], pipes[2];

	for (int on = 0; on < 3; on++) {
		CHECK(exec_with(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on, 0) ==
		      EPERM);
		CHECK(exec_with(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), on, 0) ==
		      EPERM);
	}
	CHECK(exec_with(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 3, 0) == 0);
	CHECK(exec_with(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 0, O_CLOEXEC) ==
	      0);
	CHECK(exec_with(open("/dev/null", O_RDONLY | O_CLOEXEC), 0, 0) == 0);
	CHECK(pipe2(pipes, O_CLOEXEC) == 0 && exec_with(pipes[0], 0, 0) == 0);
	/* As a parent such as Node.js talks to its children. */
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	for (int on = 0; on < 3; on++)
		CHECK(exec_with(pair[0], on, 0) == 0);
}

/* Where the kernel has it: the module is loaded by the first socket. */
static void vsock_is_remote(void)
{
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(fd < 0 || exec_with(fd, 0, 0) == EPERM);
}

static void stdio_of_a_kind(void)
{
	remote_stdio_is_denied();
	vsock_is_remote();
}

/* --- owner
 * ------------------------------------------------------------------------------- */

static void make_owned(void)
{
	make_directory("/tmp");
	make_directory("/tmp/own");
	write_file("/tmp/own/roots", "", 0666);
	write_file("/tmp/own/users", "", 0666);
	CHECK(chown("/tmp/own/users", 1000, 1000) == 0);
	CHECK(chmod("/tmp/own/roots", 0666) == 0 && chmod("/tmp/own/users", 0666) == 0);
}

static void another_owner_is_denied(void)
{
	CHECK(try_open("/tmp/own/roots", O_RDONLY) == 0);
	CHECK(try_open("/tmp/own/users", O_RDONLY) == EACCES);
	CHECK(seteuid(1000) == 0);
	CHECK(try_open("/tmp/own/roots", O_WRONLY) == EACCES);
	CHECK(try_open("/tmp/own/users", O_WRONLY) == 0);
	CHECK(seteuid(0) == 0);
	CHECK(try_open("/tmp/own/users", O_RDONLY) == EACCES);
}

static void owner_is_counted(const struct test_case *test)
{
	CHECK(wait_ok(subject_start(test->name)));
	CHECK(harvest().by_rule == 3);
}

const struct test_case condition_cases[] = {
	CASE("what has no file that lasts is denied", FILELESS, fileless_is_denied,
	     .outside = fileless_is_counted),
	CASE("an audit rule reports where its conditions hold", AUDITED,
	     fileless_is_audited, .outside = audits_are_counted),
	CASE("a socket to elsewhere as stdio is denied", STDIO, stdio_of_a_kind),
	CASE("a file of another owner is denied", OWNER, another_owner_is_denied,
	     .set_up = make_owned, .outside = owner_is_counted),
	{0},
};
