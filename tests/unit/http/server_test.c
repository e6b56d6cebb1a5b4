// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"
#include "handover.h"

/* What is served, and what is refused. */

static void start_both(void)
{
	start("127.0.0.1:0", 64);
}

TestSuite(http_server, .init = start_both, .fini = stop, .timeout = 60);

struct example {
	const char *method, *path, *body, *type;
	bool tcp;
	long status;
	const char *says; /* in the body or the headers */
};

static const struct example examples[] = {
	{"GET", "/v1/status", NULL, NULL, false, 200, "\"ready\":true"},
	{"GET", "/v1/status", NULL, NULL, true, 200, "\"ready\":true"},
	{"GET", "/v1/pods", NULL, NULL, true, 200, "items"},
	{"GET", "/v1/policies", NULL, NULL, true, 200, "errors"},
	{"GET", "/v1/containers/abc", NULL, NULL, false, 200, "abc"},
	{"GET", "/v1/containers/abc", NULL, NULL, true, 404, "error"},
	{"GET", "/v1/denies", NULL, NULL, false, 200, "items"},
	{"GET", "/v1", NULL, NULL, false, 200, "/v1/reload"},
	{"GET", "/v1/totals", NULL, NULL, false, 500, "out of memory"},
	{"GET", "/healthz", NULL, NULL, true, 200, "ok\n"},
	{"GET", "/readyz", NULL, NULL, true, 200, "ok\n"},
	{"GET", "/metrics", NULL, NULL, true, 200, "version=0.0.4"},
	{"GET", "/", NULL, NULL, true, 404, "GET /v1 lists"},
	{"GET", "/v1/", NULL, NULL, false, 404, "there is no /v1/;"},
	{"GET", "/v1/statuses", NULL, NULL, false, 404, "/v1/statuses"},
	{"GET", "/v1/%1b%5b31m", NULL, NULL, false, 404, "\\\\x1b[31m"},
	{"DELETE", "/v1/status", NULL, NULL, false, 405, "Allow: GET, HEAD\r"},
	{"PUT", "/v1/denies", "{}", NULL, false, 405, "Allow: GET, HEAD, POST, DELETE\r"},
	{"GET", "/v1/denies/7", NULL, NULL, false, 405, "Allow: DELETE\r"},
	{"GET", "/v1/denies/7/8", NULL, NULL, false, 404, "error"},
	{"GET", "/v1/denies/", NULL, NULL, false, 404, "error"},
	{"OPTIONS", "/v1/status", NULL, NULL, false, 405, "Allow: GET, HEAD\r"},
	{"GET", "/v1/reload", NULL, NULL, false, 405, "Allow: POST\r"},
	{"POST", "/v1/pause", "{}", NULL, false, 200, "\"paused\":true"},
	{"POST", "/v1/pause", "[]", NULL, false, 400, "send {}, or"},
	{"POST", "/v1/pause", "{}", "text/plain", false, 415, "Content-Type"},
	{"POST", "/v1/pause", "{}", NULL, true, 405, "read-only"},
	{"DELETE", "/v1/pause", NULL, NULL, false, 200, "\"paused\":false"},
	{"DELETE", "/v1/pause", NULL, NULL, true, 405, "read-only"},
	{"POST", "/v1/denies", "{}", NULL, true, 405, "read-only"},
	{"DELETE", "/v1/denies/7", NULL, NULL, true, 405, "Allow: GET, HEAD\r"},
	{"POST", "/v1/reload", NULL, NULL, true, 405, "read-only"},
	{"GET", "/v1/reload", NULL, NULL, true, 404, "error"},
	{"GET", "/v1/status?pod=x&Limit=3", NULL, NULL, false, 400,
	 "\\\"pod\\\", \\\"Limit\\\""},
	{"GET", "/v1/denials?limit=1&limit=2", NULL, NULL, false, 400, "twice"},
	{"GET", "/v1/denials?pod=a%00b", NULL, NULL, false, 400, "NUL"},
	{"GET", "/v1/denials?limit=", NULL, NULL, false, 400, "limit is a number"},
	{"GET", "/v1/denials?limit=-1", NULL, NULL, false, 400, "limit is a number"},
	{"GET", "/v1/denials?limit=1001", NULL, NULL, false, 400, "0 to 1000"},
	{"GET", "/v1/denials?since=18446744073709551616", NULL, NULL, false, 400,
	 "since"},
	{"GET", "/v1/denials?follow=yes", NULL, NULL, false, 400, "true or false"},
	{"GET", "/v1/denials?verdict=allow", NULL, NULL, false, 400, "verdict is"},
	{"GET", "/v1/denials?hook=fileopen", NULL, NULL, false, 400, "as file_open"},
	{"POST", "/v1/denies", "{\"pod\":\"a/b\"}", NULL, false, 201,
	 "Location: /v1/denies/7\r"},
	{"POST", "/v1/denies", "{}", "application/json; charset=utf-8", false, 201, "7"},
	{"POST", "/v1/denies", "{}", "application/jsonx", false, 415, "Content-Type"},
	{"POST", "/v1/denies", "{}", "text/plain", false, 415, "Content-Type"},
	{"POST", "/v1/denies", "{\"a\":", NULL, false, 400, "no JSON"},
	{"POST", "/v1/denies", "", NULL, false, 400, "no JSON"},
	{"POST", "/v1/denies", "{\"a\":1,\"a\":2}", NULL, false, 400, "no JSON"},
	{"POST", "/v1/denies", "[1]", NULL, false, 400, "no object"},
	{"DELETE", "/v1/denies", NULL, NULL, false, 400, "which pod"},
	{"DELETE", "/v1/denies?pod=web", NULL, NULL, false, 400, "which pod"},
	{"DELETE", "/v1/denies?pod=a/b/c", NULL, NULL, false, 400, "which pod"},
	{"DELETE", "/v1/denies?pod=a/b", NULL, NULL, false, 200, "items"},
	{"POST", "/v1/reload", NULL, NULL, false, 200, "\"policies\":3"},
};

