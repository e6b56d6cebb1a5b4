// SPDX-License-Identifier: Apache-2.0
/* Attempts to make a socket, and to connect one. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "probe.h"
#include "probe_attempt.h"
#include "probe_send.h"

int attempt_socket(char **words)
{
	int fd = socket(atoi(words[0]), atoi(words[1]), atoi(words[2]));

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* A refused connection was let through: nobody listens, but the packet went. */
int attempt_connect(char **words)
{
	bool udp = words[2] && !strcmp(words[2], "udp");
	struct sockaddr_storage address;
	socklen_t length = make_address(words[0], atoi(words[1]), &address);
	int fd = socket(address.ss_family,
			(udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
	int r = 0;

	if (fd < 0)
		return errno;
	if (connect(fd, (struct sockaddr *)&address, length) < 0 && errno != ECONNREFUSED)
		r = errno;
	close(fd);
	return r;
}

/* An IPv4 address on an IPv6 datagram socket. */
int attempt_mixed_connect(char **words)
{
	struct sockaddr_storage address;
	socklen_t length = make_address(words[0], atoi(words[1]), &address);
	int r = 0, fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	if (connect(fd, (struct sockaddr *)&address, length) < 0)
		r = errno;
	close(fd);
	return r;
}

/* IPv6 without its scope, the shortest that the kernel takes. */
int attempt_short_connect(char **words)
{
	struct sockaddr_storage address;
	int r = 0, fd;

	make_address(words[0], atoi(words[1]), &address);
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	if (connect(fd, (struct sockaddr *)&address,
		    address.ss_family == AF_INET ? 16 : 24) < 0 &&
	    errno != ECONNREFUSED)
		r = errno;
	close(fd);
	return r;
}

/* To a socket that listens there, since the kernel asks only once it has found one. */
int attempt_unix_connect(char **words)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t length = strlen(words[0]);
	socklen_t size;
	int r = 0;

	if (server < 0 || fd < 0 || length >= sizeof(address.sun_path))
		die("unix");
	memcpy(address.sun_path, words[0], length);
	size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	if (*words[0] == '@')
		address.sun_path[0] = '\0';
	else
		unlink(words[0]);
	if (bind(server, (struct sockaddr *)&address, size) < 0 || listen(server, 1) < 0)
		die(words[0]);
	if (connect(fd, (struct sockaddr *)&address, size) < 0)
		r = errno;
	close(server);
	close(fd);
	return r;
}
