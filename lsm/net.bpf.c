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
	return outcome_settle(&outcome, SOCKET(family, type, protocol), 0, question, subject.word);
}

/* struct sockaddr_in and sockaddr_in6, include/uapi/linux/in.h and in6.h. */
struct address {
	__u16 family;
	__u16 port;
	__u32 ipv4;
	__u64 ipv6[2];
	__u32 scope;
};

#define CONNECT_SOCKET(family, protocol) ((family) | (__u32)(protocol) << 16)

/**
 * connect_lists() - decide_connect(), of the image with that index.
 * @index:   of the image
 * @socket:  CONNECT_SOCKET() of the socket's family and protocol
 * @address: struct sockaddr, in kernel memory
 * @length:  of it
 */
__global __u64 connect_lists(__u32 index, __u32 socket, __u64 address, __u32 length)
{
	struct connect_call call = {
		.socket_family = socket & 0xffff,
		.protocol = socket >> 16,
		.length = length,
	};
	image_t image = image_open(index);
	struct address read = {};

	if (!image.map)
		return OFFSET_OUTSIDE;
	/* The kernel's copy is a struct sockaddr_storage, however short the caller's was. */
	if (bpf_probe_read_kernel(&read, sizeof(read), (const void *)address))
		return OFFSET_OUTSIDE;
	call.family = read.family;
	call.port = bpf_ntohs(read.port);
	call.ipv4 = bpf_ntohl(read.ipv4);
	call.hi = bpf_be64_to_cpu(read.ipv6[0]);
	call.lo = bpf_be64_to_cpu(read.ipv6[1]);
	return decide_connect(image, &call);
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
	__u64 question, object = 0, detail = 0, lists = 0;
	const struct sock *sock = socket->sk;
	struct outcome outcome = {};
	struct subject subject;
	__u32 index;

	if (ret)
		return ret;
	if (!subject_open(&subject, value_of_current()) ||
	    !(subject.sections & IMAGE_HAS(SECTION_NETWORK)))
		return 0;
	if (sock && BPF_CORE_READ_BITFIELD(sock, sk_kern_sock))
		return 0;
	index = SLOT_IMAGE(subject.word);
	bpf_probe_read_kernel(&object, sizeof(object), &ctx[0]);
	bpf_probe_read_kernel(&detail, sizeof(detail), &ctx[1]);
	if (sock)
		lists = connect_lists(index,
				      CONNECT_SOCKET(sock->__sk_common.skc_family,
						     sock->sk_protocol),
				      detail, length);
	outcome_add(&outcome, 0, index, WORD_LO(lists), 0);
	outcome_add(&outcome, 1, index, WORD_HI(lists), 0);
	if (!outcome.decision && !outcome.audits)
		return 0;
	question = QUESTION(VALUE_SLOT(subject.value), HOOK_SOCKET_CONNECT, length);
	return outcome_settle(&outcome, object, detail, question, subject.word);
}

char LICENSE[] SEC("license") = "GPL";
