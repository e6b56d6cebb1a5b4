/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_UTIL_PRINTABLE_H
#define LSMD_UTIL_PRINTABLE_H

/*
 * Text of unknown origin, made fit to be shown. Names in a container are chosen by
 * whoever runs there: they must not steer a terminal, nor make a line look like another.
 */

#include <stddef.h>
#include <stdio.h>

/**
 * printable_write() - Write UTF-8 text; what must not be shown becomes "\xNN", byte by
 * byte.
 *
 * Not shown: bytes that are not well-formed UTF-8 (RFC 3629), control characters (C0,
 * DEL, C1), line and paragraph separators, and characters that change the direction of
 * text.
 */
void printable_write(const char *bytes, size_t length, FILE *file);

/** printable() - As printable_write(), into a string that the caller owns. Return: NULL:
 * no memory. */
char *printable(const char *bytes, size_t length);

#endif
