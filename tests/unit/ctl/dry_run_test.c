// SPDX-License-Identifier: Apache-2.0

/* What a dry run says without a kernel: usage, its output files, the forms of its report.
 */

#include <jansson.h>

#include "ctl/dry_run_output.h"
#include "ctl/dry_run_report.h"
#include "fixture.h"

TestSuite(dry_run, .init = start_server, .fini = stop_server, .timeout = 60);

static void expect_usage(const char *const *arguments, const char *said)
{
	begin_list(arguments);
	cr_expect_eq(finish(), 2, "%s", lsmctl.err);
	cr_expect(!!strstr(lsmctl.err, said), "%s", lsmctl.err);
}

#define EXPECT_USAGE(said, ...)                                                          \
	expect_usage(                                                                    \
		(const char *const[ARGUMENTS_MAX]){"lsmctl", "dry-run", __VA_ARGS__},    \
		said)

Test(dry_run, says_what_is_missing)
{
	EXPECT_USAGE("run what?", "-f", "/dev/null");
	EXPECT_USAGE("under which policies?", "--", "true");
	EXPECT_USAGE("give table, json, junit or sarif", "--report", "xml", "-f", "x",
		     "--", "true");
	EXPECT_USAGE("unrecognized option", "--frobnicate", "--", "true");
}

Test(dry_run, runs_nothing_under_policies_that_are_wrong)
{
	char made[] = "/tmp/dry-run-XXXXXX";
	int fd = mkstemp(made);

	unlink(made);
	close(fd);
	cr_expect_eq(run("dry-run", "-f", "/nonexistent.yaml", "--", "touch", made), 2);
	cr_expect_neq(access(made, F_OK), 0);
}

/* --- files ----------------------------------------------------------------------------
 */

static char path[] = "/tmp/dry-run-output-XXXXXX";

static void make_path(void)
{
	close(mkstemp(path));
}

static void remove_path(void)
{
	unlink(path);
}

TestSuite(dry_run_output, .init = make_path, .fini = remove_path);

static char *text_of(const char *file)
{
	char text[64];
	FILE *stream = fopen(file, "re");
	size_t n = stream ? fread(text, 1, sizeof(text) - 1, stream) : 0;

	text[n] = '\0';
	if (stream)
		fclose(stream);
	return strdup(text);
}

#define expect_text(wanted)                                                              \
	do {                                                                             \
		_cleanup_(freep) char *text = text_of(path);                             \
		cr_expect_str_eq(text, wanted);                                          \
	} while (0)

Test(dry_run_output, replaces_what_was_in_the_file)
{
	struct dry_run_output output = {.fd = -1};

	cr_assert_eq(dry_run_output_open(path, &output), 0);
	cr_assert_eq(dry_run_output_write(&output, "long text", 9), 0);
	dry_run_output_close(&output);
	cr_assert_eq(dry_run_output_open(path, &output), 0);
	cr_assert_eq(dry_run_output_write(&output, "new", 3), 0);
	dry_run_output_close(&output);
	expect_text("new");
}

Test(dry_run_output, of_a_run_that_failed_leaves_the_file_alone)
{
	struct dry_run_output output = {.fd = -1};

	cr_assert_eq(dry_run_output_open(path, &output), 0);
	cr_assert_eq(dry_run_output_write(&output, "old", 3), 0);
	dry_run_output_close(&output);
	cr_assert_eq(dry_run_output_open(path, &output), 0);
	dry_run_output_close(&output);
	expect_text("old");
}

Test(dry_run_output, of_a_run_that_failed_makes_no_file)
{
	struct dry_run_output output = {.fd = -1};

	unlink(path);
	cr_assert_eq(dry_run_output_open(path, &output), 0);
	dry_run_output_close(&output);
	cr_expect_neq(access(path, F_OK), 0);
}

/* --- reports --------------------------------------------------------------------------
 */

#define POLICY                                                                           \
	"\"policy\":{\"kind\":\"LsmPolicy\",\"namespace\":\"shop\",\"name\":\"web\"}"
