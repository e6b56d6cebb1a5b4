/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_OBJECT_BPF_H
#define LSMD_LSM_OBJECT_BPF_H

/* A file, and what its name and its identity are worth: of what is acted on, and of who acts. */

#include "core.bpf.h"
#include "namespace.bpf.h"
#include "path.bpf.h"

/**
 * struct object - A file that is judged.
 * @dentry:    struct dentry
 * @mount:     struct mount
 * @namespace: struct mnt_namespace of the mount
 */
struct object {
	__u64 dentry;
	__u64 mount;
	__u64 namespace;
};

static __always_inline void object_read_path(struct object *object, const struct path *from)
{
	struct path path = {};

	bpf_core_read(&path, sizeof(path), from);
	object->dentry = (__u64)path.dentry;
	object->mount = (__u64)mount_of(path.mnt);
	object->namespace = (__u64)BPF_CORE_READ(mount_of(path.mnt), mnt_ns);
}

static __always_inline void object_read(struct object *object, const struct file *file)
{
	object_read_path(object, &file->f_path);
}

static __always_inline __u64 file_inode(__u64 file)
{
	return (__u64)BPF_CORE_READ((const struct file *)file, f_inode);
}

/* Of the container's root file system; 0 while it is not known. */
static __always_inline __u32 slot_root_device(__u32 slot_number)
{
	const struct slot *slot = bpf_map_lookup_elem(&slots, &slot_number);

	return slot ? READ_ONCE(slot->root_device) : 0;
}

/* FACT_TRUSTED_NAME, if a name in that namespace counts for this task. */
static __always_inline __u64 object_trust(const struct object *object, __u32 slot_number)
{
	const struct slot *slot = bpf_map_lookup_elem(&slots, &slot_number);
	__u32 own;

	if (!slot || current_namespace() != object->namespace)
		return 0;
	own = READ_ONCE(slot->mount_namespace);
	return !own || own == current_namespace_identity() ? FACT_TRUSTED_NAME : 0;
}

/* Can a name be made of it, in whatever namespace? */
static __always_inline int object_has_name(const struct object *object)
{
	return object->namespace == current_namespace() ||
	       (object->namespace && !namespace_is_internal(object->namespace) &&
		!namespace_is_anonymous(object->namespace));
}

/* What the name that an object is asked for by leads to: PATH(), or where it has none, what the
 * section makes of that. */
static __always_inline __u64 object_walk(const struct object *object, image_t image)
{
	if (object_has_name(object))
		return path_walk(object->dentry, object->mount, image);
	return PATH(STATE_DEAD, PATH_F_NO_NAME, 0);
}

#endif
