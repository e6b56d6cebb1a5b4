// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

/* Denials as a list and as a stream. */

#define CAPACITY 64

static void start_local(void)
{
	start("127.0.0.1:0", CAPACITY);
}

TestSuite(http_denials, .init = start_local, .fini = stop, .timeout = 60);
TestSuite(http_follow, .init = start_local, .fini = stop, .timeout = 60);

static json_int_t number(const json_t *json, const char *key)
{
	return json_integer_value(json_object_get(json, key));
}

/* "3 4 5": the sequences of a list. */
static char *sequences(const char *path)
{
	static char text[1024];
	struct reply reply = request(.path = path);
	const json_t *items = json_object_get(reply.json, "items");
	size_t used = 0, i;
	json_t *item;

	text[0] = '\0';
	json_array_foreach (items, i, item)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%s%" JSON_INTEGER_FORMAT, i ? " " : "",
					 number(item, "sequence"));
	reply_clear(&reply);
	return text;
}

Test(http_denials, gives_the_newest_oldest_first)
{
	add_denials(8);
	cr_expect_str_eq(sequences("/v1/denials"), "1 2 3 4 5 6 7 8");
	cr_expect_str_eq(sequences("/v1/denials?limit=3"), "6 7 8");
	cr_expect_str_eq(sequences("/v1/denials?limit=0"), "");
	cr_expect_str_eq(sequences("/v1/denials?since=5"), "6 7 8");
	cr_expect_str_eq(sequences("/v1/denials?since=5&limit=1"), "8");
	cr_expect_str_eq(sequences("/v1/denials?since=8"), "");
	cr_expect_str_eq(sequences("/v1/denials?since=99"), "");
}

Test(http_denials, filters_before_it_limits)
{
	add_denials(8);
	cr_expect_str_eq(sequences("/v1/denials?pod=db"), "1 3 5 7");
	cr_expect_str_eq(sequences("/v1/denials?pod=db&limit=2"), "5 7");
	cr_expect_str_eq(sequences("/v1/denials?pod=db&since=1&limit=9"), "3 5 7");
	cr_expect_str_eq(
		sequences("/v1/denials?namespace=shop&container=c&verdict=deny&limit=1"),
		"8");
	cr_expect_str_eq(sequences("/v1/denials?namespace=other"), "");
	cr_expect_str_eq(sequences("/v1/denials?verdict=kill"), "");
	cr_expect_str_eq(sequences("/v1/denials?hook=file_open"), "");
	cr_expect_str_eq(sequences("/v1/denials?pod="), "");
}

Test(http_denials, says_what_the_history_lost)
{
	struct reply reply;

	add_denials(CAPACITY + 6);
	reply = request(.path = "/v1/denials?limit=2");
	cr_expect_eq((int)number(reply.json, "last"), CAPACITY + 6);
	cr_expect_eq((int)number(reply.json, "dropped"), 6);
	reply_clear(&reply);
}

static const char *const header_end = "application/x-ndjson\r\n";

static bool try_follow(int fd, const char *query, const char *expect)
{
	char line[256], buffer[65536];

	snprintf(line, sizeof(line),
		 "GET /v1/denials?follow=true%s HTTP/1.1\r\nHost: x\r\n\r\n", query);
	return send(fd, line, strlen(line), MSG_NOSIGNAL) > 0 &&
	       read_until(fd, expect, buffer, sizeof(buffer));
}

static int follow(const char *query, const char *expect)
{
	int fd = connect_raw();

	cr_expect(try_follow(fd, query, expect), "%s", query);
	return fd;
}

/* Until a place is free; that a connection ended is noticed by the loop, not at once. */
static bool has_place(int (*connect)(void))
{
	bool ok = false;

	for (int i = 0; i < 100 && !ok; i++) {
		int fd = connect();

		ok = try_follow(fd, "", header_end);
		close(fd);
		usleep(20000);
	}
	return ok;
}

