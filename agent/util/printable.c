// SPDX-License-Identifier: Apache-2.0
#include "util/printable.h"

#include <stdbool.h>
#include <stdint.h>

#include "util/cleanup.h"

/* What the first byte of a character says, and the least code point of that length. */
static const struct {
	uint8_t mask, bits;
	uint32_t least;
} leads[] = {
	{0x80, 0x00, 0},
	{0xe0, 0xc0, 0x80},
	{0xf0, 0xe0, 0x800},
	{0xf8, 0xf0, 0x10000},
};

/* Sorted ranges of code points that are never shown. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{0x00, 0x1f},	  {0x7f, 0x9f},	    {0x061c, 0x061c}, {0x200e, 0x200f},
	{0x2028, 0x202e}, {0x2066, 0x2069}, {0xd800, 0xdfff}, {0xfeff, 0xfeff},
};

static size_t lead_length(uint8_t lead)
{
	for (size_t i = 0; i < ARRAY_SIZE(leads); i++)
		if ((lead & leads[i].mask) == leads[i].bits)
			return i + 1;
	return 0;
}

/* Bytes of the character at @bytes, 0 when it is not well-formed. */
static size_t decode(const uint8_t *bytes, size_t length, uint32_t *ret_code)
{
	size_t n = lead_length(bytes[0]);
	uint32_t code;

	if (!n || n > length)
		return 0;
	code = bytes[0] & (uint8_t)~leads[n - 1].mask;
	for (size_t i = 1; i < n; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (bytes[i] & 0x3f);
	}
	if (code < leads[n - 1].least || code > 0x10ffff)
		return 0;
	*ret_code = code;
	return n;
}

static bool is_shown(uint32_t code)
{
	for (size_t i = 0; i < ARRAY_SIZE(hidden); i++)
		if (code >= hidden[i].first && code <= hidden[i].last)
			return false;
	return true;
}

void printable_write(const char *bytes, size_t length, FILE *file)
{
	const uint8_t *at = (const uint8_t *)bytes;
	size_t step;

	for (; length; at += step, length -= step) {
		uint32_t code = 0;

		step = decode(at, length, &code);
		if (step && is_shown(code)) {
			fwrite(at, 1, step, file);
			continue;
		}
		step = step ? step : 1;
		for (size_t i = 0; i < step; i++)
			fprintf(file, "\\x%02x", at[i]);
	}
}

char *printable(const char *bytes, size_t length)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	printable_write(bytes, length, file);
	if (fclose(file)) {
		free(text);
		return NULL;
	}
	return text;
}
