/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HTTP_SERVER_H
#define LSMD_HTTP_SERVER_H

/*
 * The agent's HTTP server (libmicrohttpd, run by the agent's own loop): control on a unix
 * socket of mode 0600, and a read-only copy on TCP where asked for.
 */

#include <uv.h>

struct agent;
struct http_server;

struct http_options {
	const char *socket_path; /* e.g. /run/lsmd/lsmd.sock */
	const char *listen;	 /* "ADDRESS:PORT" or "[ADDRESS]:PORT", NULL: no TCP */
};

/**
 * http_server_new() - Listen and serve on @loop.
 * A socket file that nobody listens on is replaced; one that answers is -EADDRINUSE.
 * @reterr_message: one line: what failed, what to do; owned, NULL when there is no more
 * to say than the errno does. After a failure, let the loop turn once to close what was
 * opened. Return: 0, negative errno.
 */
int http_server_new(uv_loop_t *loop, struct agent *agent,
		    const struct http_options *options, struct http_server **ret_server,
		    char **reterr_message);

/** http_server_denials_added() - Wake the connections that follow denials. */
void http_server_denials_added(struct http_server *server);

/** http_server_port() - The TCP port, which the kernel chose where @listen said 0; 0: no
 * TCP. */
unsigned http_server_port(const struct http_server *server);

/**
 * http_server_free() - Stop; running responses are cut.
 * The loop must turn once more before it is closed, as for all of libuv. Return: NULL.
 */
struct http_server *http_server_free(struct http_server *server);

#endif
