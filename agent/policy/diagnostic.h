/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_DIAGNOSTIC_H
#define LSMD_POLICY_DIAGNOSTIC_H

/* Errors and warnings about a text, with where they are: file:line:column: what; what
 * instead. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum severity {
	SEVERITY_ERROR,
	SEVERITY_WARNING,
};

struct diagnostic {
	enum severity severity;
	char *source;
	unsigned line; /* from 1; 0: the text as a whole */
	unsigned column;
	char *message; /* "what is wrong; what would be right" */
};

/* Diagnostics kept of one source, so that a hostile text cannot fill the memory with
 * them. The last one kept says that more were found; errors are counted all the same. */
#define DIAGNOSTICS_MAX 1000

/* Starts as {0}. */
struct diagnostics {
	struct diagnostic *items;
	size_t n;
	size_t n_errors;
	size_t n_of_source; /* since the source last changed */
};

/**
 * diagnostics_add() - Add one; copies.
 *
 * What a person wrote may be put into the message as it is: bytes that are not UTF-8
 * become "?", and diagnostics_print() escapes what must not reach a terminal.
 *
 * Return: 0, also when DIAGNOSTICS_MAX is passed; -ENOMEM.
 */
int diagnostics_add(struct diagnostics *diagnostics, enum severity severity,
		    const char *source, unsigned line, unsigned column,
		    const char *format, ...) __attribute__((format(printf, 6, 7)));
/**
 * diagnostics_are_full() - Would another one of @source not be kept?
 *
 * Then advice need not be looked for: a hostile text can have a million mistakes.
 */
bool diagnostics_are_full(const struct diagnostics *diagnostics, const char *source);
/**
 * diagnostics_print() - One line each, "file:line:column: error: ...", made printable.
 */
void diagnostics_print(const struct diagnostics *diagnostics, FILE *file);
/**
 * diagnostics_json() - An array of objects: severity, file, line, column, message.
 * Owned.
 */
json_t *diagnostics_json(const struct diagnostics *diagnostics);
void diagnostics_clear(struct diagnostics *diagnostics);

#endif