static void expect_answer(const struct example *example)
{
	struct reply reply = request(.method = example->method, .path = example->path,
				     .body = example->body, .type = example->type,
				     .tcp = example->tcp);

	cr_expect(reply.status == example->status, "%s %s: %ld", example->method,
		  example->path, reply.status);
	cr_expect(!!strstr(reply.body, example->says) ||
			  strstr(reply.headers, example->says),
		  "%s %s: %s%s", example->method, example->path, reply.headers,
		  reply.body);
	cr_expect(has_header(&reply, "nosniff") && has_header(&reply, "no-store"));
	if (reply.status >= 400) {
		cr_expect(has_header(&reply, "Content-Type: application/json"));
		cr_expect(json_is_string(json_object_get(reply.json, "error")));
		cr_expect(!strchr(error_of(&reply), '\n'));
	}
	reply_clear(&reply);
}

Test(http_server, answers)
{
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++)
		expect_answer(&examples[i]);
}

Test(http_server, lists_on_tcp_only_what_tcp_answers)
{
	struct reply reply = request(.path = "/v1", .tcp = true);

	cr_expect(!!strstr(reply.body, "/v1/denials"));
	cr_expect(!strstr(reply.body, "POST"));
	cr_expect(!strstr(reply.body, "DELETE"));
	reply_clear(&reply);
}

Test(http_server, head_is_get_without_the_body)
{
	struct reply get = request(.path = "/v1/status");
	struct reply head = request(.method = "HEAD", .path = "/v1/status");

	cr_expect_eq((int)head.status, 200);
	cr_expect_eq(head.length, 0);
	cr_expect(has_header(&get, "Content-Length: 14\r"));
	cr_expect(has_header(&head, "Content-Length: 14\r"));
	reply_clear(&get);
	reply_clear(&head);
}

Test(http_server, head_of_a_stream_ends)
{
	struct reply head = request(.method = "HEAD", .path = "/v1/denials?follow=true");

	cr_expect_eq((int)head.status, 200);
	reply_clear(&head);
}

Test(http_server, says_why_it_is_not_ready)
{
	struct reply reply;

	fixture.agent.ready = false;
	reply = request(.path = "/readyz", .tcp = true);
	cr_expect_eq((int)reply.status, 503);
	cr_expect_str_eq(reply.body, "policies are being read\n");
	reply_clear(&reply);
	reply = request(.path = "/healthz", .tcp = true);
	cr_expect_eq((int)reply.status, 200);
	reply_clear(&reply);
}

Test(http_server, hands_the_request_over_as_it_is)
{
	const char *body = "{\"pod\":\"a/b\",\"connect\":\"10.0.0.0/8:80\",\"for\":60}";
	_cleanup_(json_decrefp) json_t *expected = json_loads(body, 0, NULL);
	struct reply reply =
		request(.method = "POST", .path = "/v1/denies", .body = body);

	cr_expect(json_equal(fixture.agent.last_request, expected));
	reply_clear(&reply);
}

Test(http_server, takes_back_by_id_and_by_pod)
{
	struct reply reply = request(.method = "DELETE", .path = "/v1/denies/12");

	cr_expect_str_eq(fixture.agent.last_id, "12");
	cr_expect_str_eq(fixture.agent.last_pod, "");
	reply_clear(&reply);
	reply = request(.method = "DELETE", .path = "/v1/denies?pod=shop/web%2D1");
	cr_expect_str_eq(fixture.agent.last_id, "");
	cr_expect_str_eq(fixture.agent.last_pod, "shop/web-1");
	reply_clear(&reply);
}

