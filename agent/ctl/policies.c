// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "ctl/client.h"
#include "ctl/report.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "util/cleanup.h"

static const struct command_line line = {
	.doc = "The policies that the agent holds, and what of them is enforced here.\v"
	       "A rule that is enforced in part, or not at all, is listed below the "
	       "table "
	       "with the ways that stay open. A file with an error leaves its last good "
	       "version in force.\n\n"
	       "  lsmctl policies\n"
	       "  lsmctl policies -o json",
};

static unsigned count_rules(const json_t *policy, const char *state)
{
	const json_t *rules = json_path(policy, "rules");
	unsigned n = 0;
	size_t i;
	json_t *rule;

	json_array_foreach (rules, i, rule)
		n += strcmp(json_text(rule, "state"), state) == 0;
	return n;
}

static void write_rules(const json_t *policy, FILE *file)
{
	unsigned partial = count_rules(policy, "partial"),
		 refused = count_rules(policy, "refused");

	fprintf(file, "%zu", json_array_size(json_path(policy, "rules")));
	if (partial)
		fprintf(file, ", %u partial", partial);
	if (refused)
		fprintf(file, ", %u refused", refused);
}

static void write_pods(const json_t *policy, FILE *file)
{
	fprintf(file, "%lld", (long long)json_number(policy, "pods"));
	if (json_number(policy, "host"))
		fprintf(file, ", %lld of the host",
			(long long)json_number(policy, "host"));
}

static void write_source(const json_t *policy, FILE *file)
{
	fputs(json_text(policy, "source"), file);
	if (json_number(policy, "line"))
		fprintf(file, ":%lld", (long long)json_number(policy, "line"));
}

static const struct column columns[] = {
	{.title = "KIND", .path = "kind"},
	{.title = "NAMESPACE", .path = "namespace"},
	{.title = "NAME", .path = "name"},
	{.title = "MODE", .path = "mode", .coloured = true},
	{.title = "PODS", .write = write_pods},
	{.title = "RULES", .write = write_rules},
	{.title = "SOURCE", .write = write_source},
};

/* "LsmPolicy shop/web" */
static void print_name(const json_t *policy)
{
	const char *name_space = json_text(policy, "namespace");

	report_text(json_text(policy, "kind"), stdout);
	fputc(' ', stdout);
	report_text(name_space, stdout);
	fputs(*name_space ? "/" : "", stdout);
	report_text(json_text(policy, "name"), stdout);
}

/* ", partial: ..." of a policy or a rule. */
static void print_state(const json_t *item)
{
	fputs(", ", stdout);
	report_text(json_text(item, "state"), stdout);
	fputs(": ", stdout);
	report_text(json_text(item, "openWays"), stdout);
	fputc('\n', stdout);
}

static void print_open_rule(const json_t *policy, const json_t *rule)
{
	print_name(policy);
	fputs(", ", stdout);
	report_text(json_text(rule, "section"), stdout);
	fputs(" rule ", stdout);
	report_text(json_text(rule, "name"), stdout);
	print_state(rule);
}

/* Rules of a policy that is refused as a whole say nothing of their own. */
static bool says_why(const json_t *item)
{
	return strcmp(json_text(item, "state"), "enforced") != 0 &&
	       *json_text(item, "openWays");
}

static void print_open_ways(const json_t *policies)
{
	size_t i, j;
	json_t *policy, *rule;

	json_array_foreach (policies, i, policy) {
		if (says_why(policy)) {
			print_name(policy);
			print_state(policy);
		}
		json_array_foreach (json_path(policy, "rules"), j, rule)
			if (says_why(rule))
				print_open_rule(policy, rule);
	}
}

int command_policies(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *reply = NULL;
	struct options options;
	int r;

	options_parse(&line, argc, argv, &options);
	r = client_get(&options, "/v1/policies", &reply);
	if (r != EXIT_DONE)
		return r;
	if (options.output == OUTPUT_JSON) {
		terminal_json(reply);
		return EXIT_DONE;
	}
	table_print(columns, ARRAY_SIZE(columns), json_path(reply, "items"), &options,
		    "No policies.");
	print_open_ways(json_path(reply, "items"));
	report_diagnostics(json_path(reply, "errors"), stdout);
	return EXIT_DONE;
}