Test(http_follow, begins_with_the_newest_and_goes_on)
{
	char buffer[65536];
	int fd;

	add_denials(5);
	fd = follow("&limit=2", "\"sequence\":5");
	add_denials(2);
	cr_expect(read_until(fd, "\"sequence\":7", buffer, sizeof(buffer)));
	cr_expect(!!strstr(buffer, "\"sequence\":6"));
	close(fd);
}

Test(http_follow, begins_with_nothing_when_asked_to)
{
	char buffer[65536];
	int fd;

	add_denials(5);
	fd = follow("&limit=0", header_end);
	add_denials(1);
	cr_expect(read_until(fd, "\"sequence\":6", buffer, sizeof(buffer)));
	cr_expect(!strstr(buffer, "\"sequence\":5"));
	cr_expect(!strstr(buffer, "dropped"));
	close(fd);
}

Test(http_follow, shows_what_matches_alone)
{
	char buffer[65536];
	int fd = follow("&pod=db", header_end);

	add_denials(5);
	cr_expect(read_until(fd, "\"sequence\":5", buffer, sizeof(buffer)));
	cr_expect(!!strstr(buffer, "\"sequence\":1"));
	cr_expect(!strstr(buffer, "\"sequence\":4"));
	close(fd);
}

Test(http_follow, a_sequence_from_before_a_restart_hides_nothing)
{
	char buffer[65536];
	int fd = follow("&since=1000", header_end);

	add_denials(1);
	cr_expect(read_until(fd, "\"sequence\":1", buffer, sizeof(buffer)));
	close(fd);
}

Test(http_follow, a_slow_reader_is_told_what_it_lost)
{
	unsigned next = 1, dropped = 0, n = 6000;
	int fd = follow("&limit=0", header_end);
	FILE *file = fdopen(fd, "r");
	char line[4096];

	add_denials(n);
	while (next <= n && fgets(line, sizeof(line), file)) {
		const char *lost = strstr(line, "{\"dropped\":"),
			   *sequence = strstr(line, "\"sequence\":");

		if (lost) {
			dropped += (unsigned)atoi(lost + 11);
			next += (unsigned)atoi(lost + 11);
		} else if (sequence) {
			cr_assert_eq((unsigned)atoi(sequence + 11), next);
			next++;
		}
	}
	cr_expect_eq(next, n + 1);
	cr_expect_gt(dropped, 0);
	fclose(file);
}

Test(http_follow, the_33rd_is_turned_away_until_one_leaves)
{
	struct reply reply;
	int fds[32];

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = follow("", header_end);
	reply = request(.path = "/v1/denials?follow=true");
	cr_expect_eq(reply.status, 503);
	reply_clear(&reply);
	reply = request(.path = "/v1/denials");
	cr_expect_eq(reply.status, 200);
	reply_clear(&reply);
	/* No denial comes by which the loop could notice: it has to see the end itself.
	 */
	close(fds[7]);
	cr_expect(has_place(connect_raw));
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (i != 7)
			close(fds[i]);
}

Test(http_follow, a_tcp_client_that_left_gives_its_place_back)
{
	int fds[16]; /* as many as one address has */

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = connect_tcp();
		cr_expect(try_follow(fds[i], "", header_end));
	}
	close(fds[7]);
	cr_expect(has_place(connect_tcp));
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (i != 7)
			close(fds[i]);
}

static double cpu_seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

Test(http_follow, waiting_costs_nothing)
{
	int follower = follow("&limit=0", header_end), half = connect_raw(),
	    idle = connect_raw();
	double before;

	send_raw(half, "GET /v1/denials?follow=true HTTP/1.1\r\nHost: x\r\n\r\n");
	shutdown(half, SHUT_WR);
	usleep(100000);
	before = cpu_seconds();
	usleep(1000000);
	cr_expect_lt(cpu_seconds() - before, 0.05);
	close(follower);
	close(half);
	close(idle);
}

Test(http_follow, ends_with_the_server)
{
	char buffer[4096];
	int fd = follow("", header_end);

	on_loop(free_server, NULL);
	cr_expect(!read_until(fd, "never seen", buffer, sizeof(buffer)));
	close(fd);
}
