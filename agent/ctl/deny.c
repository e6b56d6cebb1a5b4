// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "ctl/client.h"
#include "ctl/complain.h"
#include "ctl/denies.h"
#include "ctl/duration.h"
#include "ctl/pod.h"
#include "ctl/terminal.h"
#include "util/cleanup.h"

struct arguments {
	struct options common;
	struct pod pod;
	const char *container;
	const char *what; /* "connect", "exec", "open", "socket"; NULL: not said */
	const char *object;
	uint64_t seconds; /* 0: no end */
	bool audit;
};

enum {
	KEY_CONNECT = 0x100,
	KEY_EXEC,
	KEY_OPEN,
	KEY_SOCKET,
	KEY_FOR,
	KEY_AUDIT,
};

static const struct argp_option options[] = {
	POD_OPTION,
	NAMESPACE_OPTION,
	{"container", 'c', "NAME", 0, "this container alone [all of the pod]", 0},
	{"connect", KEY_CONNECT, "CIDR[:PORTS]", 0, "deny to connect and send there", 0},
	{"exec", KEY_EXEC, "PATH", 0, "deny to execute it", 0},
	{"open", KEY_OPEN, "PATH", 0, "deny to read and write it", 0},
	{"socket", KEY_SOCKET, "FAMILY[,TYPE[,PROTOCOL]]", 0,
	 "deny to make such a socket", 0},
	{"for", KEY_FOR, "DURATION", 0, "end by itself after this: 10s, 10m, 1h30m, 2d",
	 0},
	{"audit", KEY_AUDIT, NULL, 0, "report only, do not deny", 0},
	{0},
};

static const struct {
	int key;
	const char *name;
} kinds[] = {
	{KEY_CONNECT, "connect"},
	{KEY_EXEC, "exec"},
	{KEY_OPEN, "open"},
	{KEY_SOCKET, "socket"},
};

static error_t set_object(struct arguments *arguments, int key, const char *object,
			  const struct argp_state *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].key != key)
			continue;
		if (arguments->what)
			argp_error(state, "--%s and --%s; give one", arguments->what,
				   kinds[i].name);
		if (key == KEY_SOCKET && *object == '/')
			argp_error(state,
				   "--socket is a socket's family here; for lsmd's own: "
				   "lsmctl --socket %s deny ...",
				   object);
		arguments->what = kinds[i].name;
		arguments->object = object;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static void check(struct arguments *arguments, const struct argp_state *state)
{
	pod_finish(&arguments->pod, state);
	if (!arguments->pod.name)
		argp_error(state, "which pod? give --pod NAMESPACE/NAME");
	if (!arguments->what)
		argp_error(state,
			   "deny what? give --connect, --exec, --open or --socket");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 'c':
		arguments->container = argument;
		return 0;
	case KEY_FOR:
		if (duration_parse(argument, &arguments->seconds) < 0)
			argp_error(state,
				   "--for %s; give a duration as 10s, 10m, 1h30m or 2d",
				   argument);
		return 0;
	case KEY_AUDIT:
		arguments->audit = true;
		return 0;
	case ARGP_KEY_END:
		check(arguments, state);
		return 0;
	default:
		return pod_parse(&arguments->pod, key, argument) == 0
			       ? 0
			       : set_object(arguments, key, argument, state);
	}
}

static const struct command_line line = {
	.doc = "Deny something to a pod by hand: in force when the command returns, for "
	       "what "
	       "already runs too.\v"
	       "It is bound to this very pod, not to its name, survives a restart of "
	       "lsmd, "
	       "and ends by itself with --for. The path of lsmd's own socket goes in "
	       "front: "
	       "lsmctl --socket PATH deny.\n\n"
	       "  lsmctl deny --pod shop/web-1 --connect 0.0.0.0/0:4444 --for 10m\n"
	       "  lsmctl deny --pod web-1 -n shop --exec /bin/sh\n"
	       "  lsmctl deny --pod shop/web-1 -c app --open '/etc/**' --audit\n"
	       "  lsmctl deny --pod shop/web-1 --socket inet,raw",
	.options = options,
	.parser = parse,
	.own_socket = true,
};

static json_t *make_body(const struct arguments *arguments)
{
	_cleanup_(freep) char *pod = pod_full_name(&arguments->pod);
	_cleanup_(json_decrefp) json_t *body =
		pod ? json_pack("{ssss}", "pod", pod, arguments->what, arguments->object)
		    : NULL;
	int r = body ? 0 : -1;

	if (arguments->container)
		r |= json_object_set_new(body, "container",
					 json_string(arguments->container));
	if (arguments->seconds)
		r |= json_object_set_new(body, "for",
					 json_integer((json_int_t)arguments->seconds));
	if (arguments->audit)
		r |= json_object_set_new(body, "audit", json_true());
	return r ? NULL : TAKE_PTR(body);
}

int command_deny(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *body = NULL;
	_cleanup_(json_decrefp) json_t *deny = NULL;
	_cleanup_(json_decrefp) json_t *items = NULL;
	struct arguments arguments = {0};
	int r;

	options_parse(&line, argc, argv, &arguments);
	body = make_body(&arguments);
	if (!body) {
		complain("an argument is no UTF-8 text; give it as it is in the "
			 "container");
		return EXIT_USAGE;
	}
	r = client_request(&arguments.common, "POST", "/v1/denies", body, &deny);
	if (r != EXIT_DONE)
		return r;
	if (arguments.common.output == OUTPUT_JSON) {
		terminal_json(deny);
		return EXIT_DONE;
	}
	items = json_pack("[O]", deny);
	denies_print(items, &arguments.common);
	if (json_object_get(deny, "openWays"))
		complain("in force, in part: %s",
			 json_string_value(json_object_get(deny, "openWays")));
	return EXIT_DONE;
}
