/* SPDX-License-Identifier: Apache-2.0 */
#include "probe_send.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Whom to send to. */
struct target {
	struct sockaddr_storage address;
	socklen_t length;
};

socklen_t make_address(const char *text, int port, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	return inet_pton(AF_INET6, text, &v6->sin6_addr) == 1 ? sizeof(*v6) : 0;
}

static void die(const char *what)
{
	fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
	exit(99);
}

/* --- ways to send: each returns as the call does
 * ------------------------------------------------ */

static ssize_t by_sendto(int fd, const struct target *to)
{
	return sendto(fd, "x", 1, MSG_NOSIGNAL, (const struct sockaddr *)&to->address,
		      to->length);
}

static ssize_t by_fastopen(int fd, const struct target *to)
{
	return sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL,
		      (const struct sockaddr *)&to->address, to->length);
}

static struct msghdr message_to(const struct target *to, struct iovec *text)
{
	*text = (struct iovec){(char *)"x", 1};
	return (struct msghdr){.msg_name = (void *)&to->address,
			       .msg_namelen = to->length,
			       .msg_iov = text,
			       .msg_iovlen = 1};
}

static ssize_t by_sendmsg(int fd, const struct target *to)
{
	struct iovec text;
	struct msghdr message = message_to(to, &text);

	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static ssize_t by_sendmmsg(int fd, const struct target *to)
{
	struct iovec text;
	struct mmsghdr messages[] = {{.msg_hdr = message_to(to, &text)}};

	return sendmmsg(fd, messages, 1, MSG_NOSIGNAL);
}

static ssize_t by_connect(int fd, const struct target *to)
{
	return connect(fd, (const struct sockaddr *)&to->address, to->length);
}

/* An address besides the one that the socket is connected to. */
static ssize_t by_other(int fd, const struct target *to)
{
	struct target elsewhere = *to;

	/* The discard port: nobody listens, and nobody's rule names it. */
	((struct sockaddr_in *)&elsewhere.address)->sin_port = htons(9);
	if (by_connect(fd, &elsewhere) < 0)
		die("connect");
	return by_sendto(fd, to);
}

static const struct {
	const char *name;
	int type;
	ssize_t (*send)(int fd, const struct target *to);
} ways[] = {
	{"sendto", SOCK_DGRAM, by_sendto},
	{"sendmsg", SOCK_DGRAM, by_sendmsg},
	{"sendmmsg", SOCK_DGRAM, by_sendmmsg},
	{"connect", SOCK_DGRAM, by_connect},
	{"connected-sendto", SOCK_DGRAM, by_other},
	{"fastopen", SOCK_STREAM, by_fastopen},
};

/* That nobody is there was learned by sending. */
static int result_of(ssize_t n)
{
	return n >= 0 || errno == ECONNREFUSED || errno == EINPROGRESS ? 0 : errno;
}

static int send_by(const char *how, int family, const struct target *to)
{
	for (size_t i = 0; i < COUNT(ways); i++) {
		int fd, r;

		if (strcmp(how, ways[i].name) != 0)
			continue;
		fd = socket(family, ways[i].type | SOCK_CLOEXEC, 0);
		if (fd < 0)
			die("socket");
		r = result_of(ways[i].send(fd, to));
		close(fd);
		return r;
	}
	errno = EINVAL;
	die(how);
	return 0;
}

int attempt_send(char **words)
{
	struct target to;

	to.length = make_address(words[1], atoi(words[2]), &to.address);
	return send_by(words[0], to.address.ss_family, &to);
}

/* --- unix
 * --------------------------------------------------------------------------------- */

static void make_unix(const char *name, struct target *to)
{
	struct sockaddr_un *address = (struct sockaddr_un *)&to->address;
	size_t length = strlen(name);

	memset(&to->address, 0, sizeof(to->address));
	address->sun_family = AF_UNIX;
	if (length >= sizeof(address->sun_path))
		die(name);
	memcpy(address->sun_path, name, length);
	if (*name == '@')
		address->sun_path[0] = '\0';
	to->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

/* There is somebody to send to, since the kernel asks only once it has found one. */
int attempt_unix_send(char **words)
{
	int r, server = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct target to;

	make_unix(words[1], &to);
	if (*words[1] != '@')
		unlink(words[1]);
	if (server < 0 ||
	    bind(server, (const struct sockaddr *)&to.address, to.length) < 0)
		die(words[1]);
	r = send_by(words[0], AF_UNIX, &to);
	close(server);
	return r;
}
