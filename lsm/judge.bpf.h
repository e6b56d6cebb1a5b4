/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_JUDGE_BPF_H
#define LSMD_LSM_JUDGE_BPF_H

/* Judge a file by its name and by what it is: what the exec and the file family share. */

#include "core.bpf.h"
#include "path.bpf.h"
#include "subject.bpf.h"
#include "verdict.bpf.h"

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

static __always_inline void object_read(struct object *object, const struct file *file)
{
	struct path path = {};

	bpf_core_read(&path, sizeof(path), &file->f_path);
	object->dentry = (__u64)path.dentry;
	object->mount = (__u64)mount_of(path.mnt);
	object->namespace = (__u64)BPF_CORE_READ(mount_of(path.mnt), mnt_ns);
}

/* FACT_TRUSTED_NAME, if a name in that namespace counts for this task. */
static __always_inline __u64 object_trust(const struct object *object, __u32 slot_number)
{
	const struct slot *slot = bpf_map_lookup_elem(&slots, &slot_number);
	__u32 own;

	if (!slot || current_namespace() != object->namespace)
		return 0;
	own = READ_ONCE(slot->mount_namespace);
	return !own || own == current_namespace_number() ? FACT_TRUSTED_NAME : 0;
}

/**
 * identity_accept() - What an object is, whatever its name (DESIGN.md 4).
 * @file:  struct file
 * @slot:  whose
 * @index: of the image that is in force
 * Return: the accept of its literal path, or 0.
 */
__global __u32 identity_accept(__u64 file, __u32 slot, __u32 index)
{
	const struct inode *inode = BPF_CORE_READ((const struct file *)file, f_inode);
	struct identity_key key = {.slot = slot};
	const struct identity_value *value;

	key.inode = BPF_CORE_READ(inode, i_ino);
	key.device = BPF_CORE_READ(inode, i_sb, s_dev);
	value = bpf_map_lookup_elem(&identities, &key);
	return value && value->image == index ? value->accept : 0;
}

/* The accept of a path: 0 for none; OFFSET_OUTSIDE, decided as closed, where it has no name or
 * cannot be read and the section may deny. */
static __always_inline __u32 object_accept(const struct subject *subject,
					   const struct object *object, __u32 section)
{
	__u64 walked;

	if (namespace_is_internal(object->namespace))
		return automaton_accept(subject->image, STATE_DEAD);
	if (object->namespace == current_namespace() ||
	    (object->namespace && !namespace_is_anonymous(object->namespace))) {
		walked = path_walk(object->dentry, object->mount, subject->image);
		if (!PATH_FLAGS(walked))
			return automaton_accept(subject->image, PATH_STATE(walked));
	}
	return decide_unread(subject->image, section) ? OFFSET_OUTSIDE : 0;
}

/**
 * object_judge() - Judge an access to a file.
 * @file_at:  where the address of the struct file stands
 * @question: as record.bpf.h has it
 * @section:  enum image_section
 * @kind:     enum accept_kind
 * Return: what the hook returns.
 */
static __always_inline int object_judge(const struct subject *subject, struct object *object,
					const void *file_at, __u64 question, __u32 section,
					__u32 kind)
{
	__u32 index = SLOT_IMAGE(subject->word);
	struct outcome outcome = {};
	__u32 list, accept;
	__u64 file = 0;

	if (!subject->image.map) {
		outcome.decision = DECISION_CLOSED;
	} else {
		accept = object_accept(subject, object, section);
		VERIFIER_FORGET(accept, (__u32)object->dentry);
		list = decide_path(subject->image, accept, kind);
		if (list)
			outcome_add(&outcome, 0, index, list,
				    object_trust(object, VALUE_SLOT(subject->value)));
		if (subject->sections & IMAGE_HAS_IDENTITIES) {
			bpf_probe_read_kernel(&file, sizeof(file), file_at);
			accept = identity_accept(file, VALUE_SLOT(subject->value), index);
			list = decide_path(subject->image, accept, kind);
			outcome_add(&outcome, 1, index, list, FACT_IDENTITY);
		}
	}
	VERIFIER_FORGET(outcome.decision, object->dentry);
	VERIFIER_FORGET(outcome.audits, (__u32)object->dentry);
	if (!outcome.decision && !outcome.audits)
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), file_at);
	return outcome_settle(&outcome, file, 0, question, subject->word);
}

#endif
