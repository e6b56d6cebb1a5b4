// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "fixture.h"
#include "sarif_shape.h"

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
	POLICY("old", "process", "{name: a, action: deny, operations: [mount]}");

Test(ctl_check, clean_is_0_and_needs_no_lsmd)
{
	const char *path = write_text("a.yaml", good);

	setenv(SOCKET_ENVIRONMENT, "/nowhere", 1);
	cr_expect_eq(run("check", "--strict", path), 0, "%s", lsmctl.out);
	cr_expect_str_eq(lsmctl.out, "policies: 1, errors: 0, warnings: 0, notes: 0\n");
}

Test(ctl_check, every_error_is_said_with_its_place)
{
	const char *path = write_text("a.yaml", bad);
	_cleanup_(freep) char *place = NULL;

	cr_expect_eq(run("check", path), 2);
	cr_assert(asprintf(&place, "%s:8:", path) > 0);
	cr_expect(!!strstr(lsmctl.out, place), "%s", lsmctl.out);
	cr_expect(!!strstr(lsmctl.out, "pahts"));
	cr_expect(!!strstr(lsmctl.out, "bin/sh"));
}

Test(ctl_check, a_rule_that_cannot_be_enforced_is_a_warning)
{
	const char *path = write_text("a.yaml", refused);

	cr_expect_eq(run("check", path), 0, "%s", lsmctl.out);
	cr_expect(!!strstr(lsmctl.out,
			   "a.yaml:8:7: warning: rule \"a\" of process is refused"),
		  "%s", lsmctl.out);
	cr_expect_eq(run("check", "--strict", path), 1);
}

Test(ctl_check, what_stays_open_of_a_rule_is_a_note)
{
	const char *path = write_text("a.yaml", partial);

	cr_expect_eq(run("check", "--strict", path), 0, "%s", lsmctl.out);
	cr_expect(
		!!strstr(lsmctl.out, "a.yaml:8: note: rule \"a\" is enforced in part; "),
		"%s", lsmctl.out);
}

Test(ctl_check, a_directory_is_judged_as_a_whole)
{
	const char *a = write_text("a.yaml", good), *b = write_text("b.yml", good);

	write_text("notes.txt", "{");
	write_text(".c.yaml", "{");
	cr_expect_eq(run("check", server.directory), 2, "%s", lsmctl.out);
	cr_expect(!!strstr(lsmctl.out, "policies: 2, errors: 1"), "%s", lsmctl.out);
	unlink(b);
	cr_expect_eq(run("check", server.directory), 0, "%s", lsmctl.out);
	unlink(a);
	cr_expect_eq(run("check", server.directory), 2);
	cr_expect(!!strstr(lsmctl.out, "it has no policies"), "%s", lsmctl.out);
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
	const char *path = write_text("a.yaml", bad);
	int fd = open(path, O_RDONLY);

	dup2(fd, STDIN_FILENO);
	cr_expect_eq(run("check", "-"), 2);
	cr_expect(!!strstr(lsmctl.out, "<stdin>:8:"), "%s", lsmctl.out);
	close(fd);
}

Test(ctl_check, json_has_all_of_it)
{
	const char *path = write_text("a.yaml", refused);
	_cleanup_(json_decrefp) json_t *json = NULL;

	cr_expect_eq(run("check", "-o", "json", path), 0);
	json = json_loads(lsmctl.out, 0, NULL);
	cr_expect_eq(json_integer_value(json_object_get(json, "policies")), 1);
	cr_expect_eq(json_integer_value(json_object_get(json, "errors")), 0);
	cr_expect(json_integer_value(json_object_get(json, "warnings")) > 0);
	cr_expect(json_is_array(json_object_get(json, "diagnostics")));
}

/* Each kind of file, with and without --strict. */
Test(ctl_check, exit_status_says_the_worst_of_all_files)
{
	static const struct {
		const char *texts[2];
		int code, strict;
	} cases[] = {
		{{good}, 0, 0},		{{partial}, 0, 0},	 {{refused}, 0, 1},
		{{bad}, 2, 2},		{{good, refused}, 0, 1}, {{refused, bad}, 2, 2},
		{{bad, partial}, 2, 2}, {{"", NULL}, 0, 1},	 {{"a: [", NULL}, 2, 2},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *a = write_text("a.yaml", cases[i].texts[0]);
		const char *b = cases[i].texts[1]
					? write_text("b.yaml", cases[i].texts[1])
					: NULL;

		/* Where there is no second file the list ends. */
		for (size_t format = 0; format < 3; format++) {
			static const char *const formats[] = {"table", "json", "sarif"};

			cr_expect_eq(run("check", "-o", formats[format], a, b),
				     cases[i].code, "%zu: %s", i, lsmctl.out);
			cr_expect_eq(run("check", "-S", "-o", formats[format], a, b),
				     cases[i].strict, "%zu: %s", i, lsmctl.out);
		}
	}
}

