// SPDX-License-Identifier: Apache-2.0
#include "ctl/dry_run_report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "ctl/complain.h"
#include "ctl/junit.h"
#include "ctl/sarif.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "util/cleanup.h"

/* Processes that are named when they still run. */
#define RUNNING_NAMED 5

static bool is_denial(const json_t *rule)
{
	return strcmp(json_text(rule, "would"), "audit") != 0;
}

static void write_policy(const json_t *rule, FILE *file)
{
	const char *name_space = json_text(rule, "policy.namespace");

	fprintf(file, "%s %s%s%s", json_text(rule, "policy.kind"), name_space,
		*name_space ? "/" : "", json_text(rule, "policy.name"));
}

/* --- a table --------------------------------------------------------------------------
 */

static void write_rule_policy(const json_t *row, FILE *file)
{
	const json_t *rule = json_object_get(row, "rule");

	if (*json_text(rule, "policy.name"))
		write_policy(rule, file);
}

static void write_first(const json_t *row, FILE *file)
{
	if (json_path(row, "first.pid"))
		fprintf(file, "%s[%" JSON_INTEGER_FORMAT "] %s",
			json_text(row, "first.command"), json_number(row, "first.pid"),
			json_text(row, "first.executable"));
}

static const struct column columns[] = {
	{.title = "COUNT", .path = "count"},
	{.title = "WOULD", .path = "rule.would", .coloured = true},
	{.title = "POLICY", .write = write_rule_policy},
	{.title = "SECTION", .path = "rule.section"},
	{.title = "RULE", .path = "rule.rule"},
	{.title = "OBJECT", .path = "object"},
	{.title = "FIRST PROCESS", .write = write_first},
};

/* A rule's rows: one an object, and one for what there is no record of. */
static int add_rows(json_t *rows, json_t *rule)
{
	json_int_t rest = json_number(rule, "count");
	json_t *object, *row;
	size_t i;

	json_array_foreach (json_object_get(rule, "objects"), i, object) {
		row = json_copy(object);
		if (json_object_set(row, "rule", rule) < 0 ||
		    json_array_append_new(rows, row) < 0)
			return -ENOMEM;
		rest -= json_number(object, "count");
	}
	if (rest > 0 &&
	    json_array_append_new(rows, json_pack("{sI sO ss}", "count", rest, "rule",
						  rule, "object", "(not recorded)")) < 0)
		return -ENOMEM;
	return 0;
}

static void print_end(const json_t *findings)
{
	const char *signal = json_text(findings, "exit.signal");

	if (*signal)
		printf("the command died of %s", signal);
	else
		printf("the command ended with status %" JSON_INTEGER_FORMAT,
		       json_number(findings, "exit.status"));
	printf("; would be denied: %" JSON_INTEGER_FORMAT
	       ", audited: %" JSON_INTEGER_FORMAT,
	       json_number(findings, "denied"), json_number(findings, "audited"));
	if (json_number(findings, "unrecorded"))
		printf(", of which without a record: %" JSON_INTEGER_FORMAT,
		       json_number(findings, "unrecorded"));
	printf("; seen by %s programs\n", json_text(findings, "hooks"));
}

static int print_table(const json_t *findings)
{
	const struct options options = {.output = OUTPUT_TABLE};
	_cleanup_(json_decrefp) json_t *rows = json_array();
	json_t *rule;
	size_t i;
	int r = 0;

	json_array_foreach (json_object_get(findings, "rules"), i, rule)
		r |= add_rows(rows, rule);
	if (r)
		return -ENOMEM;
	if (json_array_size(rows))
		table_print(columns, ARRAY_SIZE(columns), rows, &options, "");
	print_end(findings);
	return 0;
}

/* --- what machines read ---------------------------------------------------------------
 */

static void write_times(json_int_t count, FILE *file)
{
	if (count == 1)
		fputs("once", file);
	else
		fprintf(file, "%" JSON_INTEGER_FORMAT " times", count);
}

