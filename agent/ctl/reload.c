// SPDX-License-Identifier: Apache-2.0
#include "ctl/client.h"
#include "ctl/report.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "util/cleanup.h"

static const struct command_line line = {
	.doc = "Read policies and pods again, as SIGHUP does.\v"
	       "A file with an error changes nothing: its last good version stays in "
	       "force, "
	       "the errors are printed and the exit status is 1.\n\n"
	       "  lsmctl check /etc/lsmd/policies && lsmctl reload",
};

int command_reload(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *result = NULL;
	struct options options;
	int r;

	options_parse(&line, argc, argv, &options);
	r = client_request(&options, "POST", "/v1/reload", NULL, &result);
	if (r == EXIT_UNREACHABLE || !result)
		return r;
	if (options.output == OUTPUT_JSON)
		terminal_json(result);
	else
		report_diagnostics(json_path(result, "errors"), stderr);
	return r == EXIT_DONE ? EXIT_DONE : EXIT_FAILED;
}
