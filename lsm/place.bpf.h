/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_PLACE_BPF_H
#define LSMD_LSM_PLACE_BPF_H

/*
 * A place in a tree of names, and the way up from it: by dentries to the root of a mount, from
 * there to what it is mounted on, and on to the root of the mount namespace.
 */

#include <stddef.h>

#include "core.bpf.h"

/* Mounts stacked on one directory that one crossing passes. */
#define PATH_STACKED 64

/* Steps of one climb: as many as its result can carry. */
#define PATH_CLIMB 63

/* Climbs of one walk: for LIMIT_NAMES, and one more for each of fifteen mounts. */
#define PATH_LEGS 48

static __always_inline const struct mount *mount_of(const struct vfsmount *mnt)
{
	return (const void *)mnt - bpf_core_field_offset(struct mount, mnt);
}

/* What a step needs of a dentry or a mount. The fields are neighbours on all kernels that are
 * known: one probe reads them all; elsewhere it takes more. */
union link {
	struct {
		__u64 parent;
		__u64 hash_len; /* hash, and in the upper half the length */
		__u64 name;
	} dentry;
	struct {
		__u64 parent;
		__u64 mountpoint;
		__u64 root;
	} mount;
};

static __always_inline void dentry_read(union link *link, __u64 address)
{
	const struct dentry *dentry = (const struct dentry *)address;

	if (bpf_core_field_offset(struct dentry, d_name.name) -
		    bpf_core_field_offset(struct dentry, d_parent) ==
	    offsetof(union link, dentry.name)) {
		bpf_core_read(link, sizeof(*link), &dentry->d_parent);
	} else {
		link->dentry.parent = (__u64)BPF_CORE_READ(dentry, d_parent);
		link->dentry.hash_len = BPF_CORE_READ(dentry, d_name.hash_len);
		link->dentry.name = (__u64)BPF_CORE_READ(dentry, d_name.name);
	}
}

static __always_inline void mount_read(union link *link, __u64 address)
{
	const struct mount *mount = (const struct mount *)address;

	if (bpf_core_field_offset(struct mount, mnt_mountpoint) -
			    bpf_core_field_offset(struct mount, mnt_parent) ==
		    offsetof(union link, mount.mountpoint) &&
	    bpf_core_field_offset(struct mount, mnt.mnt_root) -
			    bpf_core_field_offset(struct mount, mnt_parent) ==
		    offsetof(union link, mount.root)) {
		bpf_core_read(link, sizeof(*link), &mount->mnt_parent);
	} else {
		link->mount.parent = (__u64)BPF_CORE_READ(mount, mnt_parent);
		link->mount.mountpoint = (__u64)BPF_CORE_READ(mount, mnt_mountpoint);
		link->mount.root = (__u64)BPF_CORE_READ(mount, mnt.mnt_root);
	}
}

/* The root alone. */
static __always_inline void mount_read_root(union link *link, __u64 address)
{
	const struct mount *mount = (const struct mount *)address;

	link->mount.root = 0;
	bpf_core_read(&link->mount.root, sizeof(link->mount.root), &mount->mnt.mnt_root);
}

/* As a mount: the file system by itself, wherever it is mounted. */
#define MOUNT_NONE 0

static __always_inline __u64 mount_root(__u64 mount)
{
	return (__u64)BPF_CORE_READ((const struct mount *)mount, mnt.mnt_root);
}

/**
 * path_cross() - From a mount whose root was reached, find the one that hangs on a name.
 * @mount: struct mount
 *
 * Return: the mount, itself or one that it is stacked on, whose mountpoint is not its
 * parent's root; 0 when there is none: the namespace's root was reached; 1 on failure.
 */
__global __u64 path_cross(__u64 mount)
{
	union link link;
	int i;

	if (mount == MOUNT_NONE)
		return 0;
	for (i = 0; i < PATH_STACKED; i++) {
		mount_read(&link, mount);
		/* What cannot be read is read as zeros, and ends here. */
		if (link.mount.parent == mount)
			return !mount;
		mount_read_root(&link, link.mount.parent);
		if (link.mount.mountpoint != link.mount.root)
			return mount;
		mount = link.mount.parent;
	}
	return 1;
}

