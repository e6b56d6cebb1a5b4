// SPDX-License-Identifier: Apache-2.0
#include "policy/glob.h"

#include <stddef.h>

/*
 * Only the last star seen needs another try: what an earlier one took can stay as it is.
 */
bool glob_matches(const char *pattern, const char *name)
{
	const char *star = NULL, *from = NULL;

	while (*name) {
		if (*pattern == '*') {
			star = ++pattern;
			from = name;
		} else if (*pattern == '?' || *pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star;
			name = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
