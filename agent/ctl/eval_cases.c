// SPDX-License-Identifier: Apache-2.0
#include "ctl/eval_cases.h"

#include <errno.h>
#include <string.h>

#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/junit.h"
#include "ctl/policy_files.h"
#include "ctl/report.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "policy/case.h"
#include "util/cleanup.h"

static bool is_ok(const json_t *result)
{
	return json_is_true(json_object_get(result, "ok"));
}

static size_t count_wrong(const json_t *results)
{
	size_t wrong = 0, i;
	json_t *result;

	json_array_foreach (results, i, result)
		wrong += !is_ok(result);
	return wrong;
}

static void print_line(const json_t *result)
{
	fputs(is_ok(result) ? "ok " : "not ok ", stdout);
	report_text(json_text(result, "name"), stdout);
	fputs(": ", stdout);
	report_text(json_text(result, "event"), stdout);
	if (!is_ok(result)) {
		fputs(": ", stdout);
		report_text(json_text(result, "message"), stdout);
	}
	fputc('\n', stdout);
}

static void print_lines(const json_t *results)
{
	size_t wrong = count_wrong(results), i;
	json_t *result;

	json_array_foreach (results, i, result)
		print_line(result);
	printf("passed: %zu, failed: %zu\n", json_array_size(results) - wrong, wrong);
}

static void print_json(const json_t *results)
{
	size_t wrong = count_wrong(results);
	json_t *json = json_pack("{sI sI sO}", "passed",
				 (json_int_t)(json_array_size(results) - wrong), "failed",
				 (json_int_t)wrong, "results", results);

	terminal_json(json);
	json_decref(json);
}

static void print_results(const char *path, const json_t *results,
			  enum case_report report)
{
	switch (report) {
	case CASE_REPORT_TABLE:
		print_lines(results);
		return;
	case CASE_REPORT_JSON:
		print_json(results);
		return;
	case CASE_REPORT_JUNIT:
		junit_write(path, results, stdout);
		return;
	}
}

static int run(const char *path, const struct policy_list *policies,
	       enum case_report report, struct diagnostics *diagnostics)
{
	_cleanup_(policy_cases_clear) struct policy_cases cases = {0};
	json_t *results = NULL;
	int r = policy_cases_read(path, diagnostics, &cases);

	if (r == 0)
		r = policy_cases_run(&cases, policies, diagnostics, &results);
	if (r < 0)
		return r;
	print_results(path, results, report);
	r = count_wrong(results) ? EXIT_FAILED : EXIT_DONE;
	json_decref(results);
	return r;
}

int eval_cases(const char *path, const struct policy_list *policies,
	       enum case_report report)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	int r = run(path, policies, report, &diagnostics);

	policy_files_say(&diagnostics);
	if (r >= 0)
		return r;
	if (!diagnostics.n_errors)
		complain("cannot run the cases (%s)", strerrordesc_np(-r));
	return EXIT_USAGE;
}
