/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_POLICY_REFERENCE_H
#define LSMD_TESTS_POLICY_REFERENCE_H

/* What the automaton is held against: a slow, recursive matcher of the pattern's text;
 * and numbers to make both up by. */

#include <stdbool.h>
#include <string.h>

/* Does the pattern match? @begins: a name begins here. */
static inline bool reference(const char *p, const char *s, bool begins);

static inline bool reference_set(const char *p, const char *s)
{
	bool negate = *p == '!' || *p == '^', in = false;

	for (p += negate; *p != ']'; p++) {
		if (p[1] == '-' && p[2] != ']') {
			in |= (unsigned char)*p <= (unsigned char)*s &&
			      (unsigned char)*s <= (unsigned char)p[2];
			p += 2;
		} else {
			in |= *p == *s;
		}
	}
	return *s && *s != '/' && in != negate && reference(p + 1, s + 1, false);
}

static inline bool reference_stars(const char *p, const char *s, bool begins)
{
	size_t n = strspn(p, "*");
	bool several = n > 1;

	p += n;
	if (begins && !*p && (!*s || *s == '/'))
		return false;
	if (begins && several && *p == '/' && reference(p + 1, s, true))
		return true;
	for (;; s++) {
		if (reference(p, s, false))
			return true;
		if (!*s || (!several && *s == '/'))
			return false;
	}
}

static inline bool reference(const char *p, const char *s, bool begins)
{
	if (!*p)
		return !*s;
	if (*p == '*')
		return reference_stars(p, s, begins);
	if (*p == '[')
		return reference_set(p + 1, s);
	if (*p == '?')
		return *s && *s != '/' && reference(p + 1, s + 1, false);
	return *p == *s && reference(p + 1, s + 1, *p == '/');
}

static inline unsigned next_random(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % n;
}

#endif
