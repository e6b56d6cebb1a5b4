// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/options.h"
#include "ctl/report.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "util/cleanup.h"

struct arguments {
	struct options common; /* first: options_parse() fills it */
	const char *root;
};

static const struct argp_option options[] = {
	{"root", 'r', "DIR", 0,
	 "where the node's root is mounted, for its /etc and /boot", 0},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 'r':
		arguments->root = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct command_line line = {
	.options = options,
	.parser = parse,
	.own_socket = true,
	.doc = "What this node has and lacks for lsmd, and the remedy for its image.\v"
	       "Each thing is tried: in the end the programs are loaded beside whatever "
	       "runs, "
	       "asked to deny once, and removed. Needs no lsmd. Exit status: 0 ready, 1 "
	       "something is missing.\n\n"
	       "  lsmctl doctor\n"
	       "  lsmctl doctor -o json | jq -r '.items[] | select(.result != \"ok\") | "
	       ".remedy'\n"
	       "  lsmctl doctor --root /host",
};

static const struct column columns[] = {
	{.title = "CHECK", .path = "check"},
	{.title = "RESULT", .path = "result", .coloured = true},
	{.title = "DETAIL", .path = "detail"},
};

static void print(const json_t *found, const struct options *common)
{
	const json_t *items = json_path(found, "items");
	bool first = true;
	json_t *item;
	size_t i;

	printf("%s, Linux ", json_text(found, "image"));
	report_text(json_text(found, "kernel"), stdout);
	fputs("\n\n", stdout);
	table_print(columns, ARRAY_SIZE(columns), items, common, "");
	json_array_foreach (items, i, item) {
		if (!*json_text(item, "remedy"))
			continue;
		fputs(first ? "\n" : "", stdout);
		first = false;
		printf("%s: ", json_text(item, "check"));
		report_text(json_text(item, "remedy"), stdout);
		fputc('\n', stdout);
	}
	printf("\n%s\n", json_is_true(json_path(found, "ready"))
				 ? "This node is ready."
				 : "This node is not ready.");
}

int command_doctor(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *found = NULL;
	struct arguments arguments = {0};

	options_parse(&line, argc, argv, &arguments);
	if (arguments.root && access(arguments.root, X_OK) < 0) {
		complain("--root: %s: %s; name the directory where the node's root is "
			 "mounted",
			 arguments.root, strerror(errno));
		return EXIT_USAGE;
	}
	if (doctor_json(arguments.root ? arguments.root : "", &found) < 0) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	if (arguments.common.output == OUTPUT_JSON)
		terminal_json(found);
	else
		print(found, &arguments.common);
	return json_is_true(json_path(found, "ready")) ? EXIT_DONE : EXIT_FAILED;
}
