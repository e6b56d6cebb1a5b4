/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_PEER_BPF_H
#define LSMD_LSM_PEER_BPF_H

/*
 * What the other end of a unix socket is called: its file, as it was bound, or an abstract name.
 * Both stay as they are once the socket can be found.
 */

#include <stddef.h>

#include "core.bpf.h"

/* Bytes of an abstract name, behind its leading NUL: at most 107 (include/uapi/linux/un.h). */
#define PEER_NAME 127

struct peer_name {
	const void *bytes;
	__u32 length;
};

/* The abstract name. Length 0: the one of no bytes, or the peer has none. */
static __always_inline struct peer_name peer_name(const struct unix_sock *peer)
{
	const struct unix_address *address = BPF_CORE_READ(peer, addr);
	const __u32 before = bpf_core_field_offset(struct sockaddr_un, sun_path) + 1;
	__u32 length = address ? BPF_CORE_READ(address, len) : 0;

	return (struct peer_name){
		.bytes = (const void *)address + bpf_core_field_offset(struct unix_address, name) +
			 before,
		.length = length > before ? length - before : 0,
	};
}

#endif
