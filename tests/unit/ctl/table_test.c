// SPDX-License-Identifier: Apache-2.0
#include "ctl/table.h"

#include <criterion/criterion.h>
#include <string.h>

#include "ctl/terminal.h"
#include "util/cleanup.h"

static const struct column columns[] = {
	{.title = "NAME", .path = "name"},
	{.title = "N", .path = "deep.n"},
	{.title = "WIDE", .path = "wide", .wide = true},
	{.title = "STATE", .path = "state", .coloured = true},
};

static char *text;
static size_t size;

static void print(const struct options *options, bool colour, const char *json)
{
	_cleanup_(json_decrefp) json_t *items = json_loads(json, 0, NULL);
	struct table table;
	size_t i;
	json_t *item;

	cr_assert(!!items);
	table_init(&table, columns, ARRAY_SIZE(columns), options);
	table.colour = colour;
	table.file = open_memstream(&text, &size);
	json_array_foreach (items, i, item)
		table_measure(&table, item);
	table_header(&table);
	json_array_foreach (items, i, item)
		table_row(&table, item);
	fclose(table.file);
}

static const char example[] =
	"[{\"name\":\"gr\\u00fcn\",\"deep\":{\"n\":7},\"wide\":\"w\","
	"\"state\":\"deny\"},{\"name\":\"a\\u001b\\nb\",\"state\":true}]";

Test(table, aligns_and_escapes)
{
	print(&(struct options){0}, false, example);
	cr_expect_str_eq(text, "NAME        N  STATE\n"
			       "grün        7  deny\n"
			       "a\\x1b\\x0ab  -  yes\n");
	free(text);
}

Test(table, shows_more_when_wide)
{
	print(&(struct options){.output = OUTPUT_WIDE}, false, example);
	cr_expect(!!strstr(text, "grün        7  w     deny\n"), "%s", text);
	free(text);
}

Test(table, colours_a_word_and_not_the_space_behind_it)
{
	print(&(struct options){0}, true, example);
	cr_expect(!!strstr(text, "7  \x1b[31mdeny\x1b[0m\n"), "%s", text);
	cr_expect(!!strstr(text, "  yes\n"));
	free(text);
}

Test(terminal, has_no_colour_where_it_is_no_terminal)
{
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	_cleanup_(fclosep) FILE *file = tmpfile();

	cr_expect(!terminal_has_colour(file));
}
