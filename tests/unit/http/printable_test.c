// SPDX-License-Identifier: Apache-2.0
#include "util/printable.h"

#include <criterion/criterion.h>
#include <string.h>

#include "util/cleanup.h"

static void expect(const char *bytes, size_t length, const char *shown)
{
	_cleanup_(freep) char *text = printable(bytes, length);

	cr_expect_str_eq(text, shown);
}

#define EXPECT(literal, shown) expect(literal, sizeof(literal) - 1, shown)

Test(printable, leaves_text_as_it_is)
{
	EXPECT("", "");
	EXPECT("/usr/bin/env", "/usr/bin/env");
	EXPECT("Grüße, 日本 \xf0\x9f\x90\x9d", "Grüße, 日本 \xf0\x9f\x90\x9d");
}

Test(printable, shows_control_characters_as_bytes)
{
	EXPECT("a\x1b[31m\nb\0c\x7f", "a\\x1b[31m\\x0ab\\x00c\\x7f");
	EXPECT("\xc2\x9b"
	       "31m",
	       "\\xc2\\x9b31m");
}

Test(printable, lets_no_character_turn_the_line_around)
{
	EXPECT("\xe2\x80\xae", "\\xe2\\x80\\xae");
	EXPECT("\xe2\x81\xa6", "\\xe2\\x81\\xa6");
	EXPECT("\xe2\x80\xa8", "\\xe2\\x80\\xa8");
}

Test(printable, shows_what_is_no_utf8_as_bytes)
{
	EXPECT("\xff", "\\xff");
	EXPECT("\x80", "\\x80");
	EXPECT("\xc3", "\\xc3");
	EXPECT("\xe2\x80", "\\xe2\\x80");
	EXPECT("\xc0\xaf", "\\xc0\\xaf");
	EXPECT("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
	EXPECT("\xed\xa0\x80", "\\xed\\xa0\\x80");
	EXPECT("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	EXPECT("\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80");
	EXPECT("\xc3"
	       "a",
	       "\\xc3"
	       "a");
}
