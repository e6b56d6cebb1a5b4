// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "ctl/client.h"
#include "ctl/denies.h"
#include "ctl/pod.h"
#include "ctl/terminal.h"
#include "util/cleanup.h"

struct arguments {
	struct options common;
	struct pod pod;
	const char *id;
};

static const struct argp_option options[] = {
	POD_OPTION,
	NAMESPACE_OPTION,
	{"id", 'i', "ID", 0, "one denial by hand, as `lsmctl denies` lists it", 0},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 'i':
		if (!*argument)
			argp_error(state, "--id is empty; `lsmctl denies` lists them");
		arguments->id = argument;
		return 0;
	case ARGP_KEY_END:
		pod_finish(&arguments->pod, state);
		if (!arguments->id == !arguments->pod.name)
			argp_error(state, "allow what? give either --id ID or --pod "
					  "NAMESPACE/NAME");
		return 0;
	default:
		return pod_parse(&arguments->pod, key, argument);
	}
}

static const struct command_line line = {
	.doc = "Take denials by hand back: one, or all of a pod. What policies deny "
	       "stays "
	       "denied.\v"
	       "Prints what was removed; that there was nothing is exit status 1.\n\n"
	       "  lsmctl allow --id 7\n"
	       "  lsmctl allow --pod shop/web-1",
	.options = options,
	.parser = parse,
};

int command_allow(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *removed = NULL;
	_cleanup_(freep) char *pod = NULL, *path = NULL;
	struct arguments arguments = {0};
	struct parameter parameter = {.key = "pod"};
	int r;

	options_parse(&line, argc, argv, &arguments);
	if (arguments.pod.name)
		parameter.value = pod = pod_full_name(&arguments.pod);
	path = client_path("/v1/denies", arguments.id, &parameter, 1);
	if (!path)
		return EXIT_FAILED;
	r = client_request(&arguments.common, "DELETE", path, NULL, &removed);
	if (r != EXIT_DONE)
		return r;
	if (arguments.common.output == OUTPUT_JSON)
		terminal_json(removed);
	else
		denies_print(json_object_get(removed, "items"), &arguments.common);
	return EXIT_DONE;
}
