// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets: which are created, and where they connect to, or send to without a connection.
 *
 * Fails closed for a subject whose image may deny, open for everyone else.
 */

#include <bpf/bpf_endian.h>

#include "circumstances.bpf.h"
#include "verdict.bpf.h"

/**
 * create_settle() - What the list of a socket's creation says.
 * @socket:   SOCKET()
 * @programs: of circumstances_from()
 *
 * The other arguments as record.bpf.h has them.
 *
 * Return: a positive errno to fail the call with, or 0.
 */
__global __u32 create_settle(__u64 socket, __u64 question, __u64 word, __u32 list, __u64 programs)
{
	struct outcome outcome = {};

	circumstances_programs(&outcome.under, programs);
	outcome_add(&outcome, 0, SLOT_IMAGE(word), list, 0);
	if (!outcome.decision && !outcome.audits)
		return 0;
	return outcome_settle(&outcome, socket, 0, question, word);
}

/* Judge the creation of a socket. Return: what the hook returns. */
static __always_inline int create_judge(int family, int type, int protocol)
{
	__u64 question, programs = PROGRAMS_NAMELESS;
	__u32 list = OFFSET_OUTSIDE;
	struct subject subject;

	if (!subject_open(&subject, value_of_current()) ||
	    !(subject.sections & IMAGE_HAS(SECTION_SOCKETS)))
		return 0;
	if (subject.image.map) {
		list = decide_socket(subject.image, family, type, protocol);
		if (!list)
			return 0;
		programs = circumstances_from(&subject, SECTION_SOCKETS);
	}
	question = QUESTION(VALUE_SLOT(subject.value), HOOK_SOCKET_CREATE, 0);
	return hook_result(create_settle(SOCKET(family, type, protocol), question, subject.word,
					 list, programs));
}

/*
 * lsm/socket_create: __sock_create(), before anything is allocated; sock_create(), socketpair()
 * and io_uring come there; from 2.6.12 on. @kern: the kernel wants the socket for itself.
 *
 * Negative return: no socket, that errno.
 */
SEC("lsm/socket_create")
int BPF_PROG(net_create, int family, int type, int protocol, int kern, int ret)
{
	return ret || kern ? ret : create_judge(family, type, protocol);
}

/* fentry/security_socket_create: the same call, for a dry run; nothing fails. */
SEC("?fentry/security_socket_create")
int BPF_PROG(net_dry_create, int family, int type, int protocol, int kern)
{
	if (!kern)
		create_judge(family, type, protocol);
	return 0;
}

/* struct sockaddr_in and sockaddr_in6, include/uapi/linux/in.h and in6.h. */
struct address {
	__u16 family;
	__u16 port;
	__u32 ipv4;
	__u64 ipv6[2];
	__u32 scope;
};

/* What address_lists() has to know besides: of the socket, as what to read an address without a
 * family, and the length of the address, which is at most 128. */
#define CALL(socket_family, protocol, unspecified, length)                          \
	((__u64)(socket_family) | (__u64)(protocol) << 16 | (__u64)(unspecified) << 32 | \
	 (__u64)(length) << 48)

/**
 * address_lists() - decide_connect(), of the image with that index.
 * @address: struct sockaddr. What cannot be read counts as too short
 * @call:    CALL()
 */
__global __u64 address_lists(__u32 index, __u64 address, __u64 call)
{
	struct connect_call judged = {
		.socket_family = call & 0xffff,
		.protocol = call >> 16 & 0xffff,
		.length = call >> 48,
	};
	image_t image = image_open(index);
	struct address read = {};

	/* The kernel's copy is a struct sockaddr_storage, however short the caller's was. */
	if (bpf_probe_read_kernel(&read, sizeof(read), (const void *)address))
		judged.length = 0;
	judged.family = read.family == DECIDE_AF_UNSPEC ? call >> 32 & 0xffff : read.family;
	judged.port = bpf_ntohs(read.port);
	judged.ipv4 = bpf_ntohl(read.ipv4);
	judged.hi = bpf_be64_to_cpu(read.ipv6[0]);
	judged.lo = bpf_be64_to_cpu(read.ipv6[1]);
	return image.map ? decide_connect(image, &judged) : OFFSET_OUTSIDE;
}

/* include/linux/socket.h, net.h, include/uapi/linux/in.h */
#define AF_PACKET 17
#define SOCK_STREAM 1
#define IPPROTO_SCTP 132
#define IPPROTO_UDPLITE 136
#define MSG_FASTOPEN 0x20000000

/*
 * As what a send without a family of its own has its address read: by UDP over IPv6 not at all
 * (udpv6_sendmsg()), nor by streams, else as the socket's (udp_sendmsg(), raw_sendmsg(),
 * rawv6_sendmsg()). Connecting to no family disconnects.
 */
static __always_inline __u32 family_unspecified(const struct sock *sock, __u32 hook)
{
	if (hook == HOOK_SOCKET_CONNECT || sock->sk_type == SOCK_STREAM)
		return DECIDE_AF_UNSPEC;
	if (sock->__sk_common.skc_family == DECIDE_AF_INET6 &&
	    (sock->sk_protocol == DECIDE_IPPROTO_UDP || sock->sk_protocol == IPPROTO_UDPLITE))
		return DECIDE_AF_UNSPEC;
	return sock->__sk_common.skc_family;
}

/* What address_settle() is about, in one number: two lists of 21 bits, to which an offset beyond the
 * image stays beyond (LIMIT_IMAGE_WORDS is 20 bits); the socket's family, of which there are less
 * than 64; and its protocol. */
