/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HTTP_LISTENER_H
#define LSMD_HTTP_LISTENER_H

/* One listening socket: a libmicrohttpd daemon without threads, run by the agent's loop.
 */

#include <stdbool.h>
#include <uv.h>

#include "http/follower.h"

struct agent;

/* Bytes of the headers, the query and the write buffer of one connection. */
#define HTTP_CONNECTION_MEMORY (32U << 10)
/* Seconds that a connection may be silent; followers may be for ever. */
#define HTTP_TIMEOUT 30U
/* Connections; one more waits in the backlog. Each listener has its own, so that whatever
 * happens on TCP, the control socket answers. */
#define HTTP_CONNECTIONS 128U
/* Connections of one address on TCP; one more is closed at once. */
#define HTTP_CONNECTIONS_ADDRESS 16U

/* What all listeners share. */
struct service {
	struct agent *agent;
	struct followers followers;
};

struct listener;

/**
 * listener_new() - Serve on a listening socket.
 * @service:   borrowed, must outlive the listener
 * @fd:        taken, on failure too
 * @read_only: answer GET and HEAD alone, and limit each address
 * Return: 0, -ENOMEM, -EIO when libmicrohttpd would not start, negative errno of the
 * loop.
 */
int listener_new(uv_loop_t *loop, struct service *service, int fd, bool read_only,
		 struct listener **ret_listener);

/** listener_kick() - Run the daemon when the loop turns next, as after resuming a
 * connection. */
void listener_kick(struct listener *listener);

struct service *listener_service(const struct listener *listener);
bool listener_read_only(const struct listener *listener);
uv_loop_t *listener_loop(const struct listener *listener);

/** listener_port() - Of a TCP listener, host order. */
unsigned listener_port(const struct listener *listener);

/**
 * listener_free() - Cut every connection and stop listening.
 * No connection may be suspended. Memory goes when the loop has closed the handles.
 * Return: NULL.
 */
struct listener *listener_free(struct listener *listener);

#endif
