// SPDX-License-Identifier: Apache-2.0
#include "ctl/report.h"

#include <string.h>

#include "ctl/table.h"
#include "ctl/terminal.h"
#include "util/cleanup.h"
#include "util/printable.h"

void report_text(const char *text, FILE *file)
{
	printable_write(text, strlen(text), file);
}

void report_line(const char *title, void (*write)(const json_t *json, FILE *file),
		 const json_t *json)
{
	_cleanup_(freep) char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return;
	write(json, memory);
	if (fclose(memory))
		return;
	printf("%s:%*s", title, (int)(10 - strlen(title)), "");
	report_text(text, stdout);
	fputc('\n', stdout);
}

void report_problem(const char *text)
{
	bool colour = terminal_has_colour(stdout);

	if (!text)
		return;
	printf("%sProblem:%s   ", colour ? terminal_colour("failed") : "",
	       colour ? TERMINAL_PLAIN : "");
	report_text(text, stdout);
	fputc('\n', stdout);
}

/* A line or a column that is 0 is not known. */
static void write_place(json_int_t number, FILE *file)
{
	if (number)
		fprintf(file, ":%lld", (long long)number);
}

void report_diagnostics(const json_t *diagnostics, FILE *file)
{
	size_t i;
	json_t *item;

	json_array_foreach (diagnostics, i, item) {
		report_text(json_text(item, "file"), file);
		write_place(json_number(item, "line"), file);
		write_place(json_number(item, "column"), file);
		fputs(": ", file);
		report_text(json_text(item, "severity"), file);
		fputs(": ", file);
		report_text(json_text(item, "message"), file);
		fputc('\n', file);
	}
}
