// SPDX-License-Identifier: Apache-2.0
/* Who acts (`from`), scripts and their interpreters, and names of programs with many. */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "util/cleanup.h"

#define POLICY(spec)                                                                     \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: program, "      \
	"namespace: shop}\nspec:\n  podSelector: {}\n" spec

#define ONLY_READER                                                                      \
	POLICY("  file: {rules: [{name: r, action: deny, paths: [/tmp/secret], "         \
	       "from: {not: [/tmp/reader]}}]}\n")
#define NOT_READER                                                                       \
	POLICY("  file: {rules: [{name: r, action: deny, paths: [/tmp/secret], "         \
	       "from: [/programs/reader]}]}\n")
#define ONLY_SCRIPT                                                                      \
	POLICY("  file: {rules: [{name: r, action: deny, paths: [/tmp/secret], "         \
	       "from: {not: [/tmp/script, \"/tmp/scripts/**\"]}}]}\n")
#define EXEC_FROM                                                                        \
	POLICY("  exec: {rules: [{name: r, action: deny, paths: [/tmp/target], "         \
	       "from: [/tmp/reader]}]}\n")

static int run(const char *path, const char *verb, const char *argument)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(path, path, verb, argument, NULL);
		_exit(127);
	}
	return WEXITSTATUS(wait_status(pid));
}

static int read_by(const char *path)
{
	return run(path, "read", "/tmp/secret");
}

#define READS	 "read x </tmp/secret\n"
#define AS_CHILD "(read x </tmp/secret)\n"

static void make_programs(void)
{
	make_directory("/tmp");
	make_directory("/tmp/scripts");
	/* On the file system of the root. */
	make_directory("/programs");
	make_program("/programs/reader");
	write_file("/tmp/secret", "secret\n", 0644);
	make_program("/tmp/reader");
	make_program("/tmp/target");
	make_program("/tmp/other");
	write_file("/tmp/script", "#! /bin/sh\n" READS, 0755);
	write_file("/tmp/scripts/child", "#!/bin/sh\n" AS_CHILD, 0755);
	write_file("/tmp/scripts/other", "#!/bin/sh\nexec /tmp/other read /tmp/secret\n",
		   0755);
	write_file("/tmp/unnamed", "#!/bin/sh\n" READS, 0755);
}

static void only_that_program_may(void)
{
	CHECK(read_by("/tmp/reader") == 0);
	CHECK(read_by("/tmp/other") == EACCES);
	CHECK(run("/tmp/reader", "read", "/tmp/reader") == 0);
	/* A name is worth nothing where everybody can give it. */
	CHECK(unshare(CLONE_NEWNS) == 0);
	CHECK(read_by("/tmp/reader") == EACCES);
	CHECK(mount("/tmp/other", "/tmp/reader", NULL, MS_BIND, NULL) == 0);
	CHECK(read_by("/tmp/reader") == EACCES);
}

static void count_3(const struct test_case *test)
{
	CHECK(wait_ok(subject_start(test->name)));
	CHECK(harvest().by_rule == 3);
}

static void that_program_may_not(void)
{
	CHECK(read_by("/programs/reader") == EACCES);
	CHECK(read_by("/tmp/other") == 0);
	/* Under another name it is still what it is, as long as it is shown, not copied.
	 */
	CHECK(unshare(CLONE_NEWNS) == 0);
	CHECK(mount("/programs/reader", "/tmp/other", NULL, MS_BIND, NULL) == 0);
	CHECK(read_by("/tmp/other") == EACCES);
}

static void exec_by_that_program(void)
{
	CHECK(run("/tmp/reader", "exec", "/tmp/target") == EPERM);
	CHECK(run("/tmp/reader", "exec", "/tmp/other") == 0);
	CHECK(run("/tmp/other", "exec", "/tmp/target") == 0);
	CHECK(try_exec("/tmp/target") == 0);
}

/* --- scripts
 * ----------------------------------------------------------------------------- */

static void make_long_script(char path[300])
{
	memset(path, 'n', 299);
	memcpy(path, "/tmp/scripts/", 13);
	path[299] = '\0';
	for (int i = 120; i < 299; i += 120) {
		path[i] = '\0';
		make_directory(path);
		path[i] = '/';
	}
	write_file(path, "#!/bin/sh\n" READS, 0755);
}

