/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_HTTP_FIXTURE_H
#define LSMD_TESTS_HTTP_FIXTURE_H

/*
 * A server over an agent that is made up, on a loop in a thread of its own, in a
 * directory that goes with the test; and a client for it. Included once by each test
 * program.
 */

#include <criterion/criterion.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "../temporary.h"
#include "agent_fake.h"
#include "http/server.h"
#include "util/cleanup.h"

/* Not every test program needs all of it. */
#define unused __attribute__((unused))

/* --- the server
 * ------------------------------------------------------------------------- */

static struct fixture {
	char directory[64];
	char path[128];
	unsigned port;
	struct agent agent;
	struct http_server *server;
	uv_loop_t loop;
	uv_async_t async;
	pthread_t thread;
	sem_t done;
	void (*call)(void *data);
	void *call_data;
	bool stop;
} fixture;

static void on_async(uv_async_t *async)
{
	(void)async;
	if (fixture.call)
		fixture.call(fixture.call_data);
	if (fixture.stop)
		uv_close((uv_handle_t *)&fixture.async, NULL);
	sem_post(&fixture.done);
}

/* Do it where the agent's state lives. */
unused static void on_loop(void (*call)(void *data), void *data)
{
	fixture.call = call;
	fixture.call_data = data;
	uv_async_send(&fixture.async);
	while (sem_wait(&fixture.done) < 0)
		;
}

static void *loop_main(void *data)
{
	(void)data;
	uv_run(&fixture.loop, UV_RUN_DEFAULT);
	return NULL;
}

static void make_directory(void)
{
	strcpy(fixture.directory, "/tmp/lsmd-http-XXXXXX");
	temporary_make(fixture.directory);
	snprintf(fixture.path, sizeof(fixture.path), "%s/run/lsmd.sock",
		 fixture.directory);
}

unused static void start(const char *listen, size_t capacity)
{
	struct http_options options = {.listen = listen};
	_cleanup_(freep) char *message = NULL;

	make_directory();
	options.socket_path = fixture.path;
	fixture.agent.ready = true;
	cr_assert_eq(history_new(capacity, &fixture.agent.history), 0);
	uv_loop_init(&fixture.loop);
	sem_init(&fixture.done, 0, 0);
	uv_async_init(&fixture.loop, &fixture.async, on_async);
	cr_assert_eq(http_server_new(&fixture.loop, &fixture.agent, &options,
				     &fixture.server, &message),
		     0, "%s", message);
	fixture.port = http_server_port(fixture.server);
	curl_global_init(CURL_GLOBAL_ALL);
	pthread_create(&fixture.thread, NULL, loop_main, NULL);
}

static void free_server(void *data)
{
	(void)data;
	fixture.server = http_server_free(fixture.server);
}

unused static void stop(void)
{
	fixture.stop = true;
	on_loop(free_server, NULL);
	pthread_join(fixture.thread, NULL);
	cr_expect_eq(uv_loop_close(&fixture.loop), 0, "handles left open");
	history_free(fixture.agent.history);
	json_decref(fixture.agent.last_request);
	temporary_remove(fixture.directory);
	curl_global_cleanup();
}

/* --- denials
 * ---------------------------------------------------------------------------- */

static const char *const pods[] = {"web", "db"};

/* Every other one is of another pod. */
static void add_denial(void *data)
{
	struct agent *agent = &fixture.agent;
	uint64_t sequence = ++agent->sequence;
	const struct denial_subject subject = {
		.node = "n",
		.name_space = "shop",
		.pod = pods[sequence % 2],
		.pod_uid = "u",
		.container = "c",
		.container_id = "",
		.cgroup = "/k",
	};
	struct denial_event event = {
		.type = EVENT_DENIAL,
		.rule = RULE_CLOSED,
		.verdict = VERDICT_DENY,
		.would = VERDICT_DENY,
		.hook = HOOK_SOCKET_CREATE,
		.error = EPERM,
		.comm = "nc",
		.object.socket = {.family = AF_INET, .type = SOCK_RAW, .protocol = 1},
	};
	struct denial *denial;

	(void)data;
	cr_assert_eq(denial_new(&event, sizeof(event), NULL, &subject, sequence, &denial),
		     0);
	cr_assert_eq(history_add(agent->history, denial), 0);
	denial_unref(denial);
	http_server_denials_added(fixture.server);
}

