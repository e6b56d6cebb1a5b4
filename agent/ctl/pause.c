// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "ctl/client.h"
#include "ctl/complain.h"
#include "ctl/duration.h"
#include "ctl/pausing.h"
#include "util/cleanup.h"
#include "util/clock.h"

struct arguments {
	struct options common;
	struct offline offline;
	uint64_t seconds; /* 0: no end */
	const char *reason;
	bool refresh;
};

enum {
	KEY_FOR = 0x100,
	KEY_REASON,
	KEY_REFRESH,
};

static const struct argp_option options[] = {
	{"for", KEY_FOR, "DURATION", 0, "end by itself after this: 10s, 10m, 1h30m, 2d",
	 0},
	{"reason", KEY_REASON, "TEXT", 0, "why, for whoever looks at the status", 0},
	OFFLINE_OPTIONS,
	{"refresh", KEY_REFRESH, NULL, 0,
	 "with --offline: pause nothing by hand, put in force what the file on the node "
	 "and the state directory say",
	 1},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		offline_init(&arguments->offline);
		return 0;
	case KEY_FOR:
		if (duration_parse(argument, &arguments->seconds) < 0)
			argp_error(state,
				   "--for %s; give a duration as 10s, 10m, 1h30m or 2d",
				   argument);
		return 0;
	case KEY_REASON:
		arguments->reason = argument;
		return 0;
	case KEY_REFRESH:
		arguments->refresh = true;
		return 0;
	case ARGP_KEY_END:
		if (arguments->refresh && !arguments->offline.asked_for)
			argp_error(state, "--refresh goes with --offline");
		if (arguments->refresh && (arguments->seconds || arguments->reason))
			argp_error(state, "--refresh pauses nothing by hand; leave --for "
					  "and --reason out");
		return 0;
	default:
		return offline_parse(&arguments->offline, key, argument);
	}
}

static const struct command_line line = {
	.doc = "Deny nothing on this node any more, report everything: at once, for what "
	       "runs too.\v"
	       "Outlives lsmd and a boot; `lsmctl resume` takes it back, --for ends it "
	       "by "
	       "itself. A second pause replaces the first. The file /etc/lsmd/pause on "
	       "the node and the annotation lsmd.io/pause of its Node object pause too, "
	       "each for itself. With --offline lsmd need not answer.\n\n"
	       "  lsmctl pause --for 10m --reason 'upgrade of containerd'\n"
	       "  lsmctl pause --offline",
	.options = options,
	.parser = parse,
};

static json_t *make_body(const struct arguments *arguments)
{
	_cleanup_(json_decrefp) json_t *body = json_object();
	int r = body ? 0 : -1;

	if (arguments->seconds)
		r |= json_object_set_new(body, "for",
					 json_integer((json_int_t)arguments->seconds));
	if (arguments->reason)
		r |= json_object_set_new(body, "reason", json_string(arguments->reason));
	return r ? NULL : TAKE_PTR(body);
}

static int pause_online(const struct arguments *arguments, json_t **ret_pause)
{
	_cleanup_(json_decrefp) json_t *body = make_body(arguments);
	int r;

	if (!body) {
		complain("--reason is no UTF-8 text");
		return EXIT_USAGE;
	}
	r = client_request(&arguments->common, "POST", "/v1/pause", body, ret_pause);
	if (r == EXIT_UNREACHABLE)
		complain("what is in force stays in force; `lsmctl pause --offline` "
			 "pauses it without lsmd");
	return r;
}

static int pause_offline(const struct arguments *arguments, json_t **ret_pause)
{
	uint64_t until = arguments->seconds
				 ? clock_boot() + arguments->seconds * NS_PER_SECOND
				 : 0;

	return offline_change(&arguments->offline,
			      arguments->refresh ? OFFLINE_REFRESH : OFFLINE_PAUSE, until,
			      arguments->reason, ret_pause);
}

int command_pause(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *pause = NULL;
	struct arguments arguments = {0};
	int r;

	options_parse(&line, argc, argv, &arguments);
	r = arguments.offline.asked_for ? pause_offline(&arguments, &pause)
					: pause_online(&arguments, &pause);
	return r == EXIT_DONE ? pausing_report(pause, &arguments.common) : r;
}
