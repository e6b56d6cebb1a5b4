// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "ctl/client.h"
#include "ctl/denies.h"
#include "ctl/duration.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "util/cleanup.h"

static const struct command_line line = {
	.doc = "The denials by hand that are in force.\v"
	       "  lsmctl denies\n"
	       "  lsmctl allow --id 7",
};

static void write_pod(const json_t *deny, FILE *file)
{
	fprintf(file, "%s/%s", json_text(deny, "pod.namespace"),
		json_text(deny, "pod.name"));
}

static void write_remaining(const json_t *deny, FILE *file)
{
	if (json_is_string(json_path(deny, "until")))
		duration_write((uint64_t)json_number(deny, "remainingSeconds"), file);
	else
		fputs("no end", file);
}

static const struct column columns[] = {
	{.title = "ID", .path = "id"},
	{.title = "POD", .write = write_pod},
	{.title = "CONTAINER", .path = "container"},
	{.title = "WHAT", .path = "what"},
	{.title = "OBJECT", .path = "object"},
	{.title = "AUDIT", .path = "audit"},
	{.title = "ENDS IN", .write = write_remaining},
	{.title = "CREATED", .path = "created"},
	{.title = "UNTIL", .path = "until", .wide = true},
	{.title = "UID", .path = "pod.uid", .wide = true},
};

void denies_print(const json_t *items, const struct options *options)
{
	table_print(columns, ARRAY_SIZE(columns), items, options, "No denials by hand.");
}

int command_denies(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *reply = NULL;
	struct options options;
	int r;

	options_parse(&line, argc, argv, &options);
	r = client_get(&options, "/v1/denies", &reply);
	if (r != EXIT_DONE)
		return r;
	if (options.output == OUTPUT_JSON)
		terminal_json(reply);
	else
		denies_print(json_path(reply, "items"), &options);
	return EXIT_DONE;
}
