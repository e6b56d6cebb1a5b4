// SPDX-License-Identifier: Apache-2.0
#include "ctl/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

static const char *const output_names[] = {
	[OUTPUT_TABLE] = "table",
	[OUTPUT_WIDE] = "wide",
	[OUTPUT_JSON] = "json",
	[OUTPUT_SARIF] = "sarif",
};

/* Of commands that talk to lsmd, and of those with findings. */
#define FORMATS		"table, wide or json"
#define FINDING_FORMATS "table, json or sarif"

/* @without: a format that the command does not have, as @formats says. */
static void set_output(struct options *options, const char *name, enum output without,
		       const char *formats, struct argp_state *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(output_names); i++) {
		if (i != without && strcmp(name, output_names[i]) == 0) {
			options->output = (enum output)i;
			return;
		}
	}
	argp_error(state, "-o %s; give %s", name, formats);
}

static error_t parse_common(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 's':
		options->socket = argument;
		return 0;
	case 'o':
		set_output(options, argument, OUTPUT_SARIF, FORMATS, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_findings(int key, char *argument, struct argp_state *state)
{
	if (key != 'o')
		return ARGP_ERR_UNKNOWN;
	set_output(state->input, argument, OUTPUT_WIDE, FINDING_FORMATS, state);
	return 0;
}

#define OUTPUT_OPTION                                                                    \
	{                                                                                \
		"output", 'o', "FORMAT", 0, FORMATS " (as the API gives it)", 0          \
	}
#define SOCKET_OPTION                                                                    \
	{                                                                                \
		"socket", 's', "PATH", 0, "lsmd's socket [" SOCKET_DEFAULT "]", 0        \
	}

static const struct argp_option all_options[] = {OUTPUT_OPTION, SOCKET_OPTION, {0}};
static const struct argp_option output_options[] = {OUTPUT_OPTION, {0}};
static const struct argp_option finding_options[] = {
	{"output", 'o', "FORMAT", 0, FINDING_FORMATS, 0}, {0}};
static const struct argp all = {.options = all_options, .parser = parse_common};
static const struct argp output_only = {.options = output_options,
					.parser = parse_common};
static const struct argp findings = {.options = finding_options,
				     .parser = parse_findings};

static const struct argp *common_argp(const struct command_line *line)
{
	if (line->findings)
		return &findings;
	return line->own_socket ? &output_only : &all;
}

static error_t hand_down(int key, char *argument, struct argp_state *state)
{
	(void)argument;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	for (const struct argp_child *child = state->root_argp->children; child->argp;
	     child++)
		state->child_inputs[child - state->root_argp->children] = state->input;
	return 0;
}

void options_parse(const struct command_line *line, int argc, char **argv, void *input)
{
	const struct argp own = {.options = line->options, .parser = line->parser};
	const struct argp_child children[] = {
		{common_argp(line), 0, "Common options:", 1},
		{line->parser ? &own : NULL, 0, NULL, 0},
		{0},
	};
	const struct argp root = {
		.parser = hand_down,
		.args_doc = line->arguments,
		.doc = line->doc,
		.children = children,
	};
	struct options *options = input;
	const char *socket = getenv(SOCKET_ENVIRONMENT);

	*options =
		(struct options){.socket = socket && *socket ? socket : SOCKET_DEFAULT};
	argp_parse(&root, argc, argv, 0, NULL, input);
}

uint64_t options_number(const struct argp_state *state, const char *name,
			const char *text)
{
	uint64_t number;
	char *end;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9')
		argp_error(state, "--%s %s is no number", name, text);
	return number;
}
