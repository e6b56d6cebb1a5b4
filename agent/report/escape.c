// SPDX-License-Identifier: Apache-2.0
#include "report/escape.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/printable.h"

/* Write @bytes, with @write_part between the bytes @separator, which become @replacement.
 */
static void write_parts(const char *bytes, size_t length, char separator,
			const char *replacement,
			void (*write_part)(const char *bytes, size_t length, FILE *file),
			FILE *file)
{
	const char *end = bytes + length, *next;

	while ((next = memchr(bytes, separator, (size_t)(end - bytes)))) {
		write_part(bytes, (size_t)(next - bytes), file);
		fputs(replacement, file);
		bytes = next + 1;
	}
	write_part(bytes, (size_t)(end - bytes), file);
}

/* ASCII that is shown as it is: nearly all of nearly every text. */
static bool is_plain(char byte)
{
	return byte >= ' ' && byte <= '~' && byte != '\\';
}

static size_t plain_length(const char *bytes, size_t length)
{
	size_t n = 0;

	while (n < length && is_plain(bytes[n]))
		n++;
	return n;
}

/* A character of several bytes has no ASCII in it, so that none is cut in two. */
static void write_shown(const char *bytes, size_t length, FILE *file)
{
	const char *end = bytes + length;

	while (bytes < end) {
		size_t n = plain_length(bytes, (size_t)(end - bytes));

		fwrite(bytes, 1, n, file);
		bytes += n;
		n = 0;
		while (bytes + n < end && !is_plain(bytes[n]))
			n++;
		printable_write(bytes, n, file);
		bytes += n;
	}
}

void escape_write(const char *bytes, size_t length, FILE *file)
{
	write_parts(bytes, length, '\\', "\\\\", write_shown, file);
}

char *escape(const char *string)
{
	char *text = NULL;
	size_t size;
	FILE *file;
	bool failed;

	size = strlen(string);
	if (plain_length(string, size) == size)
		return strdup(string);
	file = open_memstream(&text, &size);
	if (!file)
		return NULL;
	escape_write(string, strlen(string), file);
	failed = ferror(file);
	if (fclose(file) || failed) {
		free(text);
		return NULL;
	}
	return text;
}

json_t *escape_json(const char *string)
{
	_cleanup_(freep) char *text = escape(string);

	return text ? json_string(text) : NULL;
}

void escape_path_write(const char *names, size_t length, const char *prefix, FILE *file)
{
	const char *end = names + length;

	fputs(prefix, file);
	while (end > names) {
		const char *before, *name;

		if (!end[-1])
			end--;
		before = memrchr(names, '\0', (size_t)(end - names));
		name = before ? before + 1 : names;
		write_parts(name, (size_t)(end - name), '/', "\\x2f", escape_write, file);
		end = name;
		if (end > names)
			fputc('/', file);
	}
}