Test(ctl_check, sarif_has_every_finding_at_its_place)
{
	const char *a = write_text("a b.yaml", bad), *b = write_text("b.yaml", refused);
	_cleanup_(json_decrefp) json_t *log = NULL;
	const char *level, *id, *uri;
	json_int_t line, column;
	const json_t *results;

	cr_expect_eq(run("check", "-o", "sarif", a, b), 2);
	results = sarif_results(lsmctl.out, &log);
	cr_assert_eq(json_array_size(results), 3);
	cr_assert_eq(json_unpack((json_t *)json_array_get(results, 0),
				 "{ss ss s[{s{s{ss} s{sI sI}}}]}", "level", &level,
				 "ruleId", &id, "locations", "physicalLocation",
				 "artifactLocation", "uri", &uri, "region", "startLine",
				 &line, "startColumn", &column),
		     0);
	cr_expect_str_eq(level, "error");
	cr_expect_str_eq(id, "invalid");
	cr_expect(!!strstr(uri, "/a%20b.yaml"), "%s", uri);
	cr_expect_eq(line, 8);
	cr_expect_eq(column, 39);
	cr_expect_str_eq(
		json_string_value(json_object_get(json_array_get(results, 2), "ruleId")),
		"ineffective");
}

Test(ctl_check, sarif_of_nothing_wrong_is_a_log_too)
{
	const char *path = write_text("a.yaml", good);
	_cleanup_(json_decrefp) json_t *log = NULL;

	cr_expect_eq(run("check", "-o", "sarif", path), 0);
	cr_expect_eq(json_array_size(sarif_results(lsmctl.out, &log)), 0);
}

Test(ctl_check, a_format_that_it_does_not_have_is_bad_usage)
{
	cr_expect_eq(run("check", "-o", "wide", "x"), 2);
	cr_expect(!!strstr(lsmctl.err, "give table, json or sarif"), "%s", lsmctl.err);
	cr_expect_eq(run("pods", "-o", "sarif"), 2);
	cr_expect(!!strstr(lsmctl.err, "give table, wide or json"), "%s", lsmctl.err);
}

Test(ctl_check, one_file_that_cannot_be_read_hides_no_other)
{
	_cleanup_(freep) char *directory = NULL, *link = NULL;

	write_text("a.yaml", bad);
	write_text("c.yaml", bad);
	cr_assert(asprintf(&directory, "%s/b.yaml", server.directory) > 0);
	cr_assert(asprintf(&link, "%s/d.yaml", server.directory) > 0);
	cr_assert_eq(mkdir(directory, 0700), 0);
	cr_assert_eq(symlink("nowhere", link), 0);
	cr_expect_eq(run("check", server.directory), 2);
	cr_expect(!!strstr(lsmctl.out, "/a.yaml:8:39: error"), "%s", lsmctl.out);
	cr_expect(!!strstr(lsmctl.out, "/b.yaml: error: cannot be read"), "%s",
		  lsmctl.out);
	cr_expect(!!strstr(lsmctl.out, "/c.yaml:8:39: error"), "%s", lsmctl.out);
	cr_expect(!!strstr(lsmctl.out, "/d.yaml: error: cannot be read"), "%s",
		  lsmctl.out);
}

/* Nothing that was read is not the same as an empty text. */
Test(ctl_check, standard_input_that_cannot_be_read_is_an_error)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	dup2(fd, STDIN_FILENO);
	close(fd);
	cr_expect_eq(run("check", "-"), 2);
	cr_expect(!!strstr(lsmctl.out, "<stdin>: error: cannot be read: Is a directory"),
		  "%s", lsmctl.out);
}

static const char listed[] =
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: a}\nspec:\n"
	"  podSelector: {}\n  exec:\n    default: deny\n    rules:\n"
	"    - {name: a, action: allow, paths: [/bin/sh, /bin/other, /bin/busybox]}\n"
	"  file: {rules: [{name: b, action: deny, paths: [/x], from: {not: "
	"[/usr/bin/sh]}}]}\n";

Test(ctl_check, a_root_tells_what_goes_with_a_multi_call_program)
{
	const char *path = write_text("a.yaml", partial);
	_cleanup_(freep) char *root = NULL, *command = NULL;

	cr_assert(asprintf(&root, "%s/root", server.directory) > 0);
	cr_assert(asprintf(&command,
			   "mkdir -p %s/usr/bin && cd %s && ln -s usr/bin bin && "
			   "touch usr/bin/busybox usr/bin/other && "
			   "ln -s busybox usr/bin/sh && ln usr/bin/busybox usr/bin/vi",
			   root, root) > 0);
	cr_assert_eq(system(command), 0);
	cr_expect_eq(run("check", "--root", root, path), 0, "%s", lsmctl.out);
	cr_expect_not_null(strstr(lsmctl.out,
				  "rule \"a\": /bin/sh is one file with other "
				  "names, which go with it: busybox, vi\n"),
			   "%s", lsmctl.out);
	cr_expect_eq(run("check", "--root", "/nowhere", path), 1);
	path = write_text("b.yaml", listed);
	cr_expect_eq(run("check", "--root", root, path), 0, "%s", lsmctl.out);
	cr_expect_not_null(strstr(lsmctl.out,
				  "rule \"a\": /bin/sh is a name of /usr/bin/busybox, "
				  "which this does not allow"),
			   "%s", lsmctl.out);
	cr_expect_not_null(strstr(lsmctl.out, "rule \"b\": /usr/bin/sh is a name of"),
			   "%s", lsmctl.out);
	cr_expect_null(strstr(lsmctl.out, "other is a name"), "%s", lsmctl.out);
}