/* "would deny 3 times: open /etc/shadow:r (3, first cat[7])" */
static char *message_of(const json_t *rule)
{
	_cleanup_(freep) char *text = NULL;
	size_t size, i;
	FILE *file = open_memstream(&text, &size);
	json_t *object;

	if (!file)
		return NULL;
	fprintf(file, "would %s ", json_text(rule, "would"));
	write_times(json_number(rule, "count"), file);
	json_array_foreach (json_object_get(rule, "objects"), i, object)
		fprintf(file,
			"%s %s (%" JSON_INTEGER_FORMAT ", first %s[%" JSON_INTEGER_FORMAT
			"])",
			i ? "," : ":", json_text(object, "object"),
			json_number(object, "count"), json_text(object, "first.command"),
			json_number(object, "first.pid"));
	if (*json_text(rule, "message"))
		fprintf(file, "; %s", json_text(rule, "message"));
	return fclose(file) ? NULL : TAKE_PTR(text);
}

static json_t *case_of(const json_t *rule)
{
	_cleanup_(freep) char *message = message_of(rule), *policy = NULL;
	size_t size;
	FILE *file = open_memstream(&policy, &size);

	if (!file)
		return NULL;
	if (*json_text(rule, "policy.name"))
		write_policy(rule, file);
	else
		fputs("objects", file);
	if (fclose(file) || !message)
		return NULL;
	return json_pack("{ss ss++ sb ss sI ss}", "name", policy, "event",
			 json_text(rule, "section"),
			 *json_text(rule, "rule") ? " " : "could not be read",
			 json_text(rule, "rule"), "ok",
			 !is_denial(rule) || !json_number(rule, "count"), "file",
			 json_text(rule, "file"), "line", json_number(rule, "line"),
			 "message", message);
}

static int print_junit(const json_t *findings)
{
	_cleanup_(json_decrefp) json_t *cases = json_array();
	const json_t *rule;
	size_t i;

	json_array_foreach (json_object_get(findings, "rules"), i, rule)
		if (json_array_append_new(cases, case_of(rule)) < 0)
			return -ENOMEM;
	junit_write("lsmctl dry-run", cases, stdout);
	return 0;
}

enum { SARIF_RULE_DENIED, SARIF_RULE_AUDITED };

static const struct sarif_rule sarif_rules[] = {
	[SARIF_RULE_DENIED] = {"would-deny",
			       "The command did what this rule of a policy denies."},
	[SARIF_RULE_AUDITED] = {"would-audit",
				"The command did what this rule of a policy reports."},
};

static int add_result(struct sarif *log, const json_t *rule)
{
	_cleanup_(freep) char *message = message_of(rule);
	const char *file = json_text(rule, "file");
	bool denial = is_denial(rule);

	if (!message)
		return -ENOMEM;
	return sarif_add(log,
			 sarif_rules[denial ? SARIF_RULE_DENIED : SARIF_RULE_AUDITED].id,
			 denial ? SARIF_ERROR : SARIF_NOTE, message, *file ? file : NULL,
			 (unsigned)json_number(rule, "line"), 0);
}

static int print_sarif(const json_t *findings)
{
	_cleanup_(sarif_freep) struct sarif *log = NULL;
	int r = sarif_new(sarif_rules, ARRAY_SIZE(sarif_rules), &log);
	const json_t *rule;
	size_t i;

	json_array_foreach (json_object_get(findings, "rules"), i, rule)
		if (r == 0 && json_number(rule, "count"))
			r = add_result(log, rule);
	return r < 0 ? r : sarif_print(log);
}

static int print_json(const json_t *findings)
{
	terminal_json(findings);
	return 0;
}

int dry_run_report(const json_t *findings, enum dry_run_report report)
{
	static int (*const printers[])(const json_t *findings) = {
		[DRY_RUN_TABLE] = print_table,
		[DRY_RUN_JSON] = print_json,
		[DRY_RUN_JUNIT] = print_junit,
		[DRY_RUN_SARIF] = print_sarif,
	};

	return printers[report](findings);
}

void dry_run_say_running(const struct run *run)
{
	char named[16 * RUNNING_NAMED] = "";
	size_t used = 0;

	if (!run->n_running)
		return;
	for (size_t i = 0; i < run->n_running && i < RUNNING_NAMED; i++)
		used += (size_t)snprintf(named + used, sizeof(named) - used, "%s%d",
					 i ? ", " : "", (int)run->running[i]);
	complain("the command ended and left %zu running, which are not seen any more: "
		 "%s%s",
		 run->n_running, named, run->n_running > RUNNING_NAMED ? ", ..." : "");
}

int dry_run_exit_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