Test(http_server, tells_the_agents_errors_apart)
{
	static const struct {
		int error;
		long status;
	} table[] = {{-EINVAL, 422}, {-ENOENT, 404}, {-EBUSY, 409},
		     {-ENOSPC, 503}, {-ENOMEM, 500}, {-EIO, 500}};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct reply reply;

		fixture.agent.error = table[i].error;
		reply = request(.method = "POST", .path = "/v1/denies", .body = "{}");
		cr_expect_eq(reply.status, table[i].status);
		cr_expect_str_eq(error_of(&reply),
				 "it is \\x1b[31mrefused; try\\x0aanother");
		reply_clear(&reply);
	}
}

Test(http_server, another_lsmd_learns_whether_this_one_goes)
{
	cr_expect_eq(handover_ask(fixture.path), 0);
	fixture.agent.error = -EBUSY;
	cr_expect_eq(handover_ask(fixture.path), -EBUSY);
	cr_expect_eq(handover_ask("/nowhere"), -ECONNREFUSED);
}

Test(http_server, a_failed_reload_gives_the_errors_with_it)
{
	struct reply reply;

	fixture.agent.error = -EINVAL;
	reply = request(.method = "POST", .path = "/v1/reload");
	cr_expect_eq(reply.status, 422);
	cr_expect(!!strstr(error_of(&reply), "stays in force"));
	cr_expect(!!strstr(reply.body, "\"policies\":3"));
	reply_clear(&reply);
}

static char *make_body(size_t length)
{
	char *body = malloc(length);

	memset(body, ' ', length);
	body[0] = '{';
	body[length - 1] = '}';
	return body;
}

Test(http_server, takes_a_body_of_64_kib_and_none_longer)
{
	_cleanup_(freep) char *body = make_body(2 << 20);
	struct reply reply;

	body[65535] = '}';
	reply = request(.method = "POST", .path = "/v1/denies", .body = body,
			.length = 65536);
	cr_expect_eq(reply.status, 201);
	reply_clear(&reply);
	reply = request(.method = "POST", .path = "/v1/denies", .body = body,
			.length = 65537);
	cr_expect_eq(reply.status, 413);
	cr_expect(!!strstr(error_of(&reply), "65536"));
	reply_clear(&reply);
	reply = request(.method = "POST", .path = "/v1/denies", .body = body,
			.length = 900000);
	cr_expect_eq(reply.status, 413);
	reply_clear(&reply);
}

Test(http_server, cuts_a_body_that_never_ends)
{
	_cleanup_(freep) char *block = make_body(65536);
	int fd = connect_raw();
	ssize_t sent = 0;

	signal(SIGPIPE, SIG_IGN);
	send_raw(fd, "POST /v1/denies HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
		     "chunked\r\n\r\n");
	for (int i = 0; i < 256 && sent >= 0; i++) {
		send(fd, "10000\r\n", 7, MSG_NOSIGNAL);
		send(fd, block, 65536, MSG_NOSIGNAL);
		sent = send(fd, "\r\n", 2, MSG_NOSIGNAL);
	}
	cr_expect_lt((int)sent, 0, "16 MiB were taken");
	close(fd);
}

Test(http_server, survives_what_is_no_http)
{
	static const char *const texts[] = {
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
		"\r\n\r\n\r\n",
		"GET\r\n\r\n",
		"GET / HTTP/9.9\r\n\r\n",
		"GET /v1 HTTP/1.1\r\n\r\n",
		"GET /%%%zz HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /v1/denies HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
		"POST /v1/denies HTTP/1.1\r\nHost: x\r\nContent-Length: "
		"99999999999999999999\r\n\r\n",
		"POST /v1/denies HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
		"chunked\r\n\r\nzz\r\n",
		"GET /v1?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q HTTP/1.1\r\nHost: x\r\n\r\n",
	};
	char buffer[4096];
	struct reply reply;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		int fd = connect_raw();

		send_raw(fd, texts[i]);
		shutdown(fd, SHUT_WR);
		read_until(fd, "never seen", buffer, sizeof(buffer));
		cr_expect(!strstr(buffer, " 200 "), "%s", texts[i]);
		close(fd);
	}
	reply = request(.path = "/healthz");
	cr_expect_eq(reply.status, 200);
	reply_clear(&reply);
}

Test(http_server, idle_tcp_connections_do_not_starve_the_control_socket)
{
	int fds[300];
	struct reply reply;

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = connect_tcp();
	for (int i = 0; i < 20; i++) {
		reply = request(.path = "/v1/status");
		cr_expect_eq(reply.status, 200);
		reply_clear(&reply);
	}
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
}

Test(http_server, one_address_gets_a_bounded_number_of_connections)
{
	int fds[32], n_refused = 0;
	char buffer[512];

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = connect_tcp();
		send(fds[i], "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 34,
		     MSG_NOSIGNAL);
		n_refused += !read_until(fds[i], "ok\n", buffer, sizeof(buffer));
	}
	cr_expect_eq(n_refused, 16);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
}
