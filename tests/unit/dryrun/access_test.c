// SPDX-License-Identifier: Apache-2.0
#include "record.h"
#include "util/cleanup.h"

static char *text_of(struct record record)
{
	struct access access;
	char *text;

	cr_assert_eq(access_read(&record.event, &access), 0);
	text = access_text(&access);
	access_clear(&access);
	return text;
}

#define expect_text(record, wanted)                                                      \
	do {                                                                             \
		_cleanup_(freep) char *text = text_of(record);                           \
		cr_expect_str_eq(text, wanted);                                          \
	} while (0)

Test(access, is_what_the_record_says)
{
	expect_text(executed("/bin/sh"), "exec /bin/sh");
	expect_text(opened("/etc/passwd", ACCESS_READ), "open /etc/passwd:r");
	expect_text(opened("/", ACCESS_READ), "open /:r");
	expect_text(opened("/tmp/x", ACCESS_READ | ACCESS_WRITE), "open /tmp/x:rw");
	expect_text(made_socket(AF_INET, SOCK_RAW, 1), "socket inet,raw,icmp");
	expect_text(connected("192.0.2.1", 443, 6), "connect 192.0.2.1:443/tcp");
	expect_text(connected("2001:db8::1", 53, 17), "connect [2001:db8::1]:53/udp");
}

Test(access, shows_what_is_missing_of_a_path)
{
	struct record truncated = opened("/b/c", ACCESS_READ);

	truncated.event.flags = DENIAL_F_TRUNCATED;
	expect_text(truncated, "open .../b/c:r");
}

Test(access, shows_what_has_no_name_without_a_slash)
{
	struct record nameless = executed("/memfd:x");

	nameless.event.flags = DENIAL_F_NO_NAME;
	expect_text(nameless, "exec memfd:x");
}

Test(access, of_a_name_that_steers_a_terminal_is_escaped)
{
	expect_text(opened("/tmp/\x1b[2J", ACCESS_READ), "open /tmp/\\x1b[2J:r");
}

Test(access, differs_by_each_of_its_parts)
{
	const struct record records[] = {
		executed("/bin/sh"),
		executed("/bin/cat"),
		opened("/bin/sh", ACCESS_READ),
		opened("/bin/sh", ACCESS_WRITE),
		made_socket(AF_INET, SOCK_RAW, 1),
		made_socket(AF_INET, SOCK_RAW, 2),
		made_socket(AF_INET6, SOCK_RAW, 1),
		made_socket(AF_INET, SOCK_STREAM, 1),
		connected("192.0.2.1", 443, 6),
		connected("192.0.2.2", 443, 6),
		connected("192.0.2.1", 444, 6),
		connected("192.0.2.1", 443, 17),
	};

	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		for (size_t k = 0; k < ARRAY_SIZE(records); k++) {
			struct access a, b;

			cr_assert_eq(access_read(&records[i].event, &a), 0);
			cr_assert_eq(access_read(&records[k].event, &b), 0);
			cr_expect_eq(access_compare(&a, &b) == 0, i == k, "%zu %zu", i,
				     k);
			cr_expect_eq(access_compare(&a, &b) > 0,
				     access_compare(&b, &a) < 0);
			access_clear(&a);
			access_clear(&b);
		}
}
