/* SPDX-License-Identifier: Apache-2.0 */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "policy/event_terms.h"
#include "util/cleanup.h"

/* What comes back when a text is read and written, "" when it is refused with a reason.
 */
static char *again(enum eval_kind kind, const char *text)
{
	_cleanup_(freep) char *message = NULL;
	struct event event;
	char *written;
	int r = event_parse(kind, text, &event, &message);

	if (r < 0) {
		cr_expect_eq(r, -EINVAL);
		cr_expect(message && strchr(message, ';'), "no remedy in: %s", message);
		return strdup("");
	}
	written = event_text(&event.eval);
	event_clear(&event);
	return written;
}

static void expect(enum eval_kind kind, const char *text, const char *wanted)
{
	_cleanup_(freep) char *got = again(kind, text);

	cr_expect_str_eq(got, wanted, "%s is read as \"%s\"", text, got);
}

Test(event, paths_are_taken_as_they_are)
{
	expect(EVAL_EXEC, "/bin/sh", "exec /bin/sh");
	expect(EVAL_EXEC, "/", "exec /");
	expect(EVAL_EXEC, "/a/...", "exec /a/...");
	expect(EVAL_EXEC, "/a*[b", "exec /a*[b");
	expect(EVAL_EXEC, "/a:r", "exec /a:r");
}

Test(event, what_no_file_is_called_is_refused)
{
	static const char *const wrong[] = {"",	   "a",	 "a/b",	  "//",	   "/a//b",
					    "/a/", "/.", "/a/..", "/../a", "/a/./b"};
	char name[300] = "/";

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		expect(EVAL_EXEC, wrong[i], "");
	memset(name + 1, 'a', 256);
	expect(EVAL_EXEC, name, "");
}

Test(event, opening_reads_unless_it_says_more)
{
	expect(EVAL_OPEN, "/a", "open /a:r");
	expect(EVAL_OPEN, "/a:w", "open /a:w");
	expect(EVAL_OPEN, "/a:rw", "open /a:rw");
	expect(EVAL_OPEN, "/a:x", "open /a:x:r");
	expect(EVAL_OPEN, "/a:r:r", "open /a:r:r");
	expect(EVAL_OPEN, ":r", "");
}

Test(event, sockets_are_words_or_numbers)
{
	expect(EVAL_SOCKET, "inet", "socket inet,stream");
	expect(EVAL_SOCKET, "INET6,dgram,udp", "socket inet6,dgram,udp");
	expect(EVAL_SOCKET, "2,3,1", "socket inet,raw,icmp");
	expect(EVAL_SOCKET, "packet", "socket packet,raw");
	expect(EVAL_SOCKET, "inet,stream,262", "socket inet,stream,mptcp");
	expect(EVAL_SOCKET, "200,raw,60000", "socket 200,raw,60000");
	expect(EVAL_SOCKET, "infet", "");
	expect(EVAL_SOCKET, "inet,", "");
	expect(EVAL_SOCKET, "inet,raw,icmp,x", "");
	expect(EVAL_SOCKET, "", "");
}

Test(event, addresses_have_a_port_and_perhaps_a_protocol)
{
	expect(EVAL_CONNECT, "192.0.2.1:443", "connect 192.0.2.1:443/tcp");
	expect(EVAL_CONNECT, "192.0.2.1:0/udp", "connect 192.0.2.1:0/udp");
	expect(EVAL_CONNECT, "[2001:db8::1]:53/17", "connect [2001:db8::1]:53/udp");
	expect(EVAL_CONNECT, "[::]:65535", "connect [::]:65535/tcp");
	expect(EVAL_CONNECT, "192.0.2.1", "");
	expect(EVAL_CONNECT, "192.0.2.1:65536", "");
	expect(EVAL_CONNECT, "192.0.2:1", "");
	expect(EVAL_CONNECT, "2001:db8::1:53", "");
	expect(EVAL_CONNECT, "[192.0.2.1]:53", "");
	expect(EVAL_CONNECT, "[]:53", "");
	expect(EVAL_CONNECT, "192.0.2.1:1/tpc", "");
	expect(EVAL_CONNECT, "", "");
}

Test(event, a_path_that_would_steer_a_terminal_is_escaped)
{
	expect(EVAL_EXEC, "/\x1b[2J", "exec /\\x1b[2J");
}

Test(event, unix_sockets_have_a_path_or_a_name_of_their_own)
{
	_cleanup_(freep) char *name = NULL;

	expect(EVAL_UNIX, "/run/a.sock", "unix /run/a.sock");
	expect(EVAL_UNIX, "@a//b/", "unix @a//b/");
	expect(EVAL_UNIX, "run/a.sock", "");
	cr_assert_gt(asprintf(&name, "@%0108d", 0), 0);
	expect(EVAL_UNIX, name, "");
}

Test(event, says_all_that_is_said_besides)
{
	static const char *const terms[][2] = {
		{"from", "/f"},	    {"fromScript", "/g"},
		{"script", "/s"},   {"called", "/c"},
		{"identity", "/i"}, {"with", "fileless,other-namespace"},
		{"from", "/e"},	    {"with", "stdio-socket"}};
	struct event_terms said = {0};
	struct event event;
	_cleanup_(freep) char *text = NULL;

	cr_assert_eq(event_parse(EVAL_EXEC, "-", &event, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(terms); i++)
		cr_assert_eq(event_terms_add(&said, terms[i][0], terms[i][1], NULL), 0);
	cr_assert_eq(event_terms_apply(&said, &event, 1, NULL), 0);
	text = event_text(&event.eval);
	cr_expect_str_eq(text,
			 "exec - (from /e, running /g, by #! of /s, called /c, the "
			 "same file as /i, fileless, stdio-socket, other-namespace)");
	event_clear(&event);
	event_terms_clear(&said);
}
