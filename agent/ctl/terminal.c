// SPDX-License-Identifier: Apache-2.0
#include "ctl/terminal.h"

#include <string.h>

#include "util/cleanup.h"

#define RED	 "\x1b[31m"
#define BOLD_RED "\x1b[1;31m"
#define GREEN	 "\x1b[32m"
#define YELLOW	 "\x1b[33m"

static const struct {
	const char *word, *colour;
} colours[] = {
	{"deny", RED},	    {"kill", BOLD_RED}, {"audit", YELLOW},   {"enforced", GREEN},
	{"enforce", GREEN}, {"failed", RED},	{"audited", YELLOW}, {"none", YELLOW},
};

bool terminal_has_colour(FILE *file)
{
	const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(fileno(file)) && !(no_colour && *no_colour) && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

const char *terminal_colour(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(colours); i++)
		if (strcmp(colours[i].word, word) == 0)
			return colours[i].colour;
	return "";
}

/* jansson escapes the control characters below 0x20 always, and with JSON_ENSURE_ASCII
 * those above 0x7f: DEL is what is left. It occurs in strings alone. */
static int write_json(const char *bytes, size_t length, void *data)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == 0x7f)
			fputs("\\u007f", data);
		else
			fputc(bytes[i], data);
	}
	return 0;
}

static void print_json(const json_t *json, size_t flags)
{
	if (isatty(STDOUT_FILENO))
		flags |= JSON_ENSURE_ASCII;
	json_dump_callback(json, write_json, stdout, flags);
	fputc('\n', stdout);
}

void terminal_json(const json_t *json)
{
	print_json(json, JSON_INDENT(2));
}

void terminal_json_line(const json_t *json)
{
	print_json(json, JSON_COMPACT);
	fflush(stdout);
}