static void a_script_is_a_program(void)
{
	char long_path[300];

	CHECK(try_exec("/tmp/script") == 0);
	CHECK(try_exec("/tmp/scripts/child") == 0);
	CHECK(try_exec("/tmp/unnamed") != 0);
	CHECK(run("/bin/sh", "/tmp/script", NULL) != 0);
	/* What it executes is another. */
	CHECK(try_exec("/tmp/scripts/other") == EACCES);
	make_long_script(long_path);
	CHECK(try_exec(long_path) != 0);
	CHECK(unshare(CLONE_NEWNS) == 0);
	CHECK(try_exec("/tmp/script") != 0);
}

static void count_5(const struct test_case *test)
{
	CHECK(wait_ok(subject_start(test->name)));
	CHECK(harvest().by_rule == 5);
}

#define ONLY_SCRIPTS                                                                     \
	POLICY("  exec:\n    default: deny\n    rules:\n"                                \
	       "    - {name: r, action: allow, paths: [/tmp/script, /tmp/twice, "        \
	       "/tmp/broken, \"/**/kernel-test\"]}\n")

static void make_levels(void)
{
	make_programs();
	write_file("/tmp/twice", "#!/tmp/wrapper\n", 0755);
	write_file("/tmp/wrapper", "#!/bin/sh\n", 0755);
	write_file("/tmp/broken", "#!/tmp/nothing\n", 0755);
}

static void an_allowed_script_has_its_interpreter(void)
{
	CHECK(try_exec("/tmp/script") == 0);
	CHECK(try_exec("/bin/sh") == EPERM);
	CHECK(try_exec("/tmp/unnamed") == EPERM);
	/* The wrapper is spared, and not what it is run by. */
	CHECK(try_exec("/tmp/twice") == EPERM);
	/* What one exec left holds for no other. */
	execl("/tmp/broken", "broken", NULL);
	CHECK(errno == ENOENT);
	execl("/bin/sh", "sh", "-c", "true", NULL);
	CHECK(errno == EPERM);
	CHECK(try_exec("/bin/kernel-test") == 0);
}

static void count_4(const struct test_case *test)
{
	CHECK(wait_ok(subject_start(test->name)));
	CHECK(harvest().by_rule == 4);
}

#define NOT_DIRECTLY                                                                     \
	POLICY("  exec: {rules: [{name: r, action: deny, paths: [/usr/bin/busybox], "    \
	       "as: direct}]}\n")

static void a_script_is_not_direct(void)
{
	CHECK(try_exec("/tmp/script") == 0);
	CHECK(try_exec("/bin/sh") == EPERM);
	CHECK(run("/bin/sh", "/tmp/script", NULL) == 127);
}

/* --- names
 * ------------------------------------------------------------------------------- */

#define BY_NAME                                                                          \
	POLICY("  exec: {rules: [{name: r, action: deny, paths: [/tmp/applet], "         \
	       "multicall: by-name}]}\n")

static void make_applets(void)
{
	make_programs();
	unlink("/tmp/applet");
	unlink("/tmp/other-applet");
	CHECK(symlink("/tmp/target", "/tmp/applet") == 0);
	CHECK(symlink("/tmp/target", "/tmp/other-applet") == 0);
}

static void one_name_of_many_is_denied(void)
{
	CHECK(try_exec("/tmp/applet") == EPERM);
	CHECK(try_exec("/tmp/other-applet") == 0);
	CHECK(try_exec("/tmp/target") == 0);
}

static void count_1(const struct test_case *test)
{
	CHECK(wait_ok(subject_start(test->name)));
	CHECK(harvest().by_rule == 1);
}

const struct test_case program_cases[] = {
	CASE("only the named program may", ONLY_READER, only_that_program_may,
	     .set_up = make_programs, .outside = count_3),
	CASE("the named program may not", NOT_READER, that_program_may_not,
	     .set_up = make_programs),
	CASE("an exec is judged by who asks for it", EXEC_FROM, exec_by_that_program,
	     .set_up = make_programs, .outside = count_1),
	CASE("a script counts as a program", ONLY_SCRIPT, a_script_is_a_program,
	     .set_up = make_programs, .outside = count_5),
	CASE("an allowed script has its interpreter", ONLY_SCRIPTS,
	     an_allowed_script_has_its_interpreter, .set_up = make_levels,
	     .outside = count_4),
	CASE("a rule spares what a script names", NOT_DIRECTLY, a_script_is_not_direct,
	     .set_up = make_programs),
	CASE("one name of a program is denied", BY_NAME, one_name_of_many_is_denied,
	     .set_up = make_applets, .outside = count_1),
	{0},
};
