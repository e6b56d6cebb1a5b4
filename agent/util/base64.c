// SPDX-License-Identifier: Apache-2.0
#include "util/base64.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

static int value_of(char character)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = character ? strchr(alphabet, character) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* What may follow the last whole character: padding that fills a group of four. */
static bool ends_well(const char *text, size_t digits)
{
	size_t padding = 0;

	for (; *text; text++) {
		if (strchr(" \t\r\n", *text))
			continue;
		if (*text != '=')
			return false;
		padding++;
	}
	return digits % 4 == 0 ? padding == 0
			       : digits % 4 > 1 && padding == 4 - digits % 4;
}

int base64_decode(const char *text, unsigned char **ret_bytes, size_t *ret_length)
{
	_cleanup_(freep) unsigned char *bytes = malloc(strlen(text) / 4 * 3 + 4);
	size_t digits = 0, length = 0;
	uint32_t bits = 0;

	if (!bytes)
		return -ENOMEM;
	for (; *text && *text != '='; text++) {
		int value = value_of(*text);

		if (strchr(" \t\r\n", *text))
			continue;
		if (value < 0)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)value;
		if (digits++ % 4)
			bytes[length++] =
				(unsigned char)(bits >> (6 - 2 * ((digits - 1) % 4)));
	}
	if (!ends_well(text, digits))
		return -EINVAL;
	bytes[length] = '\0';
	*ret_length = length;
	*ret_bytes = TAKE_PTR(bytes);
	return 0;
}
