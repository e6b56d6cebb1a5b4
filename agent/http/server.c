// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <errno.h>
#include <string.h>

#include "http/listener.h"
#include "http/message.h"
#include "http/socket.h"
#include "util/cleanup.h"

struct http_server {
	struct service service;
	struct control_socket socket;
	struct listener *control;
	struct listener *tcp; /* NULL: not asked for */
};

static int start_control(struct http_server *server, uv_loop_t *loop,
			 const struct http_options *options, char **reterr_message)
{
	int r = control_socket_open(options->socket_path, &server->socket,
				    reterr_message);

	if (r < 0)
		return r;
	r = listener_new(loop, &server->service, TAKE_FD(server->socket.fd), false,
			 &server->control);
	return r == 0 ? 0
		      : fail_with(reterr_message, r, "cannot serve on %s (%s)",
				  options->socket_path, strerrordesc_np(-r));
}

static int start_tcp(struct http_server *server, uv_loop_t *loop,
		     const struct http_options *options, char **reterr_message)
{
	int fd, r;

	if (!options->listen)
		return 0;
	r = tcp_socket_open(options->listen, &fd, reterr_message);
	if (r < 0)
		return r;
	r = listener_new(loop, &server->service, fd, true, &server->tcp);
	return r == 0 ? 0
		      : fail_with(reterr_message, r, "cannot serve on %s (%s)",
				  options->listen, strerrordesc_np(-r));
}

int http_server_new(uv_loop_t *loop, struct agent *agent,
		    const struct http_options *options, struct http_server **ret_server,
		    char **reterr_message)
{
	struct http_server *server = calloc(1, sizeof(*server));
	int r;

	*reterr_message = NULL;
	if (!server)
		return -ENOMEM;
	server->service.agent = agent;
	server->socket = (struct control_socket){.fd = -1, .lock_fd = -1};
	r = start_control(server, loop, options, reterr_message);
	if (r == 0)
		r = start_tcp(server, loop, options, reterr_message);
	if (r < 0) {
		http_server_free(server);
		return r;
	}
	*ret_server = server;
	return 0;
}

void http_server_denials_added(struct http_server *server)
{
	followers_wake(&server->service.followers);
}

unsigned http_server_port(const struct http_server *server)
{
	return server->tcp ? listener_port(server->tcp) : 0;
}

struct http_server *http_server_free(struct http_server *server)
{
	if (!server)
		return NULL;
	followers_end(&server->service.followers);
	listener_free(server->tcp);
	listener_free(server->control);
	control_socket_close(&server->socket);
	free(server);
	return NULL;
}
