// SPDX-License-Identifier: Apache-2.0
#include "ctl/import_falco.h"

#include <errno.h>
#include <string.h>

#include "ctl/check_files.h"
#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/input.h"
#include "ctl/policy_files.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "import/falco.h"
#include "util/cleanup.h"

/* Of a rule without a policy too: what would have to be compared. */
static void write_how(const json_t *rule, FILE *file)
{
	const json_t *changed = json_path(rule, "changed");
	const char *events = json_text(rule, "events");

	if (!json_is_true(json_path(rule, "enabled")))
		fputs("disabled; ", file);
	if (json_path(rule, "policy"))
		fputs(json_text(rule, "policy.how"), file);
	else if (*events)
		fprintf(file, "no policy: its events are of %s, not of a container",
			events);
	else
		fputs("no policy", file);
	if (changed)
		fprintf(file,
			"; %s:%" JSON_INTEGER_FORMAT " changes what it detects: compare",
			json_text(changed, "file"), json_number(changed, "line"));
}

static const struct column columns[] = {
	{.title = "RULE", .path = "rule"},
	{.title = "PRIORITY", .path = "priority"},
	{.title = "POLICY", .path = "policy.name"},
	{.title = "STATE", .path = "policy.state", .coloured = true},
	{.title = "HOW", .write = write_how},
};

static void print(const json_t *coverage, bool json)
{
	const struct options options = {.output = OUTPUT_TABLE};

	if (json) {
		terminal_json(coverage);
		return;
	}
	table_print(columns, ARRAY_SIZE(columns), json_path(coverage, "rules"), &options,
		    "No rules.");
	printf("\nprevented: %" JSON_INTEGER_FORMAT ", open: %" JSON_INTEGER_FORMAT "\n",
	       json_number(coverage, "prevented"), json_number(coverage, "open"));
}

/* What is wrong with the file has been said in a diagnostic. */
static int read_rules(const char *path, struct diagnostics *diagnostics,
		      struct falco_rules *rules)
{
	_cleanup_(freep) char *text = NULL;
	size_t length = 0;
	int r = input_read(path, diagnostics, &text, &length);

	if (!r)
		r = falco_rules_read(text, length, input_name(path), diagnostics, rules);
	return r == -ENOMEM ? r : 0;
}

static int answer(const struct falco_rules *rules, const struct policy_list *policies,
		  bool json)
{
	json_t *coverage = falco_coverage(rules, policies);
	int code;

	if (!coverage)
		return -ENOMEM;
	print(coverage, json);
	code = json_number(coverage, "open") ? EXIT_FAILED : EXIT_DONE;
	json_decref(coverage);
	return code;
}

int import_falco(const char *const *paths, size_t n, const char *policies, bool json)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(policy_list_clear) struct policy_list list = {0};
	_cleanup_(falco_rules_clear) struct falco_rules rules = {0};
	int r = check_read(policies, &diagnostics, &list);

	/* What they only warn of is what STATE says. */
	if (!diagnostics.n_errors)
		diagnostics_clear(&diagnostics);
	for (size_t i = 0; !r && i < n; i++)
		r = read_rules(paths[i], &diagnostics, &rules);
	policy_files_say(&diagnostics);
	if (!r && diagnostics.n_errors)
		return EXIT_USAGE;
	if (!r)
		r = answer(&rules, &list, json);
	if (r >= 0)
		return r;
	complain("cannot compare (%s)", strerrordesc_np(-r));
	return EXIT_FAILED;
}
