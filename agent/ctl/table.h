/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_TABLE_H
#define LSMD_CTL_TABLE_H

/* JSON objects as an aligned table, a column a row of data. No byte steers the terminal.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "ctl/options.h"

#define TABLE_COLUMNS_MAX 16

struct column {
	const char *title;
	const char *path; /* of the value, "pod.name"; what is not there or empty shows as
			     "-" */
	/* Instead of @path: writes the cell, which is then made safe; nothing shows as
	 * "-". */
	void (*write)(const json_t *item, FILE *file);
	bool wide;	/* with -o wide alone */
	bool coloured;	/* by what it says */
	unsigned width; /* at least; for streams, whose later rows are not known */
};

struct table {
	const struct column *columns; /* n_columns of them, without those not shown */
	size_t n_columns;
	unsigned widths[TABLE_COLUMNS_MAX];
	bool wide;
	bool colour;
	FILE *file;
};

/** table_init() - Begin a table on stdout. */
void table_init(struct table *table, const struct column *columns, size_t n_columns,
		const struct options *options);
/** table_measure() - Make the columns as wide as this item needs. */
void table_measure(struct table *table, const json_t *item);
void table_header(const struct table *table);
/** table_row() - A row; what is wider than its column makes it wider from then on. */
void table_row(struct table *table, const json_t *item);

/** table_print() - All of an array. @none: what to say on stderr when it is empty. */
void table_print(const struct column *columns, size_t n_columns, const json_t *items,
		 const struct options *options, const char *none);

/** json_path() - The value at "a.b.c"; borrowed; NULL when it is not there. */
const json_t *json_path(const json_t *json, const char *path);
/** json_text() - The string at a path, "" when it is not there or none. */
const char *json_text(const json_t *json, const char *path);
/** json_number() - The integer at a path, 0 when it is not there or none. */
json_int_t json_number(const json_t *json, const char *path);

#endif