#define FOUND(lists, family, protocol)                                                  \
	(((lists) & 0x1fffff) | ((lists) >> 32 & 0x1fffff) << 21 |                      \
	 ((__u64)(family) & 63) << 42 | (__u64)(protocol) << 48)
#define FOUND_LIST(found, nth) ((__u32)((found) >> 21 * (nth)) & 0x1fffff)
#define FOUND_SOCKET(found) SOCKET((found) >> 42 & 63, 0, (found) >> 48)

/**
 * address_settle() - What the lists of a connect or a send say.
 * @address:  struct sockaddr
 * @found:    FOUND()
 * @programs: of circumstances_from()
 *
 * The other arguments as record.bpf.h has them.
 *
 * Return: a positive errno to fail the call with, or 0.
 */
__global __u32 address_settle(__u64 address, __u64 question, __u64 word, __u64 found,
			      __u64 programs)
{
	struct outcome outcome = {};

	circumstances_programs(&outcome.under, programs);
	outcome_add(&outcome, 0, SLOT_IMAGE(word), FOUND_LIST(found, 0), 0);
	outcome_add(&outcome, 1, SLOT_IMAGE(word), FOUND_LIST(found, 1), 0);
	if (!outcome.decision && !outcome.audits)
		return 0;
	return outcome_settle(&outcome, FOUND_SOCKET(found), address, question, word);
}

/**
 * address_judge() - Judge where a socket connects or sends to.
 * @address: struct sockaddr
 * @length:  of the address
 * @hook:    enum hook
 * Return: what the hook returns.
 */
static __always_inline int address_judge(const struct subject *subject, const struct sock *sock,
					 __u64 address, __u32 length, __u32 hook)
{
	__u64 lists, question, programs = PROGRAMS_NAMELESS;

	if (BPF_CORE_READ_BITFIELD(sock, sk_kern_sock))
		return 0;
	lists = address_lists(SLOT_IMAGE(subject->word), address,
			      CALL(sock->__sk_common.skc_family, sock->sk_protocol,
				   family_unspecified(sock, hook), length & 0xff));
	if (!lists)
		return 0;
	if (subject->image.map)
		programs = circumstances_from(subject, SECTION_NETWORK);
	question = QUESTION(VALUE_SLOT(subject->value), hook, length);
	return hook_result(address_settle(
		address, question, subject->word,
		FOUND(lists, sock->__sk_common.skc_family, sock->sk_protocol), programs));
}

/* Judge a connect. Return: what the hook returns. */
static __always_inline int connect_judge(const struct socket *socket, __u64 address, int length)
{
	const struct sock *sock = socket->sk;
	struct subject subject;

	if (!subject_open(&subject, value_of_current()) ||
	    !(subject.sections & IMAGE_HAS(SECTION_NETWORK)) || !sock)
		return 0;
	return address_judge(&subject, sock, address, length, HOOK_SOCKET_CONNECT);
}

/*
 * lsm/socket_connect: __sys_connect_file(), with the address copied into the kernel; io_uring too;
 * from 2.6.12 on. What connects without it has the hook below.
 *
 * Negative return: the connect fails with that errno.
 */
SEC("lsm/socket_connect")
int BPF_PROG(net_connect, struct socket *socket, struct sockaddr *address, int length, int ret)
{
	return ret ? ret : connect_judge(socket, address_of(address), length);
}

/* fentry/security_socket_connect: the same call, for a dry run; nothing fails. */
SEC("?fentry/security_socket_connect")
int BPF_PROG(net_dry_connect, struct socket *socket, struct sockaddr *address, int length)
{
	connect_judge(socket, address_of(address), length);
	return 0;
}

/*
 * Does a socket heed the address of a send? Of streams only SCTP does, and TCP to open fast; the
 * address of a packet socket is none of IP's, and its family nobody's to read.
 */
static __always_inline int heeds_address(const struct sock *sock, const struct msghdr *message)
{
	if (sock->sk_type == SOCK_STREAM)
		return message->msg_flags & MSG_FASTOPEN || sock->sk_protocol == IPPROTO_SCTP;
	return sock->__sk_common.skc_family != AF_PACKET;
}

/*
 * Judge a send. Return: what the hook returns.
 *
 * Without an address, MSG_FASTOPEN or not, it goes nowhere but where a connect has led, which was
 * judged: that is the path of nearly all sends, and shorter than any look-up.
 */
static __always_inline int send_judge(const struct socket *socket, const struct msghdr *message)
{
	const struct sock *sock;
	struct subject subject;

	if (!message->msg_namelen || !message->msg_name)
		return 0;
	sock = socket->sk;
	if (!subject_open(&subject, value_of_current()) ||
	    !(subject.sections & IMAGE_HAS_SENDMSG) || !sock || !heeds_address(sock, message))
		return 0;
	return address_judge(&subject, sock, address_of(message->msg_name), message->msg_namelen,
			     HOOK_SOCKET_SENDMSG);
}

/*
 * lsm/socket_sendmsg: sock_sendmsg(), thus each send, write and splice to a socket, with the
 * address copied into the kernel; io_uring too; from 2.6.12 on. sendmmsg() leaves it out for an
 * address that it just sent to.
 *
 * Negative return: nothing is sent, that errno.
 */
SEC("lsm/socket_sendmsg")
int BPF_PROG(net_sendmsg, struct socket *socket, struct msghdr *message, int size, int ret)
{
	return ret ? ret : send_judge(socket, message);
}

/* fentry/security_socket_sendmsg: the same call, for a dry run; nothing fails. */
SEC("?fentry/security_socket_sendmsg")
int BPF_PROG(net_dry_sendmsg, struct socket *socket, struct msghdr *message, int size)
{
	send_judge(socket, message);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
