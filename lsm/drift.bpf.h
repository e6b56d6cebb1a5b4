/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_DRIFT_BPF_H
#define LSMD_LSM_DRIFT_BPF_H

/*
 * Is a file's data not what the container's image brought? FACT_DRIFTED.
 *
 * On the container's own overlay the layers tell. struct ovl_inode is a module's, of which 5.10 has
 * no BTF. On all kernels it holds, in this order,
 *
 *     flags; struct inode vfs_inode; struct dentry *__upperdentry; and what leads to the lower file:
 *         up to 5.18   struct inode *lower
 *         up to 6.4    struct ovl_path {layer, dentry}
 *         from 6.5 on  struct ovl_entry {numlower, struct ovl_path []} *
 *
 * Which of these it is, what is found there tells: nothing but a dentry has the super block of its
 * own inode. What is none of them is drifted.
 */

#include "object.bpf.h"

#define OVERLAYFS_SUPER_MAGIC 0x794c7630

/* Of ovl_inode.flags, from 4.19 on: no file that has only its attributes in the upper layer. */
#define OVL_UPPERDATA (1UL << 3)

/* Where they are, from the inode's address. */
#define OVL_FLAGS (-8)
#define OVL_UPPER 0 /* this and the rest: behind the inode */
#define OVL_LOWER 8
#define OVL_PATH_DENTRY 8
#define OVL_ENTRY_DENTRY 16

static __always_inline __u64 word_at(__u64 address)
{
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), (const void *)address);
	return word;
}

/* The inode of what may be a dentry; NULL when it is none. */
static __always_inline const struct inode *dentry_inode(__u64 address)
{
	const struct dentry *dentry = (const struct dentry *)address;
	const struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	const struct super_block *super_block = BPF_CORE_READ(inode, i_sb);

	return super_block && super_block == BPF_CORE_READ(dentry, d_sb) ? inode : 0;
}

/* What may be an inode, if it is one. */
static __always_inline const struct inode *inode_at(__u64 address)
{
	const struct inode *inode = (const struct inode *)address;
	const struct super_block *super_block = BPF_CORE_READ(inode, i_sb);

	return super_block && super_block == BPF_CORE_READ(super_block, s_root, d_sb) ? inode : 0;
}

/* The file in the layer below; NULL: there is none, or none that is known here. @after: the address
 * behind the overlay's inode. */
static __always_inline const struct inode *overlay_lower(__u64 after)
{
	__u64 first = word_at(after + OVL_LOWER);
	const struct inode *lower = dentry_inode(word_at(after + OVL_LOWER + OVL_PATH_DENTRY));

	if (!lower)
		lower = dentry_inode(word_at(first + OVL_ENTRY_DENTRY));
	return lower ? lower : inode_at(first);
}

#define NSEC(seconds, nanoseconds) ((__u64)(seconds) * NSEC_PER_SEC + (__u64)(nanoseconds))

static __always_inline __u64 inode_modified(const struct inode *inode)
{
	const struct inode___i_mtime *first = (const void *)inode;
	const struct inode_____i_mtime *second = (const void *)inode;
	const struct inode___seconds *third = (const void *)inode;

	if (bpf_core_field_exists(first->i_mtime))
		return NSEC(BPF_CORE_READ(first, i_mtime.tv_sec),
			    BPF_CORE_READ(first, i_mtime.tv_nsec));
	if (bpf_core_field_exists(second->__i_mtime))
		return NSEC(BPF_CORE_READ(second, __i_mtime.tv_sec),
			    BPF_CORE_READ(second, __i_mtime.tv_nsec));
	return NSEC(BPF_CORE_READ(third, i_mtime_sec), BPF_CORE_READ(third, i_mtime_nsec));
}

/* Of i_ctime_nsec, from 6.13 on: somebody has looked at it (include/linux/fs.h). */
#define I_CTIME_QUERIED (1U << 31)

