// SPDX-License-Identifier: Apache-2.0
#include "enforce/kallsyms.h"

#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

/* Large enough that the kernel is asked a hundred times, not thousands. */
#define CHUNK (1U << 16)

/* Lines of modules have "\t[module]" behind the name. */
static int is_symbol(const char *line, const char *symbol, size_t length)
{
	const char *name = strchr(line, ' ');

	name = name ? strchr(name + 1, ' ') : NULL;
	return name && !strncmp(name + 1, symbol, length) &&
	       (name[1 + length] == '\n' || !name[1 + length]);
}

uint64_t kallsyms_find(FILE *file, const char *symbol)
{
	size_t length = strlen(symbol);
	char line[1024];

	while (fgets(line, sizeof(line), file))
		if (is_symbol(line, symbol, length))
			return strtoull(line, NULL, 16);
	return 0;
}

uint64_t kallsyms_address(const char *symbol)
{
	_cleanup_(freep) char *buffer = malloc(CHUNK);
	_cleanup_(fclosep) FILE *file = fopen("/proc/kallsyms", "re");

	if (!file || !buffer)
		return 0;
	setvbuf(file, buffer, _IOFBF, CHUNK);
	return kallsyms_find(file, symbol);
}
