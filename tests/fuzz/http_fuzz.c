// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes on a connection of the control socket: no crash, no leak, and the server
 * still answers another connection. The first byte says in how many pieces they arrive.
 */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../unit/http/agent_fake.h"
#include "http/server.h"
#include "util/cleanup.h"

/* Turns of the loop that a request may take: more than any of these sizes needs. */
#define TURNS 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	char directory[64], path[96];
	uv_loop_t loop;
	struct agent agent;
	struct http_server *server;
} fuzz;

static void remove_files(void)
{
	char lock[128];

	http_server_free(fuzz.server);
	snprintf(lock, sizeof(lock), "%s.lock", fuzz.path);
	unlink(lock);
	rmdir(fuzz.directory);
}

static void start(void)
{
	struct http_options options = {.socket_path = fuzz.path};
	char *message;

	signal(SIGPIPE, SIG_IGN);
	strcpy(fuzz.directory, "/tmp/lsmd-fuzz-XXXXXX");
	assert(mkdtemp(fuzz.directory));
	snprintf(fuzz.path, sizeof(fuzz.path), "%s/sock", fuzz.directory);
	assert(uv_loop_init(&fuzz.loop) == 0);
	assert(history_new(16, &fuzz.agent.history) == 0);
	assert(http_server_new(&fuzz.loop, &fuzz.agent, &options, &fuzz.server,
			       &message) == 0);
	atexit(remove_files);
}

static int connect_server(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert(fd >= 0);
	strcpy(address.sun_path, fuzz.path);
	assert(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return fd;
}

static void turn(unsigned n)
{
	while (n--)
		uv_run(&fuzz.loop, UV_RUN_NOWAIT);
}

static void send_pieces(int fd, const uint8_t *data, size_t size, size_t n)
{
	size_t piece = size / n + 1;

	for (size_t at = 0; at < size; at += piece) {
		size_t length = size - at < piece ? size - at : piece;

		if (send(fd, data + at, length, MSG_NOSIGNAL) < 0)
			return;
		turn(3);
	}
}

/* Read what there is. Return: whether the server has closed the connection. */
static bool drain(int fd)
{
	char buffer[16384];
	ssize_t n;

	do
		n = recv(fd, buffer, sizeof(buffer), 0);
	while (n > 0);
	return n == 0 || errno != EAGAIN;
}

static void expect_alive(void)
{
	static const char request[] = "GET /healthz HTTP/1.0\r\nHost: x\r\n\r\n";
	_cleanup_(closep) int fd = connect_server();
	char buffer[1024];
	ssize_t n = -1;

	assert(send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0);
	for (unsigned i = 0; i < TURNS && n <= 0; i++) {
		turn(1);
		n = recv(fd, buffer, sizeof(buffer), 0);
	}
	assert(n > 12 && memcmp(buffer + 8, " 200", 4) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd;

	if (!fuzz.server)
		start();
	if (size < 2)
		return 0;
	fd = connect_server();
	send_pieces(fd, data + 1, size - 1, data[0] % 8 + 1);
	shutdown(fd, SHUT_WR);
	for (unsigned i = 0; i < TURNS && !drain(fd); i++)
		turn(1);
	close(fd);
	turn(3);
	expect_alive();
	return 0;
}
