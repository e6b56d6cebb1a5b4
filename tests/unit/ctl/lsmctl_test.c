// SPDX-License-Identifier: Apache-2.0
/* For its table of commands. */
int lsmctl_main(int argc, char **argv);
#define main lsmctl_main
#include "ctl/lsmctl.c"
#undef main

#include "fixture.h"

/* What is common to all commands: usage, the socket, errors, output. */

TestSuite(lsmctl, .init = start_server, .fini = stop_server, .timeout = 60);

Test(lsmctl, help_lists_the_commands)
{
	cr_expect_eq(run("--help"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		cr_expect(!!strstr(lsmctl.out, commands[i].summary), "%s",
			  commands[i].name);
}

Test(lsmctl, every_command_has_help_with_an_example)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		char usage[64];

		snprintf(usage, sizeof(usage), "Usage: lsmctl %s ", commands[i].name);
		cr_expect_eq(run(commands[i].name, "--help"), 0);
		cr_expect(!!strstr(lsmctl.out, usage), "%s", lsmctl.out);
		cr_expect(!!strstr(lsmctl.out, "\n  lsmctl "), "%s", lsmctl.out);
	}
}

Test(lsmctl, says_its_version)
{
	cr_expect_eq(run("--version"), 0);
	cr_expect_str_eq(lsmctl.out, "lsmctl " LSMD_VERSION "\n");
}

Test(lsmctl, bad_usage_is_2)
{
	cr_expect_eq(run(NULL), 2);
	cr_expect_eq(run("frobnicate"), 2);
	cr_expect(!!strstr(lsmctl.err, "no command frobnicate; "));
	cr_expect_eq(run("--frobnicate"), 2);
	cr_expect_eq(run("status", "--frobnicate"), 2);
	cr_expect_eq(run("status", "more"), 2);
	cr_expect_eq(run("status", "-o", "xml"), 2);
	cr_expect(!!strstr(lsmctl.err, "give table, wide or json"));
}

Test(lsmctl, the_socket_may_stand_before_or_after_the_command)
{
	_cleanup_(freep) char *path = strdup(server.path);

	setenv(SOCKET_ENVIRONMENT, "/nowhere", 1);
	cr_expect_eq(run("totals"), 3);
	cr_expect_eq(run("--socket", path, "totals"), 0);
	cr_expect_eq(run("totals", "-s", path), 0);
}

Test(lsmctl, no_lsmd_is_3_and_one_line_on_what_to_do)
{
	cr_expect_eq(run("-s", "/nowhere/lsmd.sock", "status"), 3);
	cr_expect_str_eq(lsmctl.err,
			 "lsmctl: cannot reach lsmd: /nowhere/lsmd.sock does not exist; "
			 "start lsmd, or give its --socket\n");
	cr_expect_str_eq(lsmctl.out, "");
	MHD_stop_daemon(server.daemon);
	server.daemon = NULL;
	cr_expect_eq(run("status"), 3);
	cr_expect(!!strstr(lsmctl.err, "nobody answers on it; start lsmd"), "%s",
		  lsmctl.err);
	cr_expect_eq(run("denials", "--follow"), 3);
	cr_expect(!!strstr(lsmctl.err, "nobody answers on it; start lsmd"), "%s",
		  lsmctl.err);
}

Test(lsmctl, a_socket_path_that_is_too_long_is_bad_usage)
{
	char path[200];

	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	cr_expect_eq(run("-s", path, "status"), 2);
	cr_expect(!!strstr(lsmctl.err, "too long"));
}

Test(lsmctl, no_proxy_of_the_environment_is_asked)
{
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	cr_expect_eq(run("totals"), 0);
}

Test(lsmctl, says_what_lsmd_said)
{
	static const struct {
		unsigned status;
		int code;
	} table[] = {{400, 2}, {422, 2}, {404, 1}, {409, 1}, {500, 1}, {503, 1}};

	server.reply = "{\"error\":\"no such pod\\u001b[31m; try\\nanother\"}";
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		server.status = table[i].status;
		cr_expect_eq(run("allow", "--id", "7"), table[i].code);
		cr_expect_str_eq(lsmctl.err,
				 "lsmctl: no such pod\\x1b[31m; try\\x0aanother\n");
	}
}

Test(lsmctl, another_servers_answer_is_no_success)
{
	server.reply = "<html>";
	cr_expect_eq(run("status"), 1);
	cr_expect(!!strstr(lsmctl.err, "is no JSON; "));
	server.status = 404;
	cr_expect_eq(run("status"), 1);
	cr_expect(!!strstr(lsmctl.err, "HTTP status 404"));
}

Test(lsmctl, json_is_what_the_api_gave)
{
	_cleanup_(json_decrefp) json_t *given = NULL;
	_cleanup_(json_decrefp) json_t *printed = NULL;

	server.reply = "{\"items\":[{\"b\":1,\"a\":{\"x\":[true,null,1.5]},\"c\":"
		       "\"gr\\u00fc\\u009b\"}]}";
	given = json_loads(server.reply, 0, NULL);
	cr_expect_eq(run("pods", "-o", "json"), 0);
	printed = json_loads(lsmctl.out, 0, NULL);
	cr_expect(json_equal(given, printed), "%s", lsmctl.out);
	cr_expect(strstr(lsmctl.out, "\"b\"") < strstr(lsmctl.out, "\"a\""));
}

Test(lsmctl, a_full_disk_is_no_success)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	int status;

	cr_assert_geq(full, 0);
	server.reply = "{\"items\":[{\"pod\":\"a\"}]}";
	spawn((const char *const[]){"lsmctl", "totals", NULL}, full, STDERR_FILENO);
	waitpid(lsmctl.pid, &status, 0);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}
