/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_CTL_FIXTURE_H
#define LSMD_TESTS_CTL_FIXTURE_H

/* lsmctl itself, the program that was built, against a server that says what the test
 * wants it to say. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <jansson.h>
#include <microhttpd.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "../temporary.h"
#include "ctl/client.h"
#include "util/cleanup.h"
#include "util/file.h"

#define unused __attribute__((unused))

/* --- the server
 * ------------------------------------------------------------------------- */

static struct {
	char directory[64];
	char path[96];
	struct MHD_Daemon *daemon;
	char *texts[32]; /* paths of what is written for lsmctl */
	size_t n_texts;
	/* What it answers. */
	unsigned status;
	const char *reply;
	bool endless; /* the reply is a stream that does not end */
	/* What it was asked last. */
	char method[16], url[512], body[1024], type[64];
} server;

static enum MHD_Result add_argument(void *data, enum MHD_ValueKind kind, const char *key,
				    const char *value)
{
	size_t *n = data, used = strlen(server.url);

	(void)kind;
	snprintf(server.url + used, sizeof(server.url) - used, "%c%s=%s",
		 (*n)++ ? '&' : '?', key, value);
	return MHD_YES;
}

static ssize_t on_read(void *data, uint64_t position, char *buffer, size_t max)
{
	size_t length = strlen(server.reply);

	(void)data;
	if (position < length) {
		size_t n = length - position < max ? length - position : max;

		memcpy(buffer, server.reply + position, n);
		return (ssize_t)n;
	}
	while (server.endless)
		usleep(1000);
	return MHD_CONTENT_READER_END_OF_STREAM;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection,
				  const char *url, const char *method,
				  const char *version, const char *upload,
				  size_t *upload_length, void **seen)
{
	struct MHD_Response *response;
	enum MHD_Result result;
	const char *type;
	size_t n = 0;

	(void)data, (void)version;
	if (!*seen) {
		*seen = &server;
		server.body[0] = '\0';
		return MHD_YES;
	}
	if (*upload_length) {
		strncat(server.body, upload, *upload_length);
		*upload_length = 0;
		return MHD_YES;
	}
	snprintf(server.method, sizeof(server.method), "%s", method);
	snprintf(server.url, sizeof(server.url), "%s", url);
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_argument, &n);
	type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
	snprintf(server.type, sizeof(server.type), "%s", type ? type : "");
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, on_read,
						     NULL, NULL);
	result = MHD_queue_response(connection, server.status, response);
	MHD_destroy_response(response);
	return result;
}

static void start_server(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(server.directory, "/tmp/lsmctl-XXXXXX");
	temporary_make(server.directory);
	snprintf(server.path, sizeof(server.path), "%s/lsmd.sock", server.directory);
	strcpy(address.sun_path, server.path);
	cr_assert(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	cr_assert(listen(fd, 8) == 0);
	server.daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL,
					 0, NULL, NULL, on_request, NULL,
					 MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_END);
	cr_assert(!!server.daemon);
	server.status = 200;
	server.reply = "{}";
	setenv(SOCKET_ENVIRONMENT, server.path, 1);
}

unused static void stop_server(void)
{
	server.endless = false;
	if (server.daemon)
		MHD_stop_daemon(server.daemon);
	server.daemon = NULL;
	while (server.n_texts > 0)
		free(server.texts[--server.n_texts]);
	temporary_remove(server.directory);
}

/* A file beside the server's socket, which goes with it. Return: its path. */
unused static const char *write_text(const char *name, const char *text)
{
	char *path;

	cr_assert_lt(server.n_texts, ARRAY_SIZE(server.texts));
	cr_assert(asprintf(&path, "%s/%s", server.directory, name) > 0);
	cr_assert_eq(file_write(path, text, strlen(text)), 0);
	server.texts[server.n_texts++] = path;
	return path;
}

/* --- lsmctl
 * ----------------------------------------------------------------------------- */

static struct {
	pid_t pid;
	int out_fd, err_fd;
	int code; /* -1: died of a signal */
	char out[16384], err[16384];
} lsmctl;

#define ARGUMENTS_MAX 24

/* Executed, not only forked: a fork of this process, which has a server's thread, would
 * inherit the allocator's locks as that thread holds them. */
unused static void spawn(const char *const *arguments, int out_fd, int err_fd)
{
	const char *program = getenv("LSMCTL");
	posix_spawn_file_actions_t actions;
	char *argv[ARGUMENTS_MAX] = {0};

	cr_assert(program, "LSMCTL is not set: run this by \"meson test\"");
	for (size_t i = 0; arguments[i]; i++)
		argv[i] = strdup(arguments[i]);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, err_fd, STDERR_FILENO);
	cr_assert(!posix_spawn(&lsmctl.pid, program, &actions, NULL, argv, environ));
	posix_spawn_file_actions_destroy(&actions);
	for (size_t i = 0; argv[i]; i++)
		free(argv[i]);
}

unused static void begin_list(const char *const *arguments)
{
	lsmctl.out_fd = memfd_create("out", MFD_CLOEXEC);
	lsmctl.err_fd = memfd_create("err", MFD_CLOEXEC);
	spawn(arguments, lsmctl.out_fd, lsmctl.err_fd);
}

static void read_all(int fd, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size - 1, 0);

	text[n > 0 ? n : 0] = '\0';
}

unused static void peek(void)
{
	read_all(lsmctl.out_fd, lsmctl.out, sizeof(lsmctl.out));
	read_all(lsmctl.err_fd, lsmctl.err, sizeof(lsmctl.err));
}

unused static int finish(void)
{
	int status;

	waitpid(lsmctl.pid, &status, 0);
	lsmctl.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	peek();
	close(lsmctl.out_fd);
	close(lsmctl.err_fd);
	return lsmctl.code;
}

/* Run it. Return: its exit status. What it printed is in lsmctl. */
#define begin(...) begin_list((const char *const[ARGUMENTS_MAX]){"lsmctl", __VA_ARGS__})
#define run(...)   (begin(__VA_ARGS__), finish())

#endif
