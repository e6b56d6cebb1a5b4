/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_RECORD_BPF_H
#define LSMD_LSM_RECORD_BPF_H

/*
 * Records of reported verdicts: after the verdict, never a condition of it. A record is written
 * straight into the ring buffer: first a short one; when the names do not fit, that one is
 * thrown away for a long one.
 */

#include <bpf/bpf_endian.h>

#include "core.bpf.h"
#include "path.bpf.h"
#include "peer.bpf.h"

/*
 * Who was judged by what, as numbers.
 *
 *     object     struct file; SOCKET(), of a connect or a send without the type; of a unix
 *                socket, the peer's struct sock
 *     detail     of a connect or a send, struct sockaddr
 *     question   0-31 slot; 32-39 enum hook; 40-55 ACCESS_* of a file, length of an address
 *     word       slot.image as it was when the verdict was made
 *     report     a decision, in whose lowest bits are 0-7 DENIAL_F_*, 8-15 the verdict in force
 */
#define QUESTION(slot, hook, more) \
	((__u64)(slot) | (__u64)(hook) << 32 | (__u64)((more) & 0xffff) << 40)
#define QUESTION_SLOT(question) ((__u32)(question))
#define QUESTION_HOOK(question) ((__u32)((question) >> 32) & 0xff)
#define QUESTION_MORE(question) ((__u32)((question) >> 40) & 0xffff)

#define SOCKET(family, type, protocol) \
	((__u64)(family) & 0xffff | ((__u64)(type) & 0xffff) << 16 | (__u64)(protocol) << 32)

#define REPORT(decision, verdict, flags) \
	(((decision) & ~0xffffULL) | (__u64)(verdict) << 8 | (flags))
#define REPORT_VERDICT(report) ((__u32)(report) >> 8 & 0xff)
#define REPORT_FLAGS(report) ((__u32)(report) & 0xff)

/* Names that one path of a record has at most. */
#define RECORD_SHORT_NAMES 12
#define RECORD_LONG_NAMES 32

/* The longest name, with its NUL. */
#define RECORD_NAME 256

struct names {
	__u32 length;
	__u32 truncated;
};

/* Append the names of a path, leaf first. @start: bytes in use; @bound: bytes there are. */
static __always_inline struct names names_write(char *buffer, __u32 start, const __u32 bound,
						const __u32 max_names, __u64 dentry, __u64 mount)
{
	struct place place = place_start(dentry, mount);
	struct names names = {.truncated = 1};
	__u32 i, offset = start;
	union link link;
	long length;
	int leg;

	for (i = 0; i <= max_names; i++) {
		leg = place_cross(&place, &link);
		if (leg) {
			names.truncated = leg != LEG_TOP;
			break;
		}
		if (i == max_names || offset > bound - RECORD_NAME)
			break;
		dentry_read(&link, place.dentry);
		length = bpf_probe_read_kernel_str(buffer + offset, RECORD_NAME,
						   (const void *)link.dentry.name);
		if (length <= 0)
			break;
		offset += length;
		/* A root of no mount here: of a pipe, a memfd, or what was detached. */
		if (link.dentry.parent == place.dentry) {
			names.truncated = 0;
			break;
		}
		place.dentry = link.dentry.parent;
	}
	names.length = offset - start;
	return names;
}

/* Who did it. */
static __always_inline void record_task(struct denial_event *event)
{
	const struct task_struct *task = current_task();
	__u64 id = bpf_get_current_pid_tgid();

	event->pid = id >> 32;
	event->tid = (__u32)id;
	event->ppid = BPF_CORE_READ(task, real_parent, tgid);
	id = bpf_get_current_uid_gid();
	event->uid = (__u32)id;
	event->gid = id >> 32;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
}

/* ::ffff:a.b.c.d, the one form for both families. */
static __always_inline void record_mapped(struct denial_event *event)
{
	event->object.network.address[10] = 0xff;
	event->object.network.address[11] = 0xff;
}

