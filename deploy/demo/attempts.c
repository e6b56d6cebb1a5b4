/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program of both pods in the demo: tries four things and says how each went. Static,
 * so that a root file system needs nothing but it and a shell.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int run_a_shell(void)
{
	char *arguments[] = {(char *)"/bin/sh", (char *)"-c", (char *)"exit 0", NULL};
	pid_t child;
	int r = posix_spawn(&child, arguments[0], NULL, NULL, arguments, environ);

	if (r == 0)
		waitpid(child, NULL, 0);
	return r;
}

static int open_a_secret(void)
{
	int fd = open("/etc/shadow", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int make_a_raw_socket(void)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int connect_to_port_4444(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(4444),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = 0;

	if (fd < 0)
		return errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		r = errno;
	close(fd);
	return r;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *what;
		int (*try)(void);
	} attempts[] = {
		{"run a shell", run_a_shell},
		{"open /etc/shadow", open_a_secret},
		{"make a raw socket", make_a_raw_socket},
		{"connect to port 4444", connect_to_port_4444},
	};
	int denied = 0;

	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		int r = attempts[i].try();

		printf("  %-8s %-22s %s%s\n", argc > 1 ? argv[1] : "pod",
		       attempts[i].what, r ? "denied: " : "worked", r ? strerror(r) : "");
		denied += r == EPERM || r == EACCES;
	}
	return denied;
}
