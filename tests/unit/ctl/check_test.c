// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

/* `lsmctl check`, over files. */

TestSuite(ctl_check, .init = start_server, .fini = stop_server, .timeout = 60);

#define POLICY(name, section, rule)                                                      \
	"apiVersion: lsmd.io/v1alpha1\n"                                                 \
	"kind: LsmPolicy\n"                                                              \
	"metadata: {name: " name ", namespace: shop}\n"                                  \
	"spec:\n"                                                                        \
	"  podSelector: {}\n"                                                            \
	"  " section ":\n"                                                               \
	"    rules:\n"                                                                   \
	"    - " rule "\n"

static const char good[] =
	POLICY("web", "sockets", "{name: a, action: deny, types: [raw]}");
static const char bad[] =
	POLICY("web", "exec", "{name: a, action: deny, paths: [bin/sh], pahts: []}");
static const char partial[] =
	POLICY("web", "exec", "{name: a, action: deny, paths: [/bin/sh]}");
static const char refused[] =
	POLICY("old", "exec", "{name: a, action: deny, fileless: true}");

static char *write_text(const char *name, const char *text)
{
	char *path;
	FILE *file;

	cr_assert(asprintf(&path, "%s/%s", server.directory, name) > 0);
	file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
	return path;
}

/* The suite's own directory has to be empty again. */
static void remove_text(char *path)
{
	unlink(path);
	free(path);
}

Test(ctl_check, clean_is_0_and_needs_no_lsmd)
{
	char *path = write_text("a.yaml", good);

	setenv(SOCKET_ENVIRONMENT, "/nowhere", 1);
	cr_expect_eq(run("check", "--strict", path), 0, "%s", lsmctl.out);
	cr_expect_str_eq(lsmctl.out, "policies: 1, errors: 0, warnings: 0, notes: 0\n");
	remove_text(path);
}

Test(ctl_check, every_error_is_said_with_its_place)
{
	char *path = write_text("a.yaml", bad);
	_cleanup_(freep) char *place = NULL;

	cr_expect_eq(run("check", path), 2);
	cr_assert(asprintf(&place, "%s:8:", path) > 0);
	cr_expect(!!strstr(lsmctl.out, place), "%s", lsmctl.out);
	cr_expect(!!strstr(lsmctl.out, "pahts"));
	cr_expect(!!strstr(lsmctl.out, "bin/sh"));
	remove_text(path);
}

Test(ctl_check, a_rule_that_cannot_be_enforced_is_a_warning)
{
	char *path = write_text("a.yaml", refused);

	cr_expect_eq(run("check", path), 0, "%s", lsmctl.out);
	cr_expect(!!strstr(lsmctl.out,
			   "a.yaml:8:7: warning: rule \"a\" of exec is refused"),
		  "%s", lsmctl.out);
	cr_expect_eq(run("check", "--strict", path), 1);
	remove_text(path);
}

Test(ctl_check, what_stays_open_of_a_rule_is_a_note)
{
	char *path = write_text("a.yaml", partial);

	cr_expect_eq(run("check", "--strict", path), 0, "%s", lsmctl.out);
	cr_expect(
		!!strstr(lsmctl.out, "a.yaml:8: note: rule \"a\" is enforced in part; "),
		"%s", lsmctl.out);
	remove_text(path);
}

Test(ctl_check, a_directory_is_judged_as_a_whole)
{
	char *a = write_text("a.yaml", good), *b = write_text("b.yml", good);
	char *other = write_text("notes.txt", "{"), *hidden = write_text(".c.yaml", "{");

	cr_expect_eq(run("check", server.directory), 2, "%s", lsmctl.out);
	cr_expect(!!strstr(lsmctl.out, "policies: 2, errors: 1"), "%s", lsmctl.out);
	remove_text(b);
	cr_expect_eq(run("check", server.directory), 0, "%s", lsmctl.out);
	remove_text(a);
	cr_expect_eq(run("check", server.directory), 2);
	cr_expect(!!strstr(lsmctl.out, "it has no policies"), "%s", lsmctl.out);
	remove_text(other);
	remove_text(hidden);
}

Test(ctl_check, what_is_not_there_is_an_error)
{
	cr_expect_eq(run("check", "/nowhere/a.yaml"), 2);
	cr_expect(!!strstr(lsmctl.out, "/nowhere/a.yaml: error: "), "%s", lsmctl.out);
	cr_expect_eq(run("check"), 2);
	cr_expect(!!strstr(lsmctl.err, "check what?"));
}

Test(ctl_check, reads_standard_input)
{
	char *path = write_text("a.yaml", bad);
	int fd = open(path, O_RDONLY);

	dup2(fd, STDIN_FILENO);
	cr_expect_eq(run("check", "-"), 2);
	cr_expect(!!strstr(lsmctl.out, "<stdin>:8:"), "%s", lsmctl.out);
	close(fd);
	remove_text(path);
}

Test(ctl_check, json_has_all_of_it)
{
	char *path = write_text("a.yaml", refused);
	_cleanup_(json_decrefp) json_t *json = NULL;

	cr_expect_eq(run("check", "-o", "json", path), 0);
	json = json_loads(lsmctl.out, 0, NULL);
	cr_expect_eq(json_integer_value(json_object_get(json, "policies")), 1);
	cr_expect_eq(json_integer_value(json_object_get(json, "errors")), 0);
	cr_expect(json_integer_value(json_object_get(json, "warnings")) > 0);
	cr_expect(json_is_array(json_object_get(json, "diagnostics")));
	remove_text(path);
}
