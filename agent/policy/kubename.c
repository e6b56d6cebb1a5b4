// SPDX-License-Identifier: Apache-2.0
#include "policy/kubename.h"

#include <stddef.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789"
#define ANY   LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Only of @inner, not empty, the first and the last one of @outer. */
static bool is_word(const char *text, size_t length, const char *outer, const char *inner)
{
	return length && strspn(text, inner) >= length && strchr(outer, text[0]) &&
	       strchr(outer, text[length - 1]);
}

bool kubename_is_label(const char *name)
{
	size_t length = strlen(name);

	return length <= 63 && is_word(name, length, LOWER, LOWER "-");
}

static bool is_subdomain(const char *name, size_t length)
{
	size_t part;

	if (!length || length > 253)
		return false;
	for (size_t start = 0; start <= length; start += part + 1) {
		const char *dot = memchr(name + start, '.', length - start);

		part = dot ? (size_t)(dot - name) - start : length - start;
		if (!is_word(name + start, part, LOWER, LOWER "-"))
			return false;
	}
	return true;
}

bool kubename_is_subdomain(const char *name)
{
	return is_subdomain(name, strlen(name));
}

static bool is_qualified(const char *name)
{
	size_t length = strlen(name);

	return length <= 63 && is_word(name, length, ANY, ANY "-_.");
}

bool kubename_is_label_key(const char *key)
{
	const char *slash = strchr(key, '/');

	if (!slash)
		return is_qualified(key);
	return is_subdomain(key, (size_t)(slash - key)) && is_qualified(slash + 1);
}

bool kubename_is_label_value(const char *value)
{
	return !*value || is_qualified(value);
}
