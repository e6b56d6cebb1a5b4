/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_OWNER_BPF_H
#define LSMD_LSM_OWNER_BPF_H

/* Whose a file is: FACT_OWNER_OTHER. */

#include "place.bpf.h"

/* Extents that a map holds in itself; of more, nobody is the owner. */
#define OWNER_EXTENTS 5

#define OWNER_NOBODY (~0U)

/* The map of a mount that shows other owners than the file system has; 0: none here. */
static __always_inline const struct uid_gid_map *mount_map(const struct mount *mount)
{
	const struct vfsmount___userns *before = (const void *)&mount->mnt;
	const struct vfsmount___idmap *after = (const void *)&mount->mnt;
	const struct mnt_idmap___owner *owned;

	if (bpf_core_field_exists(before->mnt_userns))
		return &BPF_CORE_READ(before, mnt_userns)->uid_map;
	if (!bpf_core_field_exists(after->mnt_idmap))
		return 0;
	owned = (const void *)BPF_CORE_READ(after, mnt_idmap);
	if (bpf_core_field_exists(owned->owner))
		return &BPF_CORE_READ(owned, owner)->uid_map;
	return &((const struct mnt_idmap *)owned)->uid_map;
}

/* As the kernel's map_id_down(). */
static __always_inline __u32 map_down(const struct uid_gid_map *map, __u32 id)
{
	__u32 i, extents = map ? BPF_CORE_READ(map, nr_extents) : 0;
	struct uid_gid_extent extent;

	if (!extents)
		return id;
#pragma clang loop unroll(full)
	for (i = 0; i < OWNER_EXTENTS; i++) {
		bpf_core_read(&extent, sizeof(extent), &map->extent[i]);
		if (extents <= OWNER_EXTENTS && i < extents && id - extent.first < extent.count)
			return id - extent.first + extent.lower_first;
	}
	return OWNER_NOBODY;
}

/* Is a file another's than the acting user's? As the mount shows it. */
static __always_inline int owner_is_other(const struct file *file, const struct inode *inode)
{
	const struct mount *mount = mount_of(BPF_CORE_READ(file, f_path.mnt));
	__u32 owner = map_down(mount_map(mount), BPF_CORE_READ(inode, i_uid.val));

	return owner != BPF_CORE_READ(current_task(), cred, fsuid.val);
}

#endif
