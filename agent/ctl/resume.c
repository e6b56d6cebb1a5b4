// SPDX-License-Identifier: Apache-2.0
#include "ctl/client.h"
#include "ctl/complain.h"
#include "ctl/pausing.h"
#include "util/cleanup.h"

struct arguments {
	struct options common;
	struct offline offline;
};

static const struct argp_option options[] = {OFFLINE_OPTIONS, {0}};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	if (key == ARGP_KEY_INIT) {
		offline_init(&arguments->offline);
		return 0;
	}
	return offline_parse(&arguments->offline, key, argument);
}

static const struct command_line line = {
	.doc = "Take `lsmctl pause` back: deny again, at once.\v"
	       "Where the file /etc/lsmd/pause on the node or the annotation "
	       "lsmd.io/pause of its Node object goes on pausing, that is said and the "
	       "exit status is 1.\n\n"
	       "  lsmctl resume && lsmctl status",
	.options = options,
	.parser = parse,
};

int command_resume(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *pause = NULL;
	struct arguments arguments = {0};
	int r;

	options_parse(&line, argc, argv, &arguments);
	if (arguments.offline.asked_for)
		r = offline_change(&arguments.offline, OFFLINE_RESUME, 0, NULL, &pause);
	else
		r = client_request(&arguments.common, "DELETE", "/v1/pause", NULL,
				   &pause);
	if (r == EXIT_UNREACHABLE)
		complain("a pause goes on as it is; `lsmctl resume --offline` ends it "
			 "without lsmd");
	if (r != EXIT_DONE)
		return r;
	pausing_report(pause, &arguments.common);
	return json_is_true(json_object_get(pause, "paused")) ? EXIT_FAILED : EXIT_DONE;
}
