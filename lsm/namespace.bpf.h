/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_NAMESPACE_BPF_H
#define LSMD_LSM_NAMESPACE_BPF_H

/* Whose mount namespace a mount is in, and which one the task is in. */

#include "core.bpf.h"

/* Of struct mount.mnt_ns: of a mount of the kernel's own, MNT_NS_INTERNAL; NULL once it is
 * unmounted. */
static __always_inline int namespace_is_internal(__u64 namespace)
{
	return namespace >= (__u64)-4095;
}

/* Of open_tree() and fsmount(), before the tree is attached. */
static __always_inline int namespace_is_anonymous(__u64 address)
{
	const struct mnt_namespace *namespace = (const struct mnt_namespace *)address;

	if (bpf_core_field_exists(namespace->is_anon))
		return BPF_CORE_READ(namespace, is_anon);
	return BPF_CORE_READ(namespace, ns.inum) == 0;
}

static __always_inline __u64 current_namespace(void)
{
	if (has_task_btf())
		return (__u64)bpf_get_current_task_btf()->nsproxy->mnt_ns;
	return (__u64)BPF_CORE_READ(current_task(), nsproxy, mnt_ns);
}

/*
 * What tells a mount namespace from every other of this boot, 32 bits of it. Not the
 * inode number: that is given again to the next one as soon as a namespace is gone, so that who
 * leaves the container's own and makes another would bear it again.
 */
static __always_inline __u32 namespace_identity(__u64 address)
{
	const struct mnt_namespace *namespace = (const struct mnt_namespace *)address;

	if (bpf_core_field_exists(namespace->seq))
		return (__u32)BPF_CORE_READ(namespace, seq);
	return (__u32)BPF_CORE_READ(namespace, ns.ns_id);
}

static __always_inline __u32 current_namespace_identity(void)
{
	return namespace_identity(current_namespace());
}

static __always_inline __u32 current_namespace_number(void)
{
	if (has_task_btf())
		return bpf_get_current_task_btf()->nsproxy->mnt_ns->ns.inum;
	return BPF_CORE_READ(current_task(), nsproxy, mnt_ns, ns.inum);
}

#endif
