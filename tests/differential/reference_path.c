// SPDX-License-Identifier: Apache-2.0

/* POLICY.md, "What a path means". */

#include <stdlib.h>
#include <string.h>

#include "reference.h"
#include "util/cleanup.h"

static bool matches(const char *pattern, const char *path);

/* "`[a-z]` is a set": one byte, never the slash. "`\` escapes". */
static bool set_matches(const char *pattern, const char *path)
{
	bool negate = *pattern == '!' || *pattern == '^', found = false;
	unsigned char byte = (unsigned char)*path;

	for (pattern += negate; *pattern != ']'; pattern++) {
		unsigned char first, last;

		pattern += *pattern == '\\';
		first = last = (unsigned char)*pattern;
		if (pattern[1] == '-' && pattern[2] != ']') {
			pattern += 2;
			pattern += *pattern == '\\';
			last = (unsigned char)*pattern;
		}
		found = found || (first <= byte && byte <= last);
	}
	return byte && byte != '/' && found != negate && matches(pattern + 1, path + 1);
}

/*
 * "`*` and `?` stay within a name, `**` crosses `/`." As a whole name, `**` is any number
 * of names: `/a` and `/x/y/a` match `/` `**` `/a`.
 */
static bool stars_match(const char *pattern, const char *path)
{
	const char *rest = pattern + strspn(pattern, "*");
	bool crosses = rest - pattern > 1;

	if (crosses && pattern[-1] == '/' && *rest == '/' && matches(rest + 1, path))
		return true;
	for (;; path++) {
		if (matches(rest, path))
			return true;
		if (!*path || (*path == '/' && !crosses))
			return false;
	}
}

static bool matches(const char *pattern, const char *path)
{
	switch (*pattern) {
	case '\0':
		return !*path;
	case '*':
		return stars_match(pattern, path);
	case '[':
		return set_matches(pattern + 1, path);
	case '?':
		return *path && *path != '/' && matches(pattern + 1, path + 1);
	case '\\':
		pattern++;
		break;
	}
	return *pattern == *path && matches(pattern + 1, path + 1);
}

/*
 * "`/dir/` is the directory itself, `/dir/` `**` all below it." Names are never empty, so
 * the root is not below itself: nothing but `/` is the root.
 */
static bool pattern_matches(const char *pattern, const char *path)
{
	_cleanup_(freep) char *bare = strdup(pattern);
	size_t length = strlen(pattern);

	if (!strcmp(path, "/"))
		return !strcmp(pattern, "/");
	if (*pattern == '/' && length > 1 && bare[length - 1] == '/')
		bare[length - 1] = '\0';
	return matches(bare, path);
}

bool path_is_any(const char *path, const char (*patterns)[DRAWN_PATH_BYTES], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pattern_matches(patterns[i], path))
			return true;
	return false;
}

/* "its loader and libc, `/proc/self`, `/dev/null`, `zero`, `full`, `urandom`, `random`,
 * `tty`, `pts`". Of these, it writes to what swallows it and to terminals. */
bool path_is_base(const char *path, bool writes)
{
	static const char read[][DRAWN_PATH_BYTES] = {
		"/lib/**",	    "/lib64/**",	  "/usr/lib/**",  "/usr/lib64/**",
		"/etc/ld.so.cache", "/etc/ld.so.preload", "/dev/urandom", "/dev/random",
	};
	static const char written[][DRAWN_PATH_BYTES] = {
		"/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/pts/*",
	};

	return path_is_any(path, written, ARRAY_SIZE(written)) ||
	       (!writes && path_is_any(path, read, ARRAY_SIZE(read)));
}
