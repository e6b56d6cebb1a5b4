// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets: which are created, and where they connect to.
 *
 * Fails closed for a subject whose image may deny, open for everyone else.
 */

#include <bpf/bpf_endian.h>

#include "subject.bpf.h"
#include "verdict.bpf.h"

/*
 * lsm/socket_create: __sock_create(), before anything is allocated; sock_create(), socketpair()
 * and io_uring come there; from 2.6.12 on. @kern: the kernel wants the socket for itself.
 *
 * Negative return: no socket, that errno.
 */
SEC("lsm/socket_create")
int BPF_PROG(net_create, int family, int type, int protocol, int kern, int ret)
{
	struct outcome outcome = {};
	struct subject subject;
	__u64 question;

	if (ret)
		return ret;
	if (kern || !subject_open(&subject, value_of_current()) ||
	    !(subject.sections & IMAGE_HAS(SECTION_SOCKETS)))
		return 0;
	if (subject.image.map)
		outcome_add(&outcome, 0, SLOT_IMAGE(subject.word),
			    decide_socket(subject.image, family, type, protocol), 0);
	else
		outcome.decision = DECISION_CLOSED;
	if (!outcome.decision && !outcome.audits)
		return 0;
	question = QUESTION(VALUE_SLOT(subject.value), HOOK_SOCKET_CREATE, 0);
	return hook_result(outcome_settle(&outcome, SOCKET(family, type, protocol), 0, question,
					  subject.word));
}

/* struct sockaddr_in and sockaddr_in6, include/uapi/linux/in.h and in6.h. */
struct address {
	__u16 family;
	__u16 port;
	__u32 ipv4;
	__u64 ipv6[2];
	__u32 scope;
};

/* What of a call is in small numbers. The length of an address is at most 128. */
#define CALL(socket_family, protocol, family, length)                          \
	((__u64)(socket_family) | (__u64)(protocol) << 16 | (__u64)(family) << 32 | \
	 (__u64)(length) << 48)

/**
 * connect_lists() - decide_connect(), of the image with that index.
 * @index:  of the image
 * @call:   CALL()
 * @port_ipv4: WORD(port, IPv4 address), as the caller wrote them
 * @hi, @lo: of an IPv6 address, as the caller wrote it
 */
__global __u64 connect_lists(__u32 index, __u64 call, __u64 port_ipv4, __u64 hi, __u64 lo)
{
	struct connect_call read = {
		.socket_family = call & 0xffff,
		.protocol = call >> 16 & 0xffff,
		.family = call >> 32 & 0xffff,
		.length = call >> 48,
		.port = bpf_ntohs(WORD_LO(port_ipv4)),
		.ipv4 = bpf_ntohl(WORD_HI(port_ipv4)),
		.hi = bpf_be64_to_cpu(hi),
		.lo = bpf_be64_to_cpu(lo),
	};
	image_t image = image_open(index);

	return image.map ? decide_connect(image, &read) : OFFSET_OUTSIDE;
}

/* The lists of a connect. What cannot be read counts as an address that is too short. */
static __always_inline __u64 lists_of(const struct sock *sock, const struct sockaddr *address,
				      __u32 length, __u32 index)
{
	struct address read = {};

	/* The kernel's copy is a struct sockaddr_storage, however short the caller's was. */
	if (bpf_probe_read_kernel(&read, sizeof(read), address))
		length = 0;
	return connect_lists(index,
			     CALL(sock->__sk_common.skc_family, sock->sk_protocol, read.family,
				  length & 0xff),
			     WORD(read.port, read.ipv4), read.ipv6[0], read.ipv6[1]);
}

/*
 * lsm/socket_connect: __sys_connect_file(), with the address copied into the kernel; io_uring too;
 * from 2.6.12 on. What connects without it: sendto() with MSG_FASTOPEN, datagrams with an address.
 *
 * Negative return: the connect fails with that errno.
 */
SEC("lsm/socket_connect")
int BPF_PROG(net_connect, struct socket *socket, struct sockaddr *address, int length, int ret)
{
	const struct sock *sock = socket->sk;
	struct outcome outcome = {};
	__u64 lists, arguments[2];
	struct subject subject;
	__u32 index;

	if (ret)
		return ret;
	if (!subject_open(&subject, value_of_current()) ||
	    !(subject.sections & IMAGE_HAS(SECTION_NETWORK)))
		return 0;
	if (!sock || BPF_CORE_READ_BITFIELD(sock, sk_kern_sock))
		return 0;
	index = SLOT_IMAGE(subject.word);
	lists = lists_of(sock, address, length, index);
	outcome_add(&outcome, 0, index, WORD_LO(lists), 0);
	outcome_add(&outcome, 1, index, WORD_HI(lists), 0);
	if (!outcome.decision && !outcome.audits)
		return 0;
	bpf_probe_read_kernel(arguments, sizeof(arguments), ctx);
	return hook_result(outcome_settle(&outcome, arguments[0], arguments[1],
					  QUESTION(VALUE_SLOT(subject.value), HOOK_SOCKET_CONNECT,
						   length),
					  subject.word));
}

char LICENSE[] SEC("license") = "GPL";
