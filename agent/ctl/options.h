/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_OPTIONS_H
#define LSMD_CTL_OPTIONS_H

/* The options that commands share, and how a command's own are read beside them (argp).
 */

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#define SOCKET_DEFAULT	   "/run/lsmd/lsmd.sock"
#define SOCKET_ENVIRONMENT "LSMD_SOCKET"

enum output {
	OUTPUT_TABLE,
	OUTPUT_WIDE,
	OUTPUT_JSON,
	OUTPUT_SARIF, /* of a command_line with findings alone */
};

/* The first member of what a command reads its arguments into. */
struct options {
	const char *socket;
	enum output output;
};

struct command_line {
	const char *arguments; /* NULL: none */
	const char *doc;       /* "what it does\vexamples" */
	const struct argp_option *options;
	argp_parser_t
		parser;	 /* its input is what options_parse() got; NULL: no own options */
	bool own_socket; /* --socket is the command's own; the path goes before it */
	bool findings;	 /* talks to no lsmd, and knows -o sarif */
};

/**
 * options_parse() - Read the arguments of a command; ends the program where they are
 * wrong.
 * @input: begins with a struct options, which is set first
 */
void options_parse(const struct command_line *line, int argc, char **argv, void *input);

/** options_number() - A number as an option's value; ends the program when it is none. */
uint64_t options_number(const struct argp_state *state, const char *name,
			const char *text);

#endif
