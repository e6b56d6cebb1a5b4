// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "ctl/client.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "util/cleanup.h"

static const struct command_line line = {
	.doc = "Exact counts of denials, by pod, container, policy, rule and verdict.\v"
	       "They come from the kernel's counters: also what was not recorded is in "
	       "them. "
	       "Besides deny, kill and audit, VERDICT is closed (denied, since the hook "
	       "could not read), entering and paused (would have been denied), "
	       "unrecorded "
	       "(no record was written).\n\n"
	       "  lsmctl totals\n"
	       "  lsmctl totals -o json",
};

static void write_policy(const json_t *total, FILE *file)
{
	const char *name_space = json_text(total, "policyNamespace");

	fprintf(file, "%s%s%s", name_space, *name_space ? "/" : "",
		json_text(total, "policy"));
}

static const struct column columns[] = {
	{.title = "NAMESPACE", .path = "namespace"},
	{.title = "POD", .path = "pod"},
	{.title = "CONTAINER", .path = "container"},
	{.title = "KIND", .path = "policyKind", .wide = true},
	{.title = "POLICY", .write = write_policy},
	{.title = "SECTION", .path = "section"},
	{.title = "RULE", .path = "rule"},
	{.title = "VERDICT", .path = "verdict", .coloured = true},
	{.title = "COUNT", .path = "count"},
};

int command_totals(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *reply = NULL;
	struct options options;
	int r;

	options_parse(&line, argc, argv, &options);
	r = client_get(&options, "/v1/totals", &reply);
	if (r != EXIT_DONE)
		return r;
	if (options.output == OUTPUT_JSON)
		terminal_json(reply);
	else
		table_print(columns, ARRAY_SIZE(columns), json_path(reply, "items"),
			    &options, "Nothing was denied.");
	return EXIT_DONE;
}
