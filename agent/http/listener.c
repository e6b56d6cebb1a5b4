// SPDX-License-Identifier: Apache-2.0
#include "http/listener.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "http/dispatch.h"
#include "http/request.h"
#include "util/cleanup.h"

struct listener {
	struct service *service;
	bool read_only;
	struct MHD_Daemon *daemon;
	uv_poll_t poll;	  /* the daemon's epoll descriptor */
	uv_timer_t timer; /* the daemon's next timeout */
	unsigned n_handles;
};

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection,
				  const char *url, const char *method,
				  const char *version, const char *upload,
				  size_t *upload_length, void **request)
{
	struct listener *listener = data;

	(void)version;
	if (!*request) {
		struct request *new;

		if (request_new(listener, connection, method, url, &new) < 0)
			return MHD_NO;
		*request = new;
		return request_is_hopeless(new) ? request_answer(new) : MHD_YES;
	}
	if (*upload_length) {
		int r = request_add_body(*request, upload, *upload_length);

		*upload_length = 0;
		return r < 0 ? MHD_NO : MHD_YES;
	}
	return request_answer(*request);
}

static void on_completed(void *data, struct MHD_Connection *connection, void **request,
			 enum MHD_RequestTerminationCode code)
{
	(void)data, (void)connection, (void)code;
	*request = request_free(*request);
}

static void arm_timer(struct listener *listener);

static void run(struct listener *listener)
{
	MHD_run(listener->daemon);
	arm_timer(listener);
}

static void on_timer(uv_timer_t *timer)
{
	run(timer->data);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	(void)status, (void)events;
	run(poll->data);
}

static void arm_timer(struct listener *listener)
{
	MHD_UNSIGNED_LONG_LONG timeout;

	if (MHD_get_timeout(listener->daemon, &timeout) == MHD_YES)
		uv_timer_start(&listener->timer, on_timer, timeout, 0);
	else
		uv_timer_stop(&listener->timer);
}

void listener_kick(struct listener *listener)
{
	uv_timer_start(&listener->timer, on_timer, 0, 0);
}

static struct MHD_Daemon *start_daemon(struct listener *listener, int fd)
{
	unsigned per_address = listener->read_only ? HTTP_CONNECTIONS_ADDRESS : 0;

	return MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request,
		listener, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		HTTP_CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_address,
		MHD_OPTION_CONNECTION_TIMEOUT, HTTP_TIMEOUT,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_CONNECTION_MEMORY,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, NULL, MHD_OPTION_END);
}

static void on_closed(uv_handle_t *handle)
{
	struct listener *listener = handle->data;

	if (--listener->n_handles == 0)
		free(listener);
}

static int watch(struct listener *listener, uv_loop_t *loop)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	int r;

	if (!info)
		return -EIO;
	r = uv_poll_init(loop, &listener->poll, info->epoll_fd);
	if (r < 0)
		return r;
	listener->n_handles++;
	listener->poll.data = listener;
	return uv_poll_start(&listener->poll, UV_READABLE, on_poll);
}

int listener_new(uv_loop_t *loop, struct service *service, int fd, bool read_only,
		 struct listener **ret_listener)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	int r;

	if (!listener) {
		close(fd);
		return -ENOMEM;
	}
	listener->service = service;
	listener->read_only = read_only;
	uv_timer_init(loop, &listener->timer);
	listener->timer.data = listener;
	listener->n_handles = 1;
	listener->daemon = start_daemon(listener, fd);
	r = listener->daemon ? watch(listener, loop) : -EIO;
	if (r < 0) {
		listener_free(listener);
		return r;
	}
	*ret_listener = listener;
	return 0;
}

struct service *listener_service(const struct listener *listener)
{
	return listener->service;
}

bool listener_read_only(const struct listener *listener)
{
	return listener->read_only;
}

uv_loop_t *listener_loop(const struct listener *listener)
{
	return listener->timer.loop;
}

unsigned listener_port(const struct listener *listener)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_LISTEN_FD);
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	if (!info ||
	    getsockname(info->listen_fd, (struct sockaddr *)&address, &length) < 0)
		return 0;
	if (address.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
	return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

struct listener *listener_free(struct listener *listener)
{
	if (!listener)
		return NULL;
	/* The poll goes before the descriptor that it watches. */
	if (listener->n_handles > 1)
		uv_close((uv_handle_t *)&listener->poll, on_closed);
	uv_close((uv_handle_t *)&listener->timer, on_closed);
	if (listener->daemon)
		MHD_stop_daemon(listener->daemon);
	listener->daemon = NULL;
	return NULL;
}
