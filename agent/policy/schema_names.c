// SPDX-License-Identifier: Apache-2.0
/* The words of a table as a pattern. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "policy/schema.h"
#include "util/cleanup.h"

static void write_letter(char letter, FILE *file)
{
	int upper = toupper((unsigned char)letter),
	    lower = tolower((unsigned char)letter);

	if (upper == lower)
		fputc(letter, file);
	else
		fprintf(file, "[%c%c]", upper, lower);
}

static void write_letters(const char *word, FILE *file)
{
	for (; word && *word; word++)
		write_letter(*word, file);
}

/* No flag of a pattern says that case does not count: each letter is both. */
char *schema_names_pattern(const struct schema *form)
{
	_cleanup_(freep) char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	fputs("^", file);
	if (form->prefix) {
		fputs("(", file);
		write_letters(form->prefix, file);
		fputs(")?", file);
	}
	for (size_t i = 0; i < form->names->n; i++) {
		fputc(i ? '|' : '(', file);
		write_letters(form->names->rows[i].name, file);
	}
	fputs(")$", file);
	return fclose(file) ? NULL : TAKE_PTR(text);
}