#define RULE(section, name, would, count, objects)                                       \
	"{" POLICY ",\"section\":\"" section "\",\"rule\":\"" name                       \
	"\",\"file\":\"web.yaml\",\"line\":7,\"would\":\"" would                         \
	"\",\"severity\":0,\"message\":\"\",\"count\":" count ",\"objects\":[" objects   \
	"]}"
#define SHADOW                                                                           \
	"{\"object\":\"open /etc/shadow:r\",\"count\":2,\"first\":{\"pid\":7,"           \
	"\"command\":\"cat\",\"executable\":\"/bin/cat\"}}"

static const char findings_text[] =
	"{\"command\":[\"make\"],\"exit\":{\"status\":2},\"hooks\":\"tracing\","
	"\"denied\":3,\"audited\":1,\"unread\":0,\"unrecorded\":1,\"running\":[],"
	"\"rules\":[" RULE("file", "secrets", "deny", "3", SHADOW) "," RULE(
		"file", "watch", "audit", "1", SHADOW) "," RULE("exec", "shells", "kill",
								"0", "") "]}";

/* What is printed to standard output. */
static char *print(enum dry_run_report report)
{
	_cleanup_(json_decrefp) json_t *findings = json_loads(findings_text, 0, NULL);
	int saved = dup(STDOUT_FILENO), fd = memfd_create("report", MFD_CLOEXEC);
	char *text = calloc(1, 16384);

	cr_assert(!!findings);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	cr_assert_eq(dry_run_report(findings, report), 0);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	read_all(fd, text, 16384);
	close(saved);
	close(fd);
	return text;
}

static void expect_in(const char *text, const char *part)
{
	cr_expect(!!strstr(text, part), "%s is not in\n%s", part, text);
}

Test(dry_run_report, as_a_table_has_a_row_for_each_object_and_for_what_is_not_recorded)
{
	_cleanup_(freep) char *text = print(DRY_RUN_TABLE);

	expect_in(text, "2      deny   LsmPolicy shop/web  file     secrets  open "
			"/etc/shadow:r  cat[7] /bin/cat\n");
	expect_in(text, "1      deny   LsmPolicy shop/web  file     secrets  (not "
			"recorded)");
	expect_in(text,
		  "the command ended with status 2; would be denied: 3, audited: 1, "
		  "of which without a record: 1; seen by tracing programs\n");
	cr_expect(!strstr(text, "shells"));
}

Test(dry_run_report, for_junit_has_a_case_for_each_rule)
{
	_cleanup_(freep) char *text = print(DRY_RUN_JUNIT);

	expect_in(text, "tests=\"3\" failures=\"1\"");
	expect_in(text, "name=\"LsmPolicy shop/web: file secrets\" file=\"web.yaml\" "
			"line=\"7\">");
	expect_in(text, "<failure message=\"would deny 3 times: open /etc/shadow:r (2, "
			"first cat[7])\"/>");
	expect_in(text, "name=\"LsmPolicy shop/web: exec shells\" file=\"web.yaml\" "
			"line=\"7\"/>");
}

Test(dry_run_report, for_sarif_has_a_result_at_the_rules_line)
{
	_cleanup_(freep) char *text = print(DRY_RUN_SARIF);
	_cleanup_(json_decrefp) json_t *log = json_loads(text, 0, NULL);
	json_t *results = NULL;
	const char *uri = NULL, *level = NULL;
	int line = 0;

	cr_assert_eq(json_unpack(log, "{s[{so}]}", "runs", "results", &results), 0);
	cr_assert_eq(json_array_size(results), 2);
	cr_assert_eq(json_unpack(json_array_get(results, 0), "{ss s[{s{s{ss} s{si}}}]}",
				 "level", &level, "locations", "physicalLocation",
				 "artifactLocation", "uri", &uri, "region", "startLine",
				 &line),
		     0);
	cr_expect_str_eq(level, "error");
	cr_expect_str_eq(uri, "web.yaml");
	cr_expect_eq(line, 7);
}

Test(dry_run_report, of_how_the_command_ended_is_what_a_shell_would_say)
{
	cr_expect_eq(dry_run_exit_status(7 << 8), 7);
	cr_expect_eq(dry_run_exit_status(SIGTERM), 128 + SIGTERM);
}
