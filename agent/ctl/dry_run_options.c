// SPDX-License-Identifier: Apache-2.0
#include "ctl/dry_run_options.h"

#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "util/cleanup.h"

enum {
	KEY_LEARN = 0x100,
	KEY_REPORT,
	KEY_REPORT_FILE,
	KEY_EXIT_STATUS,
};

/* Not said: as -o says. */
#define REPORT_UNSET ((enum dry_run_report) - 1)

static const struct argp_option rows[] = {
	{"policy", 'f', "FILE|DIRECTORY", 0, "policies, as for check; again for more", 0},
	SUBJECT_OPTIONS,
	{"user", 'u', "USER", 0, "run the command as this user [as the caller]", 1},
	{"learn", KEY_LEARN, "FILE", 0,
	 "write a policy that allows what the command did, and denies the rest", 1},
	{"report", KEY_REPORT, "FORMAT", 0, "table, json, junit or sarif", 2},
	{"report-file", KEY_REPORT_FILE, "FILE", 0,
	 "write the report there, not behind what the command prints", 2},
	{"exit-status", KEY_EXIT_STATUS, NULL, 0,
	 "end as the command did when it failed and nothing would have been denied", 2},
	{0},
};

static const char *const report_names[] = {
	[DRY_RUN_TABLE] = "table",
	[DRY_RUN_JSON] = "json",
	[DRY_RUN_JUNIT] = "junit",
	[DRY_RUN_SARIF] = "sarif",
};

static void set_report(struct dry_run_options *options, const char *name,
		       const struct argp_state *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(report_names); i++) {
		if (strcmp(name, report_names[i]) == 0) {
			options->report = (enum dry_run_report)i;
			return;
		}
	}
	argp_error(state, "--report %s; give table, json, junit or sarif", name);
}

static error_t add_policy(struct dry_run_options *options, const char *path)
{
	const char **grown =
		array_grow(options->policies, options->n_policies, sizeof(*grown));

	if (!grown)
		return ENOMEM;
	options->policies = grown;
	grown[options->n_policies++] = path;
	return 0;
}

static void take_command(struct dry_run_options *options, struct argp_state *state)
{
	options->command = state->argv + state->next - 1;
	state->next = state->argc;
}

static void check(const struct dry_run_options *options, const struct argp_state *state)
{
	if (!options->command)
		argp_error(state, "run what? give the command behind --");
	if (!options->n_policies && !options->learn)
		argp_error(state, "under which policies? give -f FILE, or --learn FILE");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct dry_run_options *options = state->input;

	switch (key) {
	case 'f':
		return add_policy(options, argument);
	case 'u':
		options->user = argument;
		return 0;
	case KEY_LEARN:
		options->learn = argument;
		return 0;
	case KEY_REPORT:
		set_report(options, argument, state);
		return 0;
	case KEY_REPORT_FILE:
		options->output = argument;
		return 0;
	case KEY_EXIT_STATUS:
		options->exit_status = true;
		return 0;
	case ARGP_KEY_ARG:
		take_command(options, state);
		return 0;
	case ARGP_KEY_END:
		check(options, state);
		return 0;
	default:
		return subject_options_parse(&options->subject, key, argument, state);
	}
}

static const struct command_line line = {
	.arguments = "-- COMMAND [ARGUMENT...]",
	.doc = "Run a command under policies that deny nothing, and report what they "
	       "would have denied: rule, object, how often, and who was first.\v"
	       "The policies are decided together as for a pod with the given labels. "
	       "Needs root, but neither lsmd, a cluster nor BPF-LSM, and leaves an lsmd "
	       "on "
	       "the node alone. The command gets standard input, output and error, and "
	       "the "
	       "signals; what it leaves running is not killed, and not seen any more. "
	       "Exit "
	       "status: 0 nothing would have been denied, 3 something, 1 it could not "
	       "run, 2 "
	       "bad usage or policies; how the command ended is in the report.\n\n"
	       "  sudo lsmctl dry-run -f policies/ --labels app=web -u $USER -- make "
	       "test\n"
	       "  lsmctl dry-run -f web.yaml --report junit --report-file out.xml -- "
	       "./test\n"
	       "  lsmctl dry-run --learn web.yaml --labels app=web -- ./server "
	       "--self-test",
	.options = rows,
	.parser = parse,
	.findings = true,
};

static enum dry_run_report report_of(enum output output)
{
	static const enum dry_run_report reports[] = {
		[OUTPUT_TABLE] = DRY_RUN_TABLE,
		[OUTPUT_WIDE] = DRY_RUN_TABLE,
		[OUTPUT_JSON] = DRY_RUN_JSON,
		[OUTPUT_SARIF] = DRY_RUN_SARIF,
	};

	return reports[output];
}

void dry_run_options_parse(int argc, char **argv, struct dry_run_options *ret_options)
{
	*ret_options = (struct dry_run_options){.report = REPORT_UNSET};
	options_parse(&line, argc, argv, ret_options);
	if (ret_options->report == REPORT_UNSET)
		ret_options->report = report_of(ret_options->common.output);
}

void dry_run_options_clear(struct dry_run_options *options)
{
	free(options->policies);
	subject_options_clear(&options->subject);
}
