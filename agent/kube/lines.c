// SPDX-License-Identifier: Apache-2.0
#include "kube/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

static int make_room(struct lines *lines, size_t n)
{
	size_t room = lines->room ? lines->room : 4096;
	char *grown;

	if (n <= lines->room)
		return 0;
	while (room < n)
		room *= 2;
	grown = realloc(lines->bytes, room);
	if (!grown)
		return -ENOMEM;
	lines->bytes = grown;
	lines->room = room;
	return 0;
}

int lines_put(struct lines *lines, const char *bytes, size_t length, size_t max)
{
	if (length > max - lines->n)
		return -EMSGSIZE;
	if (make_room(lines, lines->n + length) < 0)
		return -ENOMEM;
	memcpy(lines->bytes + lines->n, bytes, length);
	lines->n += length;
	return 0;
}

/* A large object must not keep its room for the many small ones that follow. */
static void end_line(struct lines *lines)
{
	lines->n = 0;
	if (lines->room > 1U << 16)
		lines_clear(lines);
}

int lines_add(struct lines *lines, const char *bytes, size_t length,
	      int (*on_line)(void *data, const char *line, size_t length), void *data)
{
	const char *end;

	while ((end = memchr(bytes, '\n', length))) {
		size_t part = (size_t)(end - bytes);
		int r = lines_put(lines, bytes, part, LINE_MAX_BYTES);

		if (r == 0 && lines->n)
			r = on_line(data, lines->bytes, lines->n);
		if (r < 0)
			return r;
		end_line(lines);
		bytes += part + 1;
		length -= part + 1;
	}
	return lines_put(lines, bytes, length, LINE_MAX_BYTES);
}

void lines_clear(struct lines *lines)
{
	free(lines->bytes);
	*lines = (struct lines){0};
}