/* A place in a walk. */
struct place {
	__u64 dentry;
	__u64 mount;
	__u64 root; /* of the mount */
};

#define LEG_NAMED 0  /* at something that has a name */
#define LEG_TOP 1    /* at the namespace's root */
#define LEG_FAILED 2

static __always_inline struct place place_start(__u64 dentry, __u64 mount)
{
	return (struct place){.dentry = dentry, .mount = mount, .root = mount_root(mount)};
}

/* Leave the roots that a place is at. @link: memory to use. */
static __always_inline int place_cross(struct place *place, union link *link)
{
	__u64 mount;

	/* Keeps clang from testing this at the end of a loop, for the next turn: 5.10 refuses
	 * a loop that is entered in its middle. */
	__asm__ volatile("" : "+r"(place->dentry));
	if (place->dentry != place->root)
		return LEG_NAMED;
	mount = path_cross(place->mount);
	if (mount <= 1)
		return mount ? LEG_FAILED : LEG_TOP;
	mount_read(link, mount);
	*place = place_start(link->mount.mountpoint, link->mount.parent);
	return LEG_NAMED;
}

/**
 * path_climb() - Step up from a dentry, within its mount.
 * @dentry: struct dentry
 * @root:   the mount's, where it ends
 * @limit:  steps at most, up to PATH_CLIMB
 *
 * Return: the dentry reached, with the number of steps laid over its top seven bits, which are
 * all ones in the address of anything in the kernel; 0 at a root that is not the mount's.
 */
__global __u64 path_climb(__u64 dentry, __u64 root, __u32 limit)
{
	const struct dentry *at;
	__u64 parent;
	__u32 i;

	for (i = 0; i < PATH_CLIMB; i++) {
		if (i >= limit || dentry == root)
			break;
		at = (const struct dentry *)dentry;
		bpf_core_read(&parent, sizeof(parent), &at->d_parent);
		if (parent == dentry)
			return 0;
		dentry = parent;
	}
	return dentry ^ (__u64)i << 57;
}
#define CLIMB_STEPS(climb) ((__u32)(~(climb) >> 57))
#define CLIMB_DENTRY(climb) ((climb) | 0x7fULL << 57)

#define SEEK_COUNT 0
#define SEEK_DENTRY 1
#define SEEK_MOUNT 2
#define SEEK_NAME 3

/* What path_seek() is asked for. */
static __always_inline __u64 place_part(const struct place *place, __u32 n, __u32 what)
{
	const struct dentry *dentry = (const struct dentry *)place->dentry;

	if (what == SEEK_COUNT)
		return n;
	if (what == SEEK_NAME)
		return (__u64)BPF_CORE_READ(dentry, d_name.name);
	return what == SEEK_DENTRY ? place->dentry : place->mount;
}

/**
 * path_seek() - Go up a path by names.
 * @dentry: struct dentry
 * @mount:  struct mount
 * @limit:  how many names
 * @what:   SEEK_COUNT, SEEK_DENTRY, SEEK_MOUNT or SEEK_NAME
 *
 * Return: how many names there were, up to @limit, more than that on failure; or a part of
 * where it got to, 0 on failure.
 */
__global __u64 path_seek(__u64 dentry, __u64 mount, __u32 limit, __u32 what)
{
	struct place place = place_start(dentry, mount);
	__u32 i, n = 0;
	union link link;
	__u64 climb;
	int leg;

	if (mount == MOUNT_NONE)
		place.root = (__u64)BPF_CORE_READ((const struct dentry *)dentry, d_sb, s_root);
	for (i = 0; i < PATH_LEGS; i++) {
		leg = place_cross(&place, &link);
		if (n >= limit || leg == LEG_TOP)
			return place_part(&place, n, what);
		if (leg == LEG_FAILED)
			break;
		climb = path_climb(place.dentry, place.root, limit - n);
		if (!climb)
			break;
		place.dentry = CLIMB_DENTRY(climb);
		n += CLIMB_STEPS(climb);
		VERIFIER_FORGET(n, limit);
	}
	return what == SEEK_COUNT ? limit + 1 : 0;
}

#endif
