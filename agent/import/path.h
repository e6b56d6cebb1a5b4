/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_IMPORT_PATH_H
#define LSMD_IMPORT_PATH_H

/* Paths and patterns of other systems, as patterns of ours. All results are owned by the
 * caller. */

#include <stdbool.h>

/* A text that is meant as it stands, with what comes before and after it as patterns.
 * Return: NULL: no memory. */
char *path_literal(const char *before, const char *text, const char *after);

enum {
	PATH_E_RELATIVE = 1, /* it does not begin with "/" */
	PATH_E_ARGUMENTS,    /* it is a command line */
	PATH_E_EXPRESSION,   /* it is a regular expression */
	PATH_E_ALTERNATIVES, /* more alternatives than PATH_ALTERNATIVES */
};

/* Patterns that one with alternatives, {a,b}, becomes at most. */
#define PATH_ALTERNATIVES 64

/**
 * path_apparmor() - A pattern of AppArmor (apparmor.d(5), Globbing) as ours.
 * @ret_patterns: set on success only: one for each alternative, and a NULL at the end
 *
 * They differ in three things. A `*` or `**` that is all of a name stands for one byte at
 * least there, so that an inner double star needs one name here in front. Alternatives
 * are written out. A regular expression is not a pattern there either: it is refused by
 * what gives it away.
 *
 * Return: 0, PATH_E_*, -ENOMEM.
 */
int path_apparmor(const char *pattern, char ***ret_patterns);

/** path_list_free() - Free what path_apparmor() gave. */
void path_list_free(char **patterns);

#endif