unused static void add_denials(unsigned n)
{
	while (n--)
		on_loop(add_denial, NULL);
}

/* --- the client
 * ------------------------------------------------------------------------- */

struct reply {
	long status;
	char *body;
	size_t length;
	char headers[2048];
	json_t *json; /* NULL: the body is none */
};

unused static void reply_clear(struct reply *reply)
{
	free(reply->body);
	json_decref(reply->json);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
	struct reply *reply = data;

	reply->body = realloc(reply->body, reply->length + n + 1);
	memcpy(reply->body + reply->length, bytes, n);
	reply->length += n;
	reply->body[reply->length] = '\0';
	return size * n;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *data)
{
	struct reply *reply = data;

	strncat(reply->headers, bytes, n < 256 ? n : 256);
	return size * n;
}

struct ask {
	const char *method; /* NULL: GET */
	const char *path;
	const char *body;
	size_t length;	  /* 0: strlen(body) */
	const char *type; /* NULL: application/json */
	bool tcp;
};

/* Return: curl's result; the reply is to be cleared. */
unused static CURLcode try_request(const struct ask *ask, struct reply *ret_reply)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = NULL;
	char url[4096], type[128];
	CURLcode code;

	*ret_reply = (struct reply){0};
	snprintf(type, sizeof(type), "Content-Type: %s",
		 ask->type ? ask->type : "application/json");
	headers = curl_slist_append(headers, type);
	if (ask->tcp)
		snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", fixture.port,
			 ask->path);
	else
		snprintf(url, sizeof(url), "http://lsmd%s", ask->path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	if (!ask->tcp)
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, fixture.path);
	if (ask->body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->body);
		curl_easy_setopt(
			curl, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)(ask->length ? ask->length : strlen(ask->body)));
	}
	if (ask->method && strcmp(ask->method, "HEAD") == 0)
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	else if (ask->method)
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, ret_reply);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, ret_reply);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &ret_reply->status);
	ret_reply->json = ret_reply->body ? json_loads(ret_reply->body, 0, NULL) : NULL;
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return code;
}

#define request(...)                                                                     \
	({                                                                               \
		struct reply reply_;                                                     \
		CURLcode code_ = try_request(&(struct ask){__VA_ARGS__}, &reply_);       \
		cr_assert(code_ == CURLE_OK, "curl: %s", curl_easy_strerror(code_));     \
		reply_;                                                                  \
	})

unused static const char *error_of(const struct reply *reply)
{
	const char *text = json_string_value(json_object_get(reply->json, "error"));

	return text ? text : "(no error)";
}

unused static bool has_header(const struct reply *reply, const char *line)
{
	return strcasestr(reply->headers, line);
}

/* A connection of bytes, for what curl would not do. */
unused static int connect_raw(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, fixture.path);
	cr_assert(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return fd;
}

unused static int connect_tcp(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)fixture.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return fd;
}

unused static void send_raw(int fd, const char *text)
{
	cr_assert(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
}

/* Read until @end was seen, the peer is gone or 5 s went by. Return: whether it was seen.
 */
unused static bool read_until(int fd, const char *end, char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	while (used + 1 < size && !strstr(buffer, end)) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		ssize_t n;

		if (poll(&ready, 1, 5000) <= 0)
			break;
		n = read(fd, buffer + used, size - used - 1);
		if (n <= 0)
			break;
		used += (size_t)n;
		buffer[used] = '\0';
	}
	return strstr(buffer, end);
}

#endif