/* include/uapi/linux/in.h, in6.h: family, port, then the address at 4 or 8. What was judged
 * without a family of its own was judged by the socket's (net.bpf.c). */
static __always_inline void record_address(struct denial_event *event, __u64 address, __u32 length,
					   __u32 socket_family)
{
	__u16 port = 0;

	if (length < CONNECT_LENGTH_FAMILY)
		return;
	bpf_probe_read_kernel(&event->object.network.family, sizeof(__u16), (const void *)address);
	if (event->object.network.family == DECIDE_AF_UNSPEC)
		event->object.network.family = socket_family;
	if (length >= CONNECT_LENGTH_INET)
		bpf_probe_read_kernel(&port, sizeof(port), (const void *)(address + 2));
	event->object.network.port = bpf_ntohs(port);
	if (event->object.network.family == DECIDE_AF_INET && length >= CONNECT_LENGTH_INET) {
		record_mapped(event);
		bpf_probe_read_kernel(event->object.network.address + 12, 4,
				      (const void *)(address + 4));
	}
	if (event->object.network.family == DECIDE_AF_INET6 && length >= CONNECT_LENGTH_INET6)
		bpf_probe_read_kernel(event->object.network.address, 16,
				      (const void *)(address + 8));
}

static __always_inline void record_file(struct denial_event *event, const struct file *file,
					__u32 access)
{
	const struct inode *inode = BPF_CORE_READ(file, f_inode);

	event->object.file.inode = BPF_CORE_READ(inode, i_ino);
	event->object.file.device = BPF_CORE_READ(inode, i_sb, s_dev);
	event->object.file.access = access;
}

static __always_inline void record_peer(struct denial_event *event, const struct unix_sock *peer)
{
	const struct inode *inode = BPF_CORE_READ(peer, path.dentry, d_inode);

	event->object.peer.is_abstract = !inode;
	event->object.peer.inode = BPF_CORE_READ(inode, i_ino);
	event->object.peer.device = BPF_CORE_READ(inode, i_sb, s_dev);
}

static __always_inline void record_object(struct denial_event *event, __u64 object, __u64 detail,
					  __u64 question)
{
	switch (QUESTION_HOOK(question)) {
	case HOOK_BPRM_CHECK_SECURITY:
	case HOOK_FILE_OPEN:
		record_file(event, (const struct file *)object, QUESTION_MORE(question) & 0xff);
		break;
	case HOOK_SOCKET_CREATE:
		event->object.socket.family = object & 0xffff;
		event->object.socket.type = object >> 16 & 0xffff;
		event->object.socket.protocol = object >> 32;
		break;
	case HOOK_SOCKET_CONNECT:
	case HOOK_SOCKET_SENDMSG:
		event->object.network.protocol = object >> 32;
		record_address(event, detail, QUESTION_MORE(question), object & 0xffff);
		break;
	case HOOK_UNIX_STREAM_CONNECT:
	case HOOK_UNIX_MAY_SEND:
		record_peer(event, (const struct unix_sock *)object);
		break;
	}
}

static __always_inline int record_is_peer(__u32 hook)
{
	return hook == HOOK_UNIX_STREAM_CONNECT || hook == HOOK_UNIX_MAY_SEND;
}

/* Where the object's file is. Return: 0; not when it has none. */
static __always_inline long record_path(__u32 hook, __u64 object, struct path *ret_path)
{
	const struct unix_sock *peer = (const struct unix_sock *)object;
	const struct file *file = (const struct file *)object;

	if (hook == HOOK_FILE_OPEN || hook == HOOK_BPRM_CHECK_SECURITY)
		return bpf_core_read(ret_path, sizeof(*ret_path), &file->f_path);
	if (!record_is_peer(hook))
		return -1;
	bpf_core_read(ret_path, sizeof(*ret_path), &peer->path);
	return !ret_path->dentry;
}

