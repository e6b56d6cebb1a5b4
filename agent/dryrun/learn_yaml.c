// SPDX-License-Identifier: Apache-2.0
#include "dryrun/learn_yaml.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

/* Of these a plain scalar may consist that begins with a slash (YAML 1.1, 9.1.2): without
 * ":" and "#", nothing in it means anything but itself. */
static bool is_plain(const char *text)
{
	if (*text != '/')
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("/._-+@%=~*?[]\\", *text))
			return false;
	return true;
}

void learn_yaml_text(const char *text, FILE *file)
{
	if (is_plain(text)) {
		fputs(text, file);
		return;
	}
	fputc('"', file);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', file);
		fputc(*text, file);
	}
	fputc('"', file);
}

static void write_times(uint64_t count, FILE *file)
{
	if (count == 1)
		fputs("once\n", file);
	else
		fprintf(file, "%" PRIu64 " times\n", count);
}

void learn_yaml_times(uint64_t count, FILE *file)
{
	fputs("  # ", file);
	write_times(count, file);
}

void learn_yaml_uses(uint64_t count, size_t n_paths, FILE *file)
{
	fputs("  # ", file);
	if (n_paths > 1)
		fprintf(file, "%zu paths, ", n_paths);
	write_times(count, file);
}
