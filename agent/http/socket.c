// SPDX-License-Identifier: Apache-2.0
#include "http/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "http/message.h"
#include "util/cleanup.h"

#define BACKLOG 128

static int make_directory(const char *path, char **reterr_message)
{
	const char *slash = strrchr(path, '/');
	_cleanup_(freep) char *directory = NULL;

	if (!slash || slash == path)
		return 0;
	directory = strndup(path, (size_t)(slash - path));
	if (!directory)
		return -ENOMEM;
	if (mkdir(directory, 0755) < 0 && errno != EEXIST)
		return fail_with(
			reterr_message, -errno,
			"cannot make the directory %s (%m); give another --socket",
			directory);
	return 0;
}

/* Of two agents that start at once one gets the lock, so neither takes the other's new
 * socket. */
static int take_lock(const char *path, int *ret_fd, char **reterr_message)
{
	_cleanup_(freep) char *lock = NULL;
	_cleanup_(closep) int fd = -1;

	if (asprintf(&lock, "%s.lock", path) < 0) {
		lock = NULL;
		return -ENOMEM;
	}
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail_with(reterr_message, -errno,
				 "cannot open %s (%m); give another --socket", lock);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			return fail_with(reterr_message, -EADDRINUSE,
					 "another lsmd answers on %s; stop it first",
					 path);
		return fail_with(reterr_message, -errno, "cannot lock %s (%m)", lock);
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int check_live(const struct sockaddr_un *address, char **reterr_message)
{
	_cleanup_(closep) int fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	/* EAGAIN is a full backlog: somebody is there, only busy. */
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
	    errno == EAGAIN)
		return fail_with(reterr_message, -EADDRINUSE,
				 "another lsmd answers on %s; stop it first",
				 address->sun_path);
	return 0;
}

/* Nothing but a socket that nobody answers on is ever removed. */
static int remove_stale(const struct sockaddr_un *address, char **reterr_message)
{
	const char *path = address->sun_path;
	struct stat status;
	int r;

	if (lstat(path, &status) < 0)
		return errno == ENOENT ? 0
				       : fail_with(reterr_message, -errno,
						   "cannot look at %s (%m)", path);
	if (!S_ISSOCK(status.st_mode))
		return fail_with(reterr_message, -EEXIST,
				 "%s is no socket; move it away or give another --socket",
				 path);
	r = check_live(address, reterr_message);
	if (r < 0)
		return r;
	if (unlink(path) < 0 && errno != ENOENT)
		return fail_with(reterr_message, -errno, "cannot replace %s (%m)", path);
	return 0;
}

static int bind_private(int fd, const struct sockaddr_un *address)
{
	mode_t mask = umask(0177);
	int r = bind(fd, (const struct sockaddr *)address, sizeof(*address));

	r = r < 0 ? -errno : 0;
	umask(mask);
	return r;
}

static int listen_private(const struct sockaddr_un *address, int *ret_fd,
			  char **reterr_message)
{
	_cleanup_(closep) int fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	if (fd < 0)
		return -errno;
	r = bind_private(fd, address);
	if (r == 0 && listen(fd, BACKLOG) < 0)
		r = -errno;
	if (r < 0)
		return fail_with(reterr_message, r,
				 "cannot listen on %s (%s); give another --socket",
				 address->sun_path, strerrordesc_np(-r));
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int control_socket_open(const char *path, struct control_socket *ret_socket,
			char **reterr_message)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_(freep) char *copy = strdup(path);
	_cleanup_(closep) int lock_fd = -1, fd = -1;
	int r;

	if (!copy)
		return -ENOMEM;
	if (strlen(path) >= sizeof(address.sun_path))
		return fail_with(reterr_message, -ENAMETOOLONG,
				 "the socket path %s is too long; at most %zu bytes",
				 path, sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path));
	r = make_directory(path, reterr_message);
	if (r == 0)
		r = take_lock(path, &lock_fd, reterr_message);
	if (r == 0)
		r = remove_stale(&address, reterr_message);
	if (r == 0)
		r = listen_private(&address, &fd, reterr_message);
	if (r < 0)
		return r;
	*ret_socket = (struct control_socket){
		.path = TAKE_PTR(copy),
		.fd = TAKE_FD(fd),
		.lock_fd = TAKE_FD(lock_fd),
	};
	return 0;
}

void control_socket_close(struct control_socket *socket)
{
	if (!socket->path)
		return;
	unlink(socket->path);
	closep(&socket->fd);
	closep(&socket->lock_fd);
	free(socket->path);
	*socket = (struct control_socket){.fd = -1, .lock_fd = -1};
}

/* "[ADDRESS]:PORT" or "ADDRESS:PORT", in place. */
static int split_address(char *text, const char **ret_host, const char **ret_port)
{
	char *colon = strrchr(text, ':'), *end;

	if (!colon || colon == text || !colon[1])
		return -EINVAL;
	*colon = '\0';
	end = colon - 1;
	if (*text == '[') {
		if (*end != ']')
			return -EINVAL;
		*end = '\0';
		text++;
	} else if (strchr(text, ':')) {
		return -EINVAL;
	}
	*ret_host = text;
	*ret_port = colon + 1;
	return 0;
}

static int resolve(const char *address, struct addrinfo **ret_info)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
	};
	_cleanup_(freep) char *copy = strdup(address);
	const char *host, *port;
	char *end;

	if (!copy)
		return -ENOMEM;
	if (split_address(copy, &host, &port) < 0)
		return -EINVAL;
	if (*port < '0' || *port > '9' || strtoul(port, &end, 10) > 65535 || *end)
		return -EINVAL;
	return getaddrinfo(host, port, &hints, ret_info) ? -EINVAL : 0;
}

static int listen_tcp(const struct addrinfo *info, int *ret_fd)
{
	_cleanup_(closep) int fd =
		socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* A follower may be silent for days; a peer that is gone must not keep its place.
	 */
	const int one = 1, patience_ms = 60000;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms,
		       sizeof(patience_ms)) < 0 ||
	    bind(fd, info->ai_addr, info->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int tcp_socket_open(const char *address, int *ret_fd, char **reterr_message)
{
	struct addrinfo *info;
	int r = resolve(address, &info);

	if (r == -EINVAL)
		return fail_with(
			reterr_message, r,
			"\"%s\" is no address to listen on; give ADDRESS:PORT or "
			"[ADDRESS]:PORT, as 127.0.0.1:9640",
			address);
	if (r < 0)
		return r;
	r = listen_tcp(info, ret_fd);
	freeaddrinfo(info);
	if (r < 0)
		return fail_with(reterr_message, r,
				 "cannot listen on %s (%s); give another --listen",
				 address, strerrordesc_np(-r));
	return 0;
}
