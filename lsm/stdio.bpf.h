/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_STDIO_BPF_H
#define LSMD_LSM_STDIO_BPF_H

/* What the descriptors 0 to 2 of the acting task are: FACT_STDIO_SOCKET. */

#include "core.bpf.h"

/* include/uapi/linux/stat.h, include/linux/socket.h */
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define AF_VSOCK 40

/* A unix socket is how many programs talk to their children. SMC carries TCP. */
static __always_inline int family_is_remote(__u32 family)
{
	return family == DECIDE_AF_INET || family == DECIDE_AF_INET6 || family == AF_VSOCK ||
	       family == DECIDE_AF_SMC;
}

static __always_inline int file_is_remote(const struct file *file)
{
	const struct socket *socket;

	if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return 0;
	/* None of one that was opened by O_PATH; then the family is read as 0. */
	socket = BPF_CORE_READ(file, private_data);
	return family_is_remote(BPF_CORE_READ(socket, sk, __sk_common.skc_family));
}

/* Is one of them, which will still be there after an exec, a socket to elsewhere? */
static __always_inline int stdio_is_remote(void)
{
	const struct fdtable *table = BPF_CORE_READ(current_task(), files, fdt);
	struct file *const *files = BPF_CORE_READ(table, fd);
	unsigned long closing = 0;
	struct file *stdio[3] = {};

	bpf_probe_read_kernel(&closing, sizeof(closing), BPF_CORE_READ(table, close_on_exec));
	bpf_probe_read_kernel(stdio, sizeof(stdio), files);
	return (!(closing & 1) && file_is_remote(stdio[0])) ||
	       (!(closing & 2) && file_is_remote(stdio[1])) ||
	       (!(closing & 4) && file_is_remote(stdio[2]));
}

#endif
