/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_FACTS_BPF_H
#define LSMD_LSM_FACTS_BPF_H

/* What conditions of exec and file rules ask of a file and of who acts on it. */

#include "drift.bpf.h"
#include "owner.bpf.h"
#include "stdio.bpf.h"

#define TMPFS_MAGIC 0x01021994

/* As runtimes mount a container's /dev/shm, and IPC namespaces their own. */
static __always_inline int is_shared_memory(const struct mount *mount, const struct inode *inode)
{
	char source[4] = {};

	if (BPF_CORE_READ(inode, i_sb, s_magic) != TMPFS_MAGIC)
		return 0;
	bpf_probe_read_kernel(source, sizeof(source), BPF_CORE_READ(mount, mnt_devname));
	return source[0] == 's' && source[1] == 'h' && source[2] == 'm' && !source[3];
}

/* No link to it is left, or there never was one that lasts. */
static __always_inline int is_fileless(const struct file *file, const struct inode *inode)
{
	const struct mount *mount = mount_of(BPF_CORE_READ(file, f_path.mnt));

	return !BPF_CORE_READ(inode, i_nlink) ||
	       namespace_is_internal((__u64)BPF_CORE_READ(mount, mnt_ns)) ||
	       is_shared_memory(mount, inode);
}

/**
 * facts_of_file() - Find which of some facts hold.
 * @file:   struct file
 * @wanted: FACT_* bits
 * @slot:   whose
 * Return: those of them that hold.
 */
__global __u64 facts_of_file(__u64 file, __u32 wanted, __u32 slot)
{
	const struct inode *inode = BPF_CORE_READ((const struct file *)file, f_inode);
	__u64 facts = 0;

	if (wanted & FACT_FILELESS && is_fileless((const struct file *)file, inode))
		facts |= FACT_FILELESS;
	if (wanted & FACT_DRIFTED && is_drifted(inode, slot))
		facts |= FACT_DRIFTED;
	if (wanted & FACT_OWNER_OTHER && owner_is_other((const struct file *)file, inode))
		facts |= FACT_OWNER_OTHER;
	if (wanted & FACT_STDIO_SOCKET && stdio_is_remote())
		facts |= FACT_STDIO_SOCKET;
	return facts;
}

#endif
