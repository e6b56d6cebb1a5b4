// SPDX-License-Identifier: Apache-2.0
#include "util/base64.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "util/cleanup.h"

static void expect(const char *text, const char *bytes, size_t length)
{
	_cleanup_(freep) unsigned char *decoded = NULL;
	size_t n = 0;

	cr_assert_eq(base64_decode(text, &decoded, &n), 0, "%s", text);
	cr_expect_eq(n, length, "%s", text);
	cr_expect(!memcmp(decoded, bytes, length), "%s", text);
	cr_expect_eq(decoded[n], '\0');
}

/* RFC 4648, section 10. */
Test(base64, decodes_what_the_rfc_gives)
{
	expect("", "", 0);
	expect("Zg==", "f", 1);
	expect("Zm8=", "fo", 2);
	expect("Zm9v", "foo", 3);
	expect("Zm9vYg==", "foob", 4);
	expect("Zm9vYmE=", "fooba", 5);
	expect("Zm9vYmFy", "foobar", 6);
	expect("AP/+", "\0\xff\xfe", 3);
	expect(" Zm9v\r\nYmFy\n", "foobar", 6);
}

Test(base64, refuses_what_is_not)
{
	static const char *const wrong[] = {"Z",     "Zg",	 "Zg=",	 "Zm8",
					    "Zm9v=", "Zg==Zg==", "Zm9-", "Zm9_",
					    "====",  "Zm9v\x80"};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		unsigned char *decoded = NULL;
		size_t n;

		cr_expect_eq(base64_decode(wrong[i], &decoded, &n), -EINVAL, "%s",
			     wrong[i]);
	}
}
