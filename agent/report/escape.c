// SPDX-License-Identifier: Apache-2.0
#include "report/escape.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/printable.h"

/* Write @bytes, with @write_part between the bytes @separator, which become @replacement. */
static void write_parts(const char *bytes, size_t length, char separator, const char *replacement,
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

void escape_write(const char *bytes, size_t length, FILE *file)
{
	write_parts(bytes, length, '\\', "\\\\", printable_write, file);
}

/* What names mostly consist of, and is never escaped: spares a stream. */
static bool is_plain(const char *string)
{
	return !string[strspn(string, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				      "-_./: ")];
}

char *escape(const char *string)
{
	char *text = NULL;
	size_t size;
	FILE *file;
	bool failed;

	if (is_plain(string))
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
