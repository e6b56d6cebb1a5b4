// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unix sockets: which peer is connected or sent to, by the file that it is bound to, as whoever
 * bound it names that, or by its abstract name. The name by which the caller looked the peer up is
 * not known here; what that names in the container is (identities).
 *
 * Fails closed for a subject with a rule that may deny by `unix`, open for everyone else.
 */

#include "judge.bpf.h"
#include "peer.bpf.h"

/**
 * abstract_lists() - Find what rules may say of a peer with an abstract name, which is one name for
 * all who can reach it.
 * @peer: struct unix_sock
 *
 * The other arguments and the return value as of file_lists().
 */
__global __u64 abstract_lists(__u64 peer, __u64 question, __u32 index)
{
	struct peer_name name = peer_name((const struct unix_sock *)peer);
	__u64 walked = PATH(STATE_DEAD, PATH_F_UNREAD, 0);
	image_t image = image_open(index);
	__u8 buffer[PEER_NAME + 1];
	__u32 state;

	if (!image.map)
		return LISTS(OFFSET_OUTSIDE, 0);
	if (name.length <= PEER_NAME &&
	    !bpf_probe_read_kernel(buffer, name.length & PEER_NAME, name.bytes)) {
		state = automaton_step(image, automaton_start(image), '@');
		walked = PATH(automaton_feed(image, state, buffer, name.length, PEER_NAME), 0, 0);
	}
	VERIFIER_FORGET(walked, question);
	return LISTS(walk_list(image, walked, question), 0) | LISTS_TRUSTED;
}

/**
 * peer_lists() - Find what rules may say of a peer that is bound to a file.
 * Arguments and return value as of abstract_lists().
 */
__global __u64 peer_lists(__u64 peer, __u64 question, __u32 index)
{
	__u32 name, place = 0, slot = QUESTION_SLOT(question);
	image_t image = image_open(index);
	struct object object = {};
	__u64 walked, flags = 0;

	if (!image.map)
		return LISTS(OFFSET_OUTSIDE, 0);
	object_read_path(&object, &((const struct unix_sock *)peer)->path);
	walked = object_walk(&object, image);
	VERIFIER_FORGET(walked, peer);
	if (PATH_FLAGS(walked) & PATH_F_NO_NAME)
		flags |= LISTS_NAMELESS;
	name = walk_list(image, walked, question);
	VERIFIER_FORGET(name, index);
	if (name && object_trust(&object, slot))
		flags |= LISTS_TRUSTED;
	VERIFIER_FORGET(flags, peer);
	if (object_is_moved(&object, walked, slot_root_device(slot)))
		place = walk_list(image, path_walk_inside(object.dentry, index), question);
	VERIFIER_FORGET(place, index);
	if (QUESTION_MORE(question) & QUESTION_IDENTITIES &&
	    identity_accept(question_inode(question, peer), slot, index, 0))
		flags |= LISTS_IDENTITY;
	return LISTS(name, place) | flags;
}

/** peer_settle() - What the lists of a peer say. Arguments and return value as of file_settle(). */
__global __u32 peer_settle(__u64 peer, __u64 question, __u64 word, __u64 lists, __u64 programs)
{
	struct outcome outcome = {};

	circumstances_programs(&outcome.under, programs);
	return lists_settle(&outcome, peer, question, word, lists);
}

/**
 * peer_judge() - Judge a connect or a send to a unix socket.
 * @sock: whose call it is; the kernel's own are nobody's
 * @hook: enum hook
 *
 * A peer without a name was made by socketpair(), or is a client that nobody bound.
 *
 * Return: what the hook returns.
 */
static __always_inline int peer_judge(const struct sock *sock, const struct sock *other,
				      __u32 hook)
{
	__u64 lists, question, programs = PROGRAMS_NAMELESS, number = address_of(other);
	const struct unix_sock *peer = (const struct unix_sock *)number;
	struct subject subject;
	__u32 more;

	/* A socket that is being closed has none; 6.12 wants that asked before it is read. */
	if (!sock || !subject_open(&subject, value_of_current()) ||
	    !(subject.sections & IMAGE_HAS_UNIX))
		return 0;
	if (BPF_CORE_READ_BITFIELD(sock, sk_kern_sock) || !BPF_CORE_READ(peer, addr))
		return 0;
	more = subject.sections & IMAGE_HAS_IDENTITIES ? QUESTION_IDENTITIES : 0;
	question = QUESTION(VALUE_SLOT(subject.value), hook, more);
	VERIFIER_FORGET(question, subject.word);
	lists = BPF_CORE_READ(peer, path.dentry) ?
			peer_lists(number, question, SLOT_IMAGE(subject.word)) :
			abstract_lists(number, question, SLOT_IMAGE(subject.word));
	if (!LISTS_ANY(lists))
		return 0;
	if (subject.image.map)
		programs = circumstances_from(&subject, SECTION_NETWORK);
	if (lists & LISTS_NAMELESS)
		question |= QUESTION(0, 0, QUESTION_NAMELESS);
	VERIFIER_FORGET(question, subject.word);
	return hook_result(peer_settle(number, question, subject.word, lists, programs));
}

/*
 * lsm/unix_stream_connect: unix_stream_connect(), of stream and seqpacket sockets, once the
 * listener is found and locked; from 2.6.12 on.
 *
 * Negative return: the connect fails with that errno.
 */
SEC("lsm/unix_stream_connect")
int BPF_PROG(unix_connect, struct sock *sock, struct sock *other, struct sock *new, int ret)
{
	return ret ? ret : peer_judge(sock, other, HOOK_UNIX_STREAM_CONNECT);
}

/* fentry/security_unix_stream_connect: the same call, for a dry run; nothing fails. */
SEC("?fentry/security_unix_stream_connect")
int BPF_PROG(unix_dry_conn, struct sock *sock, struct sock *other, struct sock *new)
{
	peer_judge(sock, other, HOOK_UNIX_STREAM_CONNECT);
	return 0;
}

/*
 * lsm/unix_may_send: unix_dgram_connect(), and unix_dgram_sendmsg() of each datagram, connected or
 * not, once the receiver is found and locked; from 2.6.12 on.
 *
 * Negative return: the connect or the send fails with that errno.
 */
SEC("lsm/unix_may_send")
int BPF_PROG(unix_send, struct socket *socket, struct socket *other, int ret)
{
	return ret ? ret : peer_judge(socket->sk, other->sk, HOOK_UNIX_MAY_SEND);
}

/* fentry/security_unix_may_send: the same call, for a dry run; nothing fails. */
SEC("?fentry/security_unix_may_send")
int BPF_PROG(unix_dry_send, struct socket *socket, struct socket *other)
{
	peer_judge(socket->sk, other->sk, HOOK_UNIX_MAY_SEND);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
