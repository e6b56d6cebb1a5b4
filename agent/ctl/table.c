// SPDX-License-Identifier: Apache-2.0
#include "ctl/table.h"

#include <string.h>

#include "ctl/terminal.h"
#include "util/cleanup.h"
#include "util/printable.h"

const json_t *json_path(const json_t *json, const char *path)
{
	while (json && *path) {
		size_t length = strcspn(path, ".");

		json = json_object_getn(json, path, length);
		path += length + (path[length] == '.');
	}
	return json;
}

const char *json_text(const json_t *json, const char *path)
{
	const char *text = json_string_value(json_path(json, path));

	return text ? text : "";
}

json_int_t json_number(const json_t *json, const char *path)
{
	return json_integer_value(json_path(json, path));
}

static void write_value(const json_t *value, FILE *file)
{
	if (json_is_string(value))
		fwrite(json_string_value(value), 1, json_string_length(value), file);
	else if (json_is_integer(value))
		fprintf(file, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_boolean(value))
		fputs(json_is_true(value) ? "yes" : "no", file);
}

/* The cell as it is shown; owned; NULL: no memory. */
static char *cell_text(const struct column *column, const json_t *item)
{
	_cleanup_(freep) char *raw = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&raw, &size);

	if (!file)
		return NULL;
	if (column->write)
		column->write(item, file);
	else
		write_value(json_path(item, column->path), file);
	if (fclose(file))
		return NULL;
	return size ? printable(raw, size) : strdup("-");
}

/* Characters; a wide or combining one counts as one. */
static unsigned text_width(const char *text)
{
	unsigned width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

void table_init(struct table *table, const struct column *columns, size_t n_columns,
		const struct options *options)
{
	*table = (struct table){
		.columns = columns,
		.n_columns =
			n_columns < TABLE_COLUMNS_MAX ? n_columns : TABLE_COLUMNS_MAX,
		.wide = options->output == OUTPUT_WIDE,
		.colour = terminal_has_colour(stdout),
		.file = stdout,
	};
	for (size_t i = 0; i < table->n_columns; i++) {
		unsigned title = (unsigned)strlen(columns[i].title);

		table->widths[i] = columns[i].width > title ? columns[i].width : title;
	}
}

static bool is_shown(const struct table *table, size_t column)
{
	return table->wide || !table->columns[column].wide;
}

static bool is_last(const struct table *table, size_t column)
{
	for (size_t i = column + 1; i < table->n_columns; i++)
		if (is_shown(table, i))
			return false;
	return true;
}

void table_measure(struct table *table, const json_t *item)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		_cleanup_(freep) char *text = cell_text(&table->columns[i], item);
		unsigned width = text ? text_width(text) : 0;

		if (width > table->widths[i])
			table->widths[i] = width;
	}
}

static void print_cell(const struct table *table, size_t column, const char *text,
		       bool coloured)
{
	unsigned width = text_width(text); /* the column is as wide, at least */
	const char *colour = coloured && table->colour ? terminal_colour(text) : "";

	fputs(colour, table->file);
	fputs(text, table->file);
	if (*colour)
		fputs(TERMINAL_PLAIN, table->file);
	if (is_last(table, column))
		fputc('\n', table->file);
	else
		fprintf(table->file, "%*s", (int)(table->widths[column] - width) + 2, "");
}

void table_header(const struct table *table)
{
	for (size_t i = 0; i < table->n_columns; i++)
		if (is_shown(table, i))
			print_cell(table, i, table->columns[i].title, false);
}

void table_row(struct table *table, const json_t *item)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		const struct column *column = &table->columns[i];
		_cleanup_(freep) char *text = NULL;
		unsigned width;

		if (!is_shown(table, i))
			continue;
		text = cell_text(column, item);
		width = text ? text_width(text) : 0;
		if (width > table->widths[i])
			table->widths[i] = width;
		print_cell(table, i, text ? text : "?", column->coloured);
	}
}

void table_print(const struct column *columns, size_t n_columns, const json_t *items,
		 const struct options *options, const char *none)
{
	struct table table;
	size_t i;
	json_t *item;

	if (!json_array_size(items)) {
		fprintf(stderr, "%s\n", none);
		return;
	}
	table_init(&table, columns, n_columns, options);
	json_array_foreach (items, i, item)
		table_measure(&table, item);
	table_header(&table);
	json_array_foreach (items, i, item)
		table_row(&table, item);
}
