/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_REPORT_ESCAPE_H
#define LSMD_REPORT_ESCAPE_H

/* Names and paths from inside a container as text that can be shown and read back. */

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

/** escape_write() - printable_write() with backslashes doubled: different bytes,
 * different text. */
void escape_write(const char *bytes, size_t length, FILE *file);

/** escape() - As escape_write(), into a string that the caller owns. Return: NULL: no
 * memory. */
char *escape(const char *string);

/** escape_json() - The same as a JSON string, which cannot be any bytes. Return: NULL: no
 * memory. */
json_t *escape_json(const char *string);

/**
 * escape_path_write() - Write the path of a record's names, escaped.
 * @names:  from the leaf to the root, each ended by NUL (struct denial_event); no byte of
 * them is believed: names may be empty, and the last one not ended
 * @prefix: of the path: "/", or ".../" where names on the root side are missing, or ""
 * where the path is below no root
 */
void escape_path_write(const char *names, size_t length, const char *prefix, FILE *file);

#endif
