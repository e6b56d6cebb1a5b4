// SPDX-License-Identifier: Apache-2.0
#include "http/follower.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "agent.h"
#include "http/filter.h"
#include "http/response.h"
#include "util/cleanup.h"

/* Bytes that are handed over at a time. */
#define BLOCK (16U << 10)

struct follower {
	LIST_ENTRY(follower) entry;
	struct followers *owner;
	struct agent *agent;
	struct listener *listener;
	struct MHD_Connection *connection;
	struct denial_filter filter; /* a copy */
	uint64_t at;		     /* every denial up to this one is done with */
	char *line;		     /* being sent */
	size_t length, sent;
	bool tcp;
	bool waiting; /* suspended until there is something new */
	bool ended;
	/* A suspended connection is watched by nobody else, and one that is gone must not
	 * keep its place. The descriptor is a duplicate, which libmicrohttpd cannot close
	 * early. */
	uv_poll_t hangup;
	int hangup_fd;
};

/*
 * Pass by what does not match. Return: true when there is something to send:
 * *@ret_denial, or NULL and *@ret_dropped denials that the history does not have any
 * more.
 */
static bool look_ahead(struct follower *follower, struct denial **ret_denial,
		       uint64_t *ret_dropped)
{
	const struct history *history = agent_history(follower->agent);
	struct denial *denial;

	while ((denial = history_next(history, follower->at))) {
		*ret_dropped = denial_sequence(denial) - follower->at - 1;
		*ret_denial = *ret_dropped ? NULL : denial;
		if (*ret_dropped || denial_matches(denial, &follower->filter))
			return true;
		follower->at++;
	}
	return false;
}

/* Return: 0, -EAGAIN when there is none, -ENOMEM. */
static int make_line(struct follower *follower)
{
	_cleanup_(json_decrefp) json_t *json = NULL;
	struct denial *denial;
	uint64_t dropped;
	char *text;

	if (!look_ahead(follower, &denial, &dropped))
		return -EAGAIN;
	json = denial ? denial_json(denial)
		      : json_pack("{sI}", "dropped", (json_int_t)dropped);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	if (!text)
		return -ENOMEM;
	follower->at += denial ? 1 : dropped;
	follower->length = strlen(text);
	text[follower->length++] = '\n'; /* in the place of the NUL */
	follower->line = text;
	follower->sent = 0;
	return 0;
}

static size_t send_line(struct follower *follower, char *buffer, size_t max)
{
	size_t n = follower->length - follower->sent;

	n = n < max ? n : max;
	memcpy(buffer, follower->line + follower->sent, n);
	follower->sent += n;
	if (follower->sent == follower->length) {
		free(follower->line);
		follower->line = NULL;
	}
	return n;
}

static ssize_t on_read(void *data, uint64_t position, char *buffer, size_t max)
{
	struct follower *follower = data;
	size_t n = 0;
	int r = 0;

	(void)position;
	if (follower->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	while (n < max) {
		if (!follower->line)
			r = make_line(follower);
		if (r < 0)
			break;
		n += send_line(follower, buffer + n, max - n);
	}
	if (r == -ENOMEM)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (!n) {
		follower->waiting = true;
		MHD_suspend_connection(follower->connection);
	}
	return (ssize_t)n;
}

static void resume(struct follower *follower)
{
	if (!follower->waiting)
		return;
	follower->waiting = false;
	MHD_resume_connection(follower->connection);
	listener_kick(follower->listener);
}

static void on_hangup(uv_poll_t *poll, int status, int events)
{
	struct follower *follower = poll->data;

	(void)status, (void)events;
	uv_poll_stop(poll);
	follower->ended = true;
	resume(follower);
}

static int watch_hangup(struct follower *follower)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		follower->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	int r;

	if (!info)
		return -EIO;
	follower->hangup_fd = fcntl(info->connect_fd, F_DUPFD_CLOEXEC, 0);
	if (follower->hangup_fd < 0)
		return -errno;
	r = uv_poll_init(listener_loop(follower->listener), &follower->hangup,
			 follower->hangup_fd);
	if (r < 0)
		return r;
	follower->hangup.data = follower;
	return uv_poll_start(&follower->hangup, UV_DISCONNECT, on_hangup);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void follower_free(void *data)
{
	struct follower *follower = data;

	LIST_REMOVE(follower, entry);
	follower->owner->n--;
	follower->owner->n_tcp -= follower->tcp;
	filter_clear(&follower->filter);
	free(follower->line);
	if (follower->hangup.data) {
		uv_poll_stop(&follower->hangup);
		close(follower->hangup_fd);
		uv_close((uv_handle_t *)&follower->hangup, on_closed);
		return;
	}
	closep(&follower->hangup_fd);
	free(follower);
}

static int follower_new(struct request *request, const struct denial_filter *filter,
			uint64_t after, struct follower **ret_follower)
{
	struct followers *owner = &listener_service(request->listener)->followers;
	struct follower *follower = calloc(1, sizeof(*follower));
	int r;

	if (!follower)
		return -ENOMEM;
	follower->owner = owner;
	follower->agent = request->agent;
	follower->listener = request->listener;
	follower->connection = request->connection;
	follower->at = after;
	follower->tcp = listener_read_only(request->listener);
	follower->hangup_fd = -1;
	LIST_INSERT_HEAD(&owner->list, follower, entry);
	owner->n++;
	owner->n_tcp += follower->tcp;
	r = filter_copy(filter, &follower->filter);
	if (r == 0)
		r = watch_hangup(follower);
	if (r < 0) {
		follower_free(follower);
		return r;
	}
	*ret_follower = follower;
	return 0;
}

static bool is_full(const struct request *request)
{
	const struct followers *followers =
		&listener_service(request->listener)->followers;

	return followers->n >= FOLLOWERS_MAX || (listener_read_only(request->listener) &&
						 followers->n_tcp >= FOLLOWERS_TCP_MAX);
}

int follower_start(struct request *request, const struct denial_filter *filter,
		   uint64_t after)
{
	struct follower *follower;
	struct MHD_Response *response;
	int r;

	if (is_full(request))
		return respond_error(
			request, MHD_HTTP_SERVICE_UNAVAILABLE,
			"too many connections follow denials; end another first");
	r = follower_new(request, filter, after, &follower);
	if (r < 0)
		return respond_error(request, MHD_HTTP_INTERNAL_SERVER_ERROR,
				     "cannot follow denials (%s); try again",
				     strerrordesc_np(-r));
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_read,
						     follower, follower_free);
	if (!response) {
		follower_free(follower);
		return MHD_NO;
	}
	MHD_set_connection_option(request->connection, MHD_CONNECTION_OPTION_TIMEOUT, 0U);
	return respond(request, MHD_HTTP_OK, "application/x-ndjson", response);
}

void followers_wake(struct followers *followers)
{
	struct follower *follower;
	struct denial *denial;
	uint64_t dropped;

	LIST_FOREACH(follower, &followers->list, entry)
	if (follower->waiting && look_ahead(follower, &denial, &dropped))
		resume(follower);
}

void followers_end(struct followers *followers)
{
	struct follower *follower;

	LIST_FOREACH(follower, &followers->list, entry)
	{
		follower->ended = true;
		resume(follower);
	}
}
