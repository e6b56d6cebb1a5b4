// SPDX-License-Identifier: Apache-2.0
#include "ctl/check_print.h"

#include <errno.h>
#include <string.h>

#include "ctl/report.h"
#include "ctl/sarif.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "util/cleanup.h"

/* Of each severity, in the order of sarif_level. */
static const struct sarif_rule sarif_rules[] = {
	{"invalid", "The file is refused; the last good version stays in force."},
	{"ineffective", "Something in a policy has no effect, or not the one it seems to "
			"have."},
	{"partly-enforced", "A rule is enforced, and some ways around it stay open."},
};

static const char *const severities[] = {
	[SARIF_ERROR] = "error",
	[SARIF_WARNING] = "warning",
	[SARIF_NOTE] = "note",
};

size_t check_count(const json_t *findings, const char *severity)
{
	size_t n = 0, i;
	json_t *finding;

	json_array_foreach (findings, i, finding)
		n += strcmp(json_text(finding, "severity"), severity) == 0;
	return n;
}

static enum sarif_level find_level(const json_t *finding)
{
	for (size_t i = 0; i < ARRAY_SIZE(severities); i++)
		if (!strcmp(json_text(finding, "severity"), severities[i]))
			return (enum sarif_level)i;
	return SARIF_ERROR;
}

static int print_sarif(const json_t *findings)
{
	_cleanup_(sarif_freep) struct sarif *log = NULL;
	int r = sarif_new(sarif_rules, ARRAY_SIZE(sarif_rules), &log);
	size_t i;
	json_t *finding;

	json_array_foreach (findings, i, finding) {
		enum sarif_level level = find_level(finding);

		if (r < 0)
			return r;
		r = sarif_add(log, sarif_rules[level].id, level,
			      json_text(finding, "message"), json_text(finding, "file"),
			      (unsigned)json_number(finding, "line"),
			      (unsigned)json_number(finding, "column"));
	}
	return r < 0 ? r : sarif_print(log);
}

static int print_json(const struct check_result *result)
{
	const json_t *findings = result->findings;
	_cleanup_(json_decrefp) json_t *json = json_pack(
		"{sI sI sI sI sO}", "policies", (json_int_t)result->n_policies, "errors",
		(json_int_t)check_count(findings, "error"), "warnings",
		(json_int_t)check_count(findings, "warning"), "notes",
		(json_int_t)check_count(findings, "note"), "diagnostics", findings);

	if (!json)
		return -ENOMEM;
	terminal_json(json);
	return 0;
}

static int print_text(const struct check_result *result)
{
	const json_t *findings = result->findings;

	report_diagnostics(findings, stdout);
	printf("policies: %zu, errors: %zu, warnings: %zu, notes: %zu\n",
	       result->n_policies, check_count(findings, "error"),
	       check_count(findings, "warning"), check_count(findings, "note"));
	return 0;
}

int check_print(const struct check_result *result, enum output output)
{
	switch (output) {
	case OUTPUT_SARIF:
		return print_sarif(result->findings);
	case OUTPUT_JSON:
		return print_json(result);
	case OUTPUT_TABLE:
	case OUTPUT_WIDE:
		break;
	}
	return print_text(result);
}
