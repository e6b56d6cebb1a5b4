/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_VM_PROBE_SEND_H
#define LSMD_TESTS_VM_PROBE_SEND_H

/*
 * Attempts of the probe that send, by each call that takes whom it sends to. Each returns
 * 0 when the kernel let it through, or the errno.
 */

#include <sys/socket.h>

/** make_address() - Of IPv4 or IPv6 in words. Return: its length; 0: it is neither. */
socklen_t make_address(const char *text, int port, struct sockaddr_storage *address);

/** attempt_send() - HOW ADDRESS PORT; HOW: sendto | sendmsg | sendmmsg | connect, of UDP;
 * connected-sendto, of UDP that is connected elsewhere; fastopen, of TCP. */
int attempt_send(char **words);

/** attempt_unix_send() - HOW PATH|@NAME, of datagrams; HOW: sendto | sendmsg | sendmmsg |
 * connect. */
int attempt_unix_send(char **words);

#endif
