// SPDX-License-Identifier: Apache-2.0
#include "hook/question.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "util/cleanup.h"
#include "util/clock.h"

#define NS_PER_MS 1000000ULL

/* "HTTP/1.1 200", which is all that is wanted of an answer. */
#define STATUS_LENGTH 12

#define ID_CHARACTERS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_."
#define ID_LENGTH_MAX 128

static int wait_for(int fd, short events, uint64_t deadline)
{
	uint64_t now = clock_boot();
	struct pollfd poll_fd = {.fd = fd, .events = events};
	int n;

	if (now >= deadline)
		return -ETIMEDOUT;
	n = poll(&poll_fd, 1, (int)((deadline - now + NS_PER_MS - 1) / NS_PER_MS));
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	return n ? 0 : -ETIMEDOUT;
}

static int open_socket(const char *path, int *ret_fd)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_(closep) int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -EINVAL;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* Moves bytes until there are @length, or, of an answer, until its end. */
static int transfer(int fd, bool out, char *bytes, size_t length, uint64_t deadline)
{
	for (size_t done = 0; done < length;) {
		int r = wait_for(fd, out ? POLLOUT : POLLIN, deadline);
		ssize_t n;

		if (r < 0)
			return r;
		n = out ? send(fd, bytes + done, length - done, MSG_NOSIGNAL)
			: recv(fd, bytes + done, length - done, 0);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n == 0)
			return -EBADMSG;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int read_status(int fd, uint64_t deadline)
{
	char text[STATUS_LENGTH + 1] = "";
	int status, r = transfer(fd, false, text, STATUS_LENGTH, deadline);

	if (r < 0)
		return r;
	return sscanf(text, "HTTP/1.%*1d %3d", &status) == 1 && status > 0 ? status
									   : -EBADMSG;
}

int question_ask(const char *socket_path, const char *container_id, uint64_t deadline)
{
	_cleanup_(freep) char *text = NULL;
	_cleanup_(closep) int fd = -1;
	int r, length;

	if (!*container_id || strlen(container_id) > ID_LENGTH_MAX ||
	    container_id[strspn(container_id, ID_CHARACTERS)])
		return -EINVAL;
	length = asprintf(&text,
			  "GET /v1/containers/%s HTTP/1.1\r\nHost: lsmd\r\n"
			  "Connection: close\r\n\r\n",
			  container_id);
	if (length < 0) {
		text = NULL;
		return -ENOMEM;
	}
	r = open_socket(socket_path, &fd);
	if (r == 0)
		r = transfer(fd, true, text, (size_t)length, deadline);
	return r < 0 ? r : read_status(fd, deadline);
}
