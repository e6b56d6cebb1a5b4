/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_LINES_H
#define LSMD_KUBE_LINES_H

/* Bytes as they come, and the lines among them. */

#include <stddef.h>

/* A line of a watch is one object, which etcd keeps below 1.5 MiB; in the API's JSON,
 * with the list of who wrote which field, it may be some times that. */
#define LINE_MAX_BYTES (8U << 20)

/* Starts as {0}. */
struct lines {
	char *bytes;
	size_t n, room;
};

/**
 * lines_add() - Take bytes, and give every line that they complete, without its end.
 * @on_line: not called for empty lines; negative: stop with that
 * Return: 0, -EMSGSIZE for a line of more than LINE_MAX_BYTES, -ENOMEM, what @on_line
 * said.
 */
int lines_add(struct lines *lines, const char *bytes, size_t length,
	      int (*on_line)(void *data, const char *line, size_t length), void *data);

/** lines_put() - Only collect, for an answer that is one text. Return: 0, -EMSGSIZE
 * beyond
 * @max bytes, -ENOMEM. */
int lines_put(struct lines *lines, const char *bytes, size_t length, size_t max);

void lines_clear(struct lines *lines);

#endif
