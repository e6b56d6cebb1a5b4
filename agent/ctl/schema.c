// SPDX-License-Identifier: Apache-2.0
#include "policy/schema.h"

#include <argp.h>
#include <errno.h>

#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/terminal.h"
#include "import/output.h"
#include "policy/crd.h"
#include "util/cleanup.h"

static const struct argp_option options[] = {
	{"crd", 'c', NULL, 0,
	 "the custom resources' definitions for kubectl apply, in YAML", 0},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	(void)argument;
	if (key != 'c')
		return ARGP_ERR_UNKNOWN;
	*(bool *)state->input = true;
	return 0;
}

/* Not of command_line: it talks to no lsmd, and prints one thing. */
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "The form of policies as a JSON Schema, for editors.\v"
	       "It knows the keys and the types of their values, and so an editor "
	       "completes them and marks what is wrong as it is written. \"lsmctl "
	       "check\" says all there is to say.\n\n"
	       "  lsmctl schema >lsmpolicy.schema.json\n"
	       "  lsmctl schema --crd | kubectl apply -f -",
};

static int print_definitions(void)
{
	_cleanup_(json_decrefp) json_t *definitions = crd_json();
	int r = definitions ? output_yaml(definitions, stdout) : -ENOMEM;

	if (r == 0)
		return EXIT_DONE;
	complain("the definitions could not be written");
	return EXIT_FAILED;
}

int command_schema(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *json = NULL;
	bool definitions = false;

	argp_parse(&argp, argc, argv, 0, NULL, &definitions);
	if (definitions)
		return print_definitions();
	json = schema_json();
	if (!json) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	terminal_json(json);
	return EXIT_DONE;
}
