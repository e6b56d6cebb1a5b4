/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_DIAGNOSTIC_H
#define LSMD_POLICY_DIAGNOSTIC_H

/* Errors and warnings about a text, with where they are: file:line:column: what; what instead. */

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

/* Starts as {0}. */
struct diagnostics {
	struct diagnostic *items;
	size_t n;
	size_t n_errors;
};

/** diagnostics_add() - Add one. Return: 0, -ENOMEM. */
int diagnostics_add(struct diagnostics *diagnostics, enum severity severity, const char *source,
		    unsigned line, unsigned column, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
/** diagnostics_print() - One line each, "file:line:column: error: ...", control bytes escaped. */
void diagnostics_print(const struct diagnostics *diagnostics, FILE *file);
/** diagnostics_json() - An array of objects: severity, file, line, column, message. Owned. */
json_t *diagnostics_json(const struct diagnostics *diagnostics);
void diagnostics_clear(struct diagnostics *diagnostics);

#endif
