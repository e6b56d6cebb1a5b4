/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_PATH_H
#define LSMD_POLICY_PATH_H

/* Path patterns as people write them (POLICY.md, What a path means). */

#include <stdbool.h>

/**
 * path_check() - Can the pattern match a path at all?
 * Return: NULL when it can; else "what is wrong; what would be right", static.
 */
const char *path_check(const char *pattern);

/** socket_name_check() - The same of a unix socket's path, or of "@" and its name. */
const char *socket_name_check(const char *pattern);

/** path_is_directory() - Does it end in "/", and so match directories alone? */
bool path_is_directory(const char *pattern);

/**
 * path_covers() - Does @outer match whatever @inner does?
 * Return: false also where it is not plain to see: only equal patterns, and a literal
 * directory followed by "/" and two stars, are recognised.
 */
bool path_covers(const char *outer, const char *inner);

#endif
