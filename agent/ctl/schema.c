// SPDX-License-Identifier: Apache-2.0
#include "policy/schema.h"

#include <argp.h>

#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/terminal.h"
#include "util/cleanup.h"

/* Not of command_line: it talks to no lsmd, and prints one thing. */
static const struct argp argp = {
	.doc = "The form of policies as a JSON Schema, for editors.\v"
	       "It knows the keys and the types of their values, and so an editor "
	       "completes them and marks what is wrong as it is written. \"lsmctl "
	       "check\" says all there is to say.\n\n"
	       "  lsmctl schema >lsmpolicy.schema.json",
};

int command_schema(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *json = NULL;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	json = schema_json();
	if (!json) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	terminal_json(json);
	return EXIT_DONE;
}
