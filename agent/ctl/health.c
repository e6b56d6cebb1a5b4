// SPDX-License-Identifier: Apache-2.0
#include "ctl/client.h"
#include "ctl/complain.h"
#include "ctl/report.h"
#include "ctl/table.h"
#include "util/cleanup.h"

struct arguments {
	struct options common; /* first: options_parse() fills it */
	bool alive;
};

static const struct argp_option options[] = {
	{"alive", 'a', NULL, 0, "does it answer at all, whatever is in force?", 0},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	(void)argument;
	if (key != 'a')
		return ARGP_ERR_UNKNOWN;
	arguments->alive = true;
	return 0;
}

static const struct command_line line = {
	.options = options,
	.parser = parse,
	.doc = "Whether everything is in force on this node, as an exit status, for "
	       "probes.\v"
	       "It says nothing when all is well, and why when not. Exit status: 0 yes, "
	       "1 no, 3 lsmd does not answer.\n\n"
	       "  lsmctl health\n"
	       "  lsmctl health --alive",
};

int command_health(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *status = NULL;
	struct arguments arguments = {0};
	int r;

	options_parse(&line, argc, argv, &arguments);
	r = client_get(&arguments.common, "/v1/status", &status);
	if (r != EXIT_DONE || arguments.alive)
		return r;
	if (json_is_true(json_path(status, "ready")))
		return EXIT_DONE;
	complain("not ready: %s", json_text(status, "reason"));
	return EXIT_FAILED;
}