/* "@" and the bytes of an abstract name, ended by NUL as if it were one name. Return: how many. */
static __always_inline __u32 record_abstract(char *names, const struct unix_sock *peer)
{
	struct peer_name name = peer_name(peer);
	__u32 length = name.length & PEER_NAME;

	names[0] = '@';
	if (bpf_probe_read_kernel(names + 1, length, name.bytes))
		length = 0;
	names[1 + length] = '\0';
	return 1 + length + 1;
}

/* The object's names, and then the executable's. Sets the lengths and what is missing. */
static __always_inline void record_names(struct denial_event *event, const __u32 bound,
					 const __u32 max_names, __u64 object)
{
	const struct file *file = BPF_CORE_READ(current_task(), mm, exe_file);
	struct names names = {};
	struct path path;

	if (!record_path(event->hook, object, &path)) {
		names = names_write(event->names, 0, bound, max_names, (__u64)path.dentry,
				    (__u64)mount_of(path.mnt));
		event->flags |= names.truncated ? DENIAL_F_TRUNCATED : 0;
	} else if (record_is_peer(event->hook)) {
		names.length = record_abstract(event->names, (const struct unix_sock *)object);
	}
	event->object_length = names.length;
	names = (struct names){};
	if (file && !bpf_core_read(&path, sizeof(path), &file->f_path))
		names = names_write(event->names, event->object_length, bound, max_names,
				    (__u64)path.dentry, (__u64)mount_of(path.mnt));
	event->flags |= names.truncated ? DENIAL_F_EXE_TRUNCATED : 0;
	event->exe_length = names.length;
}

static __always_inline void record_fill(struct denial_event *event, __u64 object, __u64 detail,
					__u64 question, __u64 word, __u64 report)
{
	__u32 verdict = REPORT_VERDICT(report);

	__builtin_memset(event, 0, sizeof(*event));
	event->type = EVENT_DENIAL;
	event->image = SLOT_IMAGE(word);
	event->time = bpf_ktime_get_boot_ns();
	event->cgroup = current_cgroup_id();
	event->slot = QUESTION_SLOT(question);
	event->rule = DECISION_RULE(report);
	event->verdict = verdict;
	event->would = DECISION_VERDICT(report);
	event->hook = QUESTION_HOOK(question);
	event->error = verdict >= VERDICT_DENY ? DECISION_ERRNO(report) : 0;
	event->flags = REPORT_FLAGS(report);
	record_task(event);
	record_object(event, object, detail, question);
}

#define RECORD_DROPPED 0
#define RECORD_WRITTEN 1
#define RECORD_TRUNCATED 2

/*
 * A record with room for @bytes of names. RECORD_TRUNCATED: thrown away, since a longer one
 * would hold more. The ring takes constant sizes only.
 */
static __always_inline int record_sized(const __u32 bytes, const __u32 max_names, int last,
					__u64 object, __u64 detail, __u64 question, __u64 word,
					__u64 report)
{
	struct denial_event *event =
		bpf_ringbuf_reserve(&events, sizeof(struct denial_event) + bytes, 0);

	if (!event)
		return RECORD_DROPPED;
	record_fill(event, object, detail, question, word, report);
	event->size = bytes;
	record_names(event, bytes, max_names, object);
	if (!last && event->flags & (DENIAL_F_TRUNCATED | DENIAL_F_EXE_TRUNCATED)) {
		bpf_ringbuf_discard(event, 0);
		return RECORD_TRUNCATED;
	}
	bpf_ringbuf_submit(event, 0);
	return RECORD_WRITTEN;
}

/** record_short() - Write a record whose names are few. Return: RECORD_*. */
__global int record_short(__u64 object, __u64 detail, __u64 question, __u64 word, __u64 report)
{
	return record_sized(LIMIT_RECORD_SHORT, RECORD_SHORT_NAMES, 0, object, detail, question,
			    word, report);
}

/** record_long() - Write a record of the largest size. Return: RECORD_DROPPED or _WRITTEN. */
__global int record_long(__u64 object, __u64 detail, __u64 question, __u64 word, __u64 report)
{
	return record_sized(LIMIT_RECORD_LONG, RECORD_LONG_NAMES, 1, object, detail, question,
			    word, report);
}

#endif
