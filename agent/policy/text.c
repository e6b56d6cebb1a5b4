// SPDX-License-Identifier: Apache-2.0
#include "policy/text.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "policy/yaml.h"
#include "util/cleanup.h"
#include "util/file.h"

static int too_large(const char *source, struct diagnostics *diagnostics)
{
	int r = diagnostics_add(
		diagnostics, SEVERITY_ERROR, source, 0, 0,
		"the text is larger than %u MiB; split it into several files",
		YAML_MAX_BYTES >> 20);

	return r ? r : -EINVAL;
}

int text_read_file(const char *path, struct diagnostics *diagnostics, char **ret_text,
		   size_t *ret_length)
{
	int r = file_read(path, YAML_MAX_BYTES, ret_text, ret_length);
	int e;

	if (!r || r == -ENOMEM)
		return r;
	if (r == -EFBIG)
		return too_large(path, diagnostics);
	e = diagnostics_add(diagnostics, SEVERITY_ERROR, path, 0, 0,
			    "cannot be read: %s; name a regular file that can be read",
			    strerror(-r));
	return e ? e : r;
}

size_t text_utf8_length(const char *bytes, size_t length)
{
	static const struct {
		uint8_t first_low, first_high, second_low, second_high, length;
	} forms[] = {
		/* Unicode 15, table 3-7: well-formed byte sequences. */
		{0x00, 0x7f, 0x00, 0xff, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2},
		{0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
		{0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
		{0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	const uint8_t *byte = (const uint8_t *)bytes;

	for (size_t i = 0; length && i < ARRAY_SIZE(forms); i++) {
		if (byte[0] < forms[i].first_low || byte[0] > forms[i].first_high)
			continue;
		if (forms[i].length == 1)
			return 1;
		if (length < forms[i].length || byte[1] < forms[i].second_low ||
		    byte[1] > forms[i].second_high)
			return 0;
		for (size_t at = 2; at < forms[i].length; at++)
			if ((byte[at] & 0xc0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

int text_check(const char *text, size_t length, const char *source,
	       struct diagnostics *diagnostics)
{
	unsigned line = 1, column = 1;
	size_t step;
	int r;

	if (length > YAML_MAX_BYTES)
		return too_large(source, diagnostics);
	for (size_t i = 0; i < length; i += step) {
		step = text_utf8_length(text + i, length - i);
		if (!step || !text[i]) {
			r = diagnostics_add(
				diagnostics, SEVERITY_ERROR, source, line, column,
				"byte 0x%02x is not text; the file must be UTF-8 "
				"without NUL bytes",
				(unsigned char)text[i]);
			return r ? r : -EINVAL;
		}
		column++;
		if (text[i] == '\n') {
			line++;
			column = 1;
		}
	}
	return 0;
}
