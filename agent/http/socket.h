/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HTTP_SOCKET_H
#define LSMD_HTTP_SOCKET_H

/* The sockets that the server listens on. */

/* The control socket: only root may connect. A lock beside it says that its owner lives.
 */
struct control_socket {
	char *path;
	int fd;	     /* listening; -1 once somebody else owns it */
	int lock_fd; /* of "<path>.lock", locked as long as it is open */
};

/**
 * control_socket_open() - Listen on a unix socket of mode 0600.
 * @path: its directory is made (mode 0755) where it is missing
 * @reterr_message: one line: what failed, what to do; owned
 *
 * A socket file that nobody answers on is replaced.
 *
 * Return: 0; -EADDRINUSE when an lsmd lives there; -EEXIST when the file is no socket;
 * -ENAMETOOLONG; negative errno of mkdir, open, bind and listen.
 */
int control_socket_open(const char *path, struct control_socket *ret_socket,
			char **reterr_message);

/** control_socket_close() - Take the file away and unlock. */
void control_socket_close(struct control_socket *socket);

/**
 * tcp_socket_open() - Listen on "ADDRESS:PORT" or "[ADDRESS]:PORT"; numbers only, port 0
 * any. Return: 0; -EINVAL when @address is none; negative errno of socket, bind and
 * listen.
 */
int tcp_socket_open(const char *address, int *ret_fd, char **reterr_message);

#endif
