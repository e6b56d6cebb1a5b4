// SPDX-License-Identifier: Apache-2.0
/* Exec: the file that is executed, whatever the caller called it. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "util/cleanup.h"

#define POLICY(rules)                                                                    \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: exec, "         \
	"namespace: shop}\n"                                                             \
	"spec:\n  podSelector: {}\n  exec:\n" rules

#define FORBIDDEN                                                                        \
	POLICY("    rules:\n    - {name: forbidden, action: deny, paths: "               \
	       "[/tmp/forbidden]}\n")
#define KILLED                                                                           \
	POLICY("    rules:\n    - {name: forbidden, action: kill, paths: "               \
	       "[/tmp/forbidden]}\n")
#define AUDITED                                                                          \
	POLICY("    rules:\n    - {name: forbidden, action: audit, paths: "              \
	       "[/tmp/forbidden]}\n")
#define ONLY_OURS                                                                        \
	POLICY("    default: deny\n    rules:\n"                                         \
	       "    - {name: ours, action: allow, paths: [\"/**/kernel-test\"]}\n")

static void make_forbidden(void)
{
	_cleanup_(closep) int fd = -1;

	make_directory("/tmp");
	unlink("/tmp/forbidden");
	fd = open("/tmp/forbidden", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	CHECK(fd >= 0);
	copy_file("/bin/kernel-test", fd);
	write_file("/tmp/script", "#!/tmp/forbidden\n", 0755);
}

static void by_each_name(void)
{
	_cleanup_(closep) int fd = open("/tmp/forbidden", O_PATH | O_CLOEXEC);
	char *const arguments[] = {(char *)"x", (char *)"true", NULL};
	pid_t pid;

	CHECK(try_exec("/bin/kernel-test") == 0);
	CHECK(try_exec("/tmp/forbidden") == EPERM);
	CHECK(try_exec("/tmp/../tmp/forbidden") == EPERM);
	CHECK(try_exec("/tmp/script") == EPERM);
	CHECK(symlink("/tmp/forbidden", "/tmp/innocent") == 0 || errno == EEXIST);
	CHECK(try_exec("/tmp/innocent") == EPERM);
	pid = fork();
	if (pid == 0) {
		execveat(fd, "", arguments, environ, AT_EMPTY_PATH);
		_exit(errno);
	}
	CHECK(WEXITSTATUS(wait_status(pid)) == EPERM);
	CHECK(try_open("/tmp/forbidden", O_RDONLY) == 0);
}

static int exec_memfd(void)
{
	int fd = memfd_create("nameless", MFD_CLOEXEC);
	char *const arguments[] = {(char *)"x", (char *)"true", NULL};
	pid_t pid;

	CHECK(fd >= 0);
	copy_file("/bin/kernel-test", fd);
	pid = fork();
	if (pid == 0) {
		fexecve(fd, arguments, environ);
		_exit(errno);
	}
	close(fd);
	return WEXITSTATUS(wait_status(pid));
}

static void what_has_no_path_matches_no_rule(void)
{
	CHECK(exec_memfd() == 0);
}

static void a_default_denies_what_has_no_path(void)
{
	CHECK(try_exec("/bin/kernel-test") == 0);
	CHECK(try_exec("/tmp/forbidden") == EPERM);
	CHECK(exec_memfd() == EPERM);
}

static void its_record_says_so(const struct test_case *test)
{
	const struct denial_event *event;

	CHECK(wait_ok(subject_start(test->name)));
	event = next_denial();
	CHECK(event && event->flags == 0);
	event = next_denial();
	CHECK(event && event->flags == DENIAL_F_NO_NAME && event->error == EPERM);
	CHECK(!strcmp(event->names, "memfd:nameless"));
}

static void kill_kills(void)
{
	CHECK(try_exec("/bin/kernel-test") == 0);
	CHECK(try_exec("/tmp/forbidden") == -SIGKILL);
}

static void audit_allows(void)
{
	CHECK(try_exec("/tmp/forbidden") == 0);
}

static void audit_is_counted_and_recorded(const struct test_case *test)
{
	const struct denial_event *event;

	CHECK(wait_ok(subject_start(test->name)));
	CHECK(harvest().by_rule == 1);
	event = next_denial();
	CHECK(event && event->verdict == VERDICT_AUDIT && event->error == 0);
	CHECK(event->hook == HOOK_BPRM_CHECK_SECURITY);
	CHECK(event->object.file.access == ACCESS_EXEC && event->flags == 0);
}

/* Opens for execution are exec's, never file's. */
#define UNREADABLE                                                                       \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: exec, "         \
	"namespace: shop}\n"                                                             \
	"spec:\n  podSelector: {}\n  file:\n    rules:\n"                                \
	"    - {name: forbidden, action: deny, access: [read], paths: "                  \
	"[/tmp/forbidden]}\n"

static void opening_to_execute_is_not_reading(void)
{
	CHECK(try_open("/tmp/forbidden", O_RDONLY) == EACCES);
	CHECK(try_exec("/tmp/forbidden") == 0);
}

const struct test_case exec_cases[] = {
	CASE("a program is denied by each of its paths", FORBIDDEN, by_each_name,
	     .set_up = make_forbidden),
	CASE("a program without a path matches no rule", FORBIDDEN,
	     what_has_no_path_matches_no_rule, .set_up = make_forbidden),
	CASE("a default denies a program without a path", ONLY_OURS,
	     a_default_denies_what_has_no_path, .set_up = make_forbidden,
	     .outside = its_record_says_so),
	CASE("kill kills", KILLED, kill_kills, .set_up = make_forbidden),
	CASE("audit allows, counts and records", AUDITED, audit_allows,
	     .set_up = make_forbidden, .outside = audit_is_counted_and_recorded),
	CASE("opening to execute is not reading", UNREADABLE,
	     opening_to_execute_is_not_reading, .set_up = make_forbidden),
	{0},
};
