// SPDX-License-Identifier: Apache-2.0
#include "report/escape.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

static void is(const char *bytes, const char *expected)
{
	char *text = escape(bytes);

	cr_expect(eq(str, text, (char *)expected));
	free(text);
}

static void path_is(const char *names, size_t length, const char *prefix,
		    const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	escape_path_write(names, length, prefix, file);
	fclose(file);
	cr_expect(eq(str, text, (char *)expected));
	free(text);
}

#define PATH(names, prefix, expected) path_is(names, sizeof(names) - 1, prefix, expected)

Test(escape, leaves_text_as_it_is)
{
	is("", "");
	is("usr/bin/sh", "usr/bin/sh");
	is("a b \"c\" 'd' <e>", "a b \"c\" 'd' <e>");
	is("Größe \xe2\x82\xac \xf0\x9f\x98\x80", "Größe \xe2\x82\xac \xf0\x9f\x98\x80");
}

Test(escape, writes_bytes_that_are_no_text)
{
	is("\xff", "\\xff");
	is("a\xc3", "a\\xc3");
	is("\xed\xa0\x80", "\\xed\\xa0\\x80");
	is("\xc0\xaf", "\\xc0\\xaf");
}

Test(escape, writes_what_would_deceive_a_reader)
{
	is("a\nb\r\t", "a\\x0ab\\x0d\\x09");
	is("\x1b[31m", "\\x1b[31m");
	is("\x7f", "\\x7f");
	is("\xc2\x9b"
	   "2J",
	   "\\xc2\\x9b2J");
	is("x\xe2\x80\xaegnp.exe", "x\\xe2\\x80\\xaegnp.exe");
}

Test(escape, is_unambiguous)
{
	is("\\", "\\\\");
	is("\\x0a", "\\\\x0a");
	is("a\\\nb", "a\\\\\\x0ab");
}

Test(escape, turns_names_into_a_path)
{
	PATH("passwd\0etc\0", "/", "/etc/passwd");
	PATH("sh\0", "/", "/sh");
	PATH("", "/", "/");
	PATH("c\0b\0a\0", ".../", ".../a/b/c");
	PATH("memfd:x\0", "", "memfd:x");
	PATH("", "", "");
}

Test(escape, keeps_names_of_a_path_apart)
{
	PATH("a/b\0etc\0", "/", "/etc/a\\x2fb");
	PATH("memfd:../../etc/passwd\0", "", "memfd:..\\x2f..\\x2fetc\\x2fpasswd");
	PATH("a\\b\0\x01\0", "/", "/\\x01/a\\\\b");
}

Test(escape, survives_names_that_no_kernel_writes)
{
	PATH("passwd\0etc", "/", "/etc/passwd");
	PATH("\0", "/", "/");
	PATH("\0\0", "/", "//");
	PATH("a\0\0", "/", "//a");
}
