/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
#ifndef LSMD_LSM_CANDIDATES_H
#define LSMD_LSM_CANDIDATES_H

/* Which list of candidates an event has. For decide.h, which says what has to be defined before. */

#include "decision.h"
#include "image.h"
#include "ranges.h"

/**
 * decide_path() - The candidates for an access to a path.
 * @accept: from automaton_accept(), or identity_value.accept
 * @kind:   enum accept_kind
 * Return: the list's offset.
 */
static __always_inline __u32 decide_path(image_t image, __u32 accept, __u32 kind)
{
	__u64 word;

	if (!accept)
		return 0;
	word = image_word(image, accept + kind / 2);
	return kind % 2 ? WORD_HI(word) : WORD_LO(word);
}

/**
 * decide_programs() - Which program sets a path is in.
 * @accept: from automaton_accept()
 * Return: one bit for each.
 */
static __always_inline __u32 decide_programs(image_t image, __u32 accept)
{
	return accept ? WORD_HI(image_word(image, accept + ACCEPT_WORDS - 1)) : 0;
}

#define DECIDE_AF_UNSPEC 0
#define DECIDE_AF_INET 2
#define DECIDE_AF_INET6 10
#define DECIDE_AF_SMC 43

#define DECIDE_SOCK_STREAM 1
#define DECIDE_SOCK_DGRAM 2

#define DECIDE_IPPROTO_TCP 6
#define DECIDE_IPPROTO_UDP 17
#define DECIDE_IPPROTO_SMC 256

/**
 * decide_socket() - The candidates for the creation of a socket.
 * @type: without SOCK_NONBLOCK and SOCK_CLOEXEC, as the hook gets it
 *
 * Protocol 0 of an inet or inet6 stream or datagram is judged as what it will be, TCP and UDP
 * (inet_create()).
 *
 * Return: the list's offset.
 */
static __always_inline __u32 decide_socket(image_t image, __u32 family, __u32 type,
					   __u32 protocol)
{
	__u32 table = WORD_LO(image_word(image, IMAGE_H_SOCKETS));

	if (!protocol && (family == DECIDE_AF_INET || family == DECIDE_AF_INET6)) {
		if (type == DECIDE_SOCK_STREAM)
			protocol = DECIDE_IPPROTO_TCP;
		else if (type == DECIDE_SOCK_DGRAM)
			protocol = DECIDE_IPPROTO_UDP;
	}
	table = RANGES_FIND(image, table, family);
	table = RANGES_FIND(image, table, type);
	return RANGES_FIND(image, table, protocol);
}

/**
 * struct connect_call - A connect, as its hook sees it.
 * @socket_family: of the socket
 * @protocol:      sk_protocol of the socket
 * @family:        of the address; not read when @length is less than 2
 * @length:        of the address, as the caller gave it
 * @port:          host order
 * @ipv4:          host order, of an AF_INET address
 * @hi, @lo:       of an AF_INET6 address, bytes 0-7 and 8-15 as numbers
 */
struct connect_call {
	__u32 socket_family;
	__u32 protocol;
	__u32 family;
	__u32 length;
	__u32 port;
	__u32 ipv4;
	__u64 hi;
	__u64 lo;
};

/* Lengths below which the kernel refuses an address: sizeof(struct sockaddr_in), and
 * SIN6_LEN_RFC2133. Less than a family cannot even be told what it is. */
#define CONNECT_LENGTH_FAMILY 2U
#define CONNECT_LENGTH_INET 16U
#define CONNECT_LENGTH_INET6 24U

#define IPV4_LOOPBACK 0x7f000001U
#define IPV6_NAT64_HI 0x0064ff9b00000000ULL

static __always_inline __u32 decide_port(image_t image, __u32 table,
					 const struct connect_call *call)
{
	__u32 protocol = call->protocol;

	/* Whose sockets have a numbering of their own, and carry TCP. */
	if (call->socket_family == DECIDE_AF_SMC)
		protocol = DECIDE_IPPROTO_SMC;
	table = RANGES_FIND(image, table, protocol);
	return RANGES_FIND(image, table, call->port);
}

static __always_inline __u32 decide_connect_ipv4(image_t image, __u32 address,
						 const struct connect_call *call)
{
	__u32 table = WORD_LO(image_word(image, IMAGE_H_CONNECT));

	/* ip_route_output_key() takes 0.0.0.0 for the host itself. */
	if (!address)
		address = IPV4_LOOPBACK;
	return decide_port(image, RANGES_FIND(image, table, address), call);
}

static __always_inline __u32 decide_connect_ipv6(image_t image, __u64 hi, __u64 lo,
						 const struct connect_call *call)
{
	__u32 table = WORD_HI(image_word(image, IMAGE_H_CONNECT));

	return decide_port(image, RANGES6_FIND(image, table, hi, lo), call);
}

/* For decide_list() to decide as closed, unless nothing can be denied. */
static __always_inline __u32 decide_connect_unread(image_t image)
{
	return decide_unread(image, SECTION_NETWORK) ? OFFSET_OUTSIDE : 0;
}

/**
 * decide_connect() - The candidates for a connect.
 *
 * One address can stand for two: `::` is ::1, or 127.0.0.1 for a socket that is bound to a
 * v4-mapped address (tcp_v6_connect(), __ip6_datagram_connect()); one within NAT64's prefix is
 * itself and the IPv4 address in it. Then both lists are decided, and the stricter holds.
 *
 * Return: WORD(list, second list), the second 0 where there is one only. AF_UNSPEC, which
 * disconnects, and families other than inet and inet6: 0. An address that is too short, of a
 * subject that may be denied a connect: OFFSET_OUTSIDE, which decide_list() decides as closed.
 */
static __always_inline __u64 decide_connect(image_t image, const struct connect_call *call)
{
	__u64 hi = call->hi, lo = call->lo;
	__u32 list;

	if (!image_word(image, IMAGE_H_CONNECT))
		return 0;
	if (call->length < CONNECT_LENGTH_FAMILY)
		return decide_connect_unread(image);
	if (call->family == DECIDE_AF_INET) {
		if (call->length < CONNECT_LENGTH_INET)
			return decide_connect_unread(image);
		return decide_connect_ipv4(image, call->ipv4, call);
	}
	if (call->family != DECIDE_AF_INET6)
		return 0;
	if (call->length < CONNECT_LENGTH_INET6)
		return decide_connect_unread(image);
	if (hi == 0 && lo >> 32 == 0xffff)
		return decide_connect_ipv4(image, (__u32)lo, call);
	if (hi == 0 && lo == 0) {
		list = decide_connect_ipv4(image, IPV4_LOOPBACK, call);
		return WORD(decide_connect_ipv6(image, 0, 1, call), list);
	}
	list = decide_connect_ipv6(image, hi, lo, call);
	if (hi == IPV6_NAT64_HI && lo >> 32 == 0)
		return WORD(list, decide_connect_ipv4(image, (__u32)lo, call));
	return list;
}

#endif
