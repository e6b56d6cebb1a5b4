// SPDX-License-Identifier: Apache-2.0
#include "policy/diagnostic.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "policy/array.h"
#include "policy/text.h"
#include "util/cleanup.h"
#include "util/printable.h"

static const char *const severity_names[] = {
	[SEVERITY_ERROR] = "error",
	[SEVERITY_WARNING] = "warning",
};

/* A precision may have cut a character, a file's name may be of any bytes. */
static void make_utf8(char *text)
{
	size_t length = strlen(text), step;

	for (size_t i = 0; i < length; i += step) {
		step = text_utf8_length(text + i, length - i);
		if (!step) {
			text[i] = '?';
			step = 1;
		}
	}
}

/* How many diagnostics the source has, which is the last one's or a new one. */
static size_t count_of_source(const struct diagnostics *diagnostics, const char *source)
{
	if (!diagnostics->n ||
	    strcmp(diagnostics->items[diagnostics->n - 1].source, source))
		return 0;
	return diagnostics->n_of_source;
}

bool diagnostics_are_full(const struct diagnostics *diagnostics, const char *source)
{
	return count_of_source(diagnostics, source) >= DIAGNOSTICS_MAX;
}

/* Takes @message, also when it fails. */
static int append(struct diagnostics *diagnostics, enum severity severity,
		  const char *source, unsigned line, unsigned column, char *message)
{
	_cleanup_(freep) char *owned = message, *file = strdup(source);
	struct diagnostic *items;

	if (!owned || !file)
		return -ENOMEM;
	items = array_grow(diagnostics->items, diagnostics->n, sizeof(*items));
	if (!items)
		return -ENOMEM;
	make_utf8(owned);
	make_utf8(file);
	diagnostics->items = items;
	items[diagnostics->n++] = (struct diagnostic){
		.severity = severity,
		.source = TAKE_PTR(file),
		.line = line,
		.column = column,
		.message = TAKE_PTR(owned),
	};
	return 0;
}

int diagnostics_add(struct diagnostics *diagnostics, enum severity severity,
		    const char *source, unsigned line, unsigned column,
		    const char *format, ...)
{
	size_t n = count_of_source(diagnostics, source);
	va_list arguments;
	char *message;
	int length;

	diagnostics->n_errors += severity == SEVERITY_ERROR;
	diagnostics->n_of_source = n + 1;
	if (n >= DIAGNOSTICS_MAX)
		return 0;
	if (n == DIAGNOSTICS_MAX - 1)
		return append(
			diagnostics, severity, source, 0, 0,
			strdup("there is more to say than is shown; mend these first"));
	va_start(arguments, format);
	length = vasprintf(&message, format, arguments);
	va_end(arguments);
	if (length < 0)
		return -ENOMEM;
	return append(diagnostics, severity, source, line, column, message);
}

void diagnostics_print(const struct diagnostics *diagnostics, FILE *file)
{
	for (size_t i = 0; i < diagnostics->n; i++) {
		const struct diagnostic *item = &diagnostics->items[i];

		printable_write(item->source, strlen(item->source), file);
		if (item->line)
			fprintf(file, ":%u:%u", item->line, item->column);
		fprintf(file, ": %s: ", severity_names[item->severity]);
		printable_write(item->message, strlen(item->message), file);
		fputc('\n', file);
	}
}

json_t *diagnostics_json(const struct diagnostics *diagnostics)
{
	_cleanup_(json_decrefp) json_t *array = json_array();

	for (size_t i = 0; array && i < diagnostics->n; i++) {
		const struct diagnostic *item = &diagnostics->items[i];
		json_t *object =
			json_pack("{s:s, s:s, s:I, s:I, s:s}", "severity",
				  severity_names[item->severity], "file", item->source,
				  "line", (json_int_t)item->line, "column",
				  (json_int_t)item->column, "message", item->message);

		if (!object || json_array_append_new(array, object) < 0)
			return NULL;
	}
	return TAKE_PTR(array);
}

void diagnostics_clear(struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->n; i++) {
		free(diagnostics->items[i].source);
		free(diagnostics->items[i].message);
	}
	free(diagnostics->items);
	*diagnostics = (struct diagnostics){0};
}
