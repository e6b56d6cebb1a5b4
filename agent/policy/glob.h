/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_GLOB_H
#define LSMD_POLICY_GLOB_H

#include <stdbool.h>

/**
 * glob_matches() - Match a name with "*" (any characters) and "?" (one character).
 *
 * Takes at most the product of the lengths in steps, whatever the pattern.
 */
bool glob_matches(const char *pattern, const char *name);

#endif
