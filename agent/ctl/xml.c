// SPDX-License-Identifier: Apache-2.0
#include "ctl/xml.h"

#include <string.h>

#include "policy/text.h"
#include "util/cleanup.h"

#define REPLACEMENT "\xef\xbf\xbd"

static const struct {
	char byte;
	const char *escaped;
} escapes[] = {
	{'<', "&lt;"},	 {'>', "&gt;"},	 {'&', "&amp;"},  {'"', "&quot;"},
	{'\'', "&#39;"}, {'\t', "&#9;"}, {'\n', "&#10;"}, {'\r', "&#13;"},
};

/* One byte of ASCII. */
static void write_ascii(char byte, FILE *file)
{
	for (size_t i = 0; i < ARRAY_SIZE(escapes); i++) {
		if (escapes[i].byte == byte) {
			fputs(escapes[i].escaped, file);
			return;
		}
	}
	if (byte < ' ')
		fputs(REPLACEMENT, file);
	else
		fputc(byte, file);
}

/* U+FFFE and U+FFFF. */
static int is_noncharacter(const char *bytes, size_t length)
{
	return length == 3 &&
	       (!memcmp(bytes, "\xef\xbf\xbe", 3) || !memcmp(bytes, "\xef\xbf\xbf", 3));
}

void xml_write(const char *text, FILE *file)
{
	size_t left = strlen(text);

	while (left) {
		size_t length = text_utf8_length(text, left);

		if (length == 1)
			write_ascii(*text, file);
		else if (!length || is_noncharacter(text, length))
			fputs(REPLACEMENT, file);
		else
			fwrite(text, 1, length, file);
		length += !length;
		text += length;
		left -= length;
	}
}