/* When data or attributes changed last, which nobody can set. */
static __always_inline __u64 inode_changed(const struct inode *inode)
{
	const struct inode___i_ctime *first = (const void *)inode;
	const struct inode_____i_ctime *second = (const void *)inode;
	const struct inode___seconds *third = (const void *)inode;

	if (bpf_core_field_exists(first->i_ctime))
		return NSEC(BPF_CORE_READ(first, i_ctime.tv_sec),
			    BPF_CORE_READ(first, i_ctime.tv_nsec));
	if (bpf_core_field_exists(second->__i_ctime))
		return NSEC(BPF_CORE_READ(second, __i_ctime.tv_sec),
			    BPF_CORE_READ(second, __i_ctime.tv_nsec));
	return NSEC(BPF_CORE_READ(third, i_ctime_sec),
		    BPF_CORE_READ(third, i_ctime_nsec) & ~I_CTIME_QUERIED);
}

/*
 * A file of the container's overlay. One that was copied up is unchanged when it has the size and
 * the time of the file that it is a copy of: a copy keeps them, as when a container changes owners at
 * its start. Whoever writes as many bytes, and sets the time back, is not found out.
 */
static __always_inline int overlay_is_drifted(const struct inode *inode)
{
	__u64 after = (__u64)inode + bpf_core_type_size(struct inode);
	__u64 upper_at = word_at(after + OVL_UPPER);
	const struct inode *upper = dentry_inode(upper_at);
	const struct inode *lower = overlay_lower(after);

	if (!lower || (upper_at && !upper))
		return 1;
	if (!upper || !(word_at((__u64)inode + OVL_FLAGS) & OVL_UPPERDATA))
		return 0;
	return BPF_CORE_READ(upper, i_size) != BPF_CORE_READ(lower, i_size) ||
	       inode_modified(upper) != inode_modified(lower);
}

/* Levels of pid namespaces, include/linux/pid_namespace.h (MAX_PID_NS_LEVEL). */
#define PID_LEVELS 32

/* The boot time at which the outermost pid namespace that the task is in, besides the first, began;
 * 0: it is in none. A container has one, and can make others only within. */
static __always_inline __u64 pid_namespace_began(void)
{
	const struct pid_namespace *at = BPF_CORE_READ(current_task(), nsproxy,
						       pid_ns_for_children);
	__u32 i;

#pragma clang loop unroll(disable)
	for (i = 0; i < PID_LEVELS; i++) {
		if (BPF_CORE_READ(at, level) <= 1)
			break;
		at = BPF_CORE_READ(at, parent);
	}
	if (BPF_CORE_READ(at, level) != 1)
		return 0;
	return BPF_CORE_READ(at, child_reaper, start_boottime);
}

/* The boot time since which a change is the container's; 0: not known. */
static __always_inline __u64 arrival_of(__u32 slot_number)
{
	const struct slot *slot = bpf_map_lookup_elem(&slots, &slot_number);
	__u64 arrived = slot ? READ_ONCE(slot->arrived) : 0;

	return arrived ? arrived : pid_namespace_began();
}

/* File systems stamp a change with the clock of the last tick (current_time()), which is behind the
 * one that a start is told by: by 1/HZ at most, and HZ is 100 or more. */
#define TICK_NS (NSEC_PER_SEC / 100)

/* A file elsewhere, such as on a volume: has it changed since the container's first program began?
 * Where that is not known, it has; what changed within a tick before it may have. */
static __always_inline int changed_since_arrival(const struct inode *inode, __u32 slot_number)
{
	const struct state *now_state = state_get();
	__u64 arrived = arrival_of(slot_number);
	__u64 offset = now_state ? READ_ONCE(now_state->realtime_offset) : 0;

	return !arrived || !offset || inode_changed(inode) + TICK_NS >= arrived + offset;
}

/* An overlay that somebody mounted inside shows whatever he likes as its lower layer. */
static __always_inline int is_drifted(const struct inode *inode, __u32 slot_number)
{
	const struct super_block *super_block = BPF_CORE_READ(inode, i_sb);
	__u32 root = slot_root_device(slot_number);

	if (BPF_CORE_READ(super_block, s_magic) == OVERLAYFS_SUPER_MAGIC &&
	    (!root || root == BPF_CORE_READ(super_block, s_dev)))
		return overlay_is_drifted(inode);
	return changed_since_arrival(inode, slot_number);
}

#endif
