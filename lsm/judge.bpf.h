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
	return !own || own == current_namespace_identity() ? FACT_TRUSTED_NAME : 0;
}

/**
 * identity_accept() - What an object is, whatever its name (DESIGN.md 4).
 * @file:   struct file
 * @slot:   whose
 * @index:  of the image that is in force
 * @number: which of the paths that it is
 * Return: the accept of that path, 0 when there are no more.
 */
__global __u32 identity_accept(__u64 file, __u32 slot, __u32 index, __u32 number)
{
	const struct inode *inode = BPF_CORE_READ((const struct file *)file, f_inode);
	struct identity_key key = {.slot = slot, .image = index, .number = number};
	const __u32 *accept;

	key.inode = BPF_CORE_READ(inode, i_ino);
	key.device = BPF_CORE_READ(inode, i_sb, s_dev);
	accept = bpf_map_lookup_elem(&identities, &key);
	return accept ? *accept : 0;
}

/* Whose files they are, and by which image. */
#define IDENTITY(slot, index) WORD(slot, index)

/** identity_list() - Return: the list of a path that an object is; 0 when there are no more. */
__global __u32 identity_list(__u64 file, __u64 identity, __u32 kind, __u32 number)
{
	__u32 accept = identity_accept(file, WORD_LO(identity), WORD_HI(identity), number);
	image_t image = image_open(WORD_HI(identity));

	return image.map ? decide_path(image, accept, kind) : OFFSET_OUTSIDE;
}

/* Of what identity_decide() returns: which of the lists its audits are of. */
#define IDENTITY_AUDITED(decision) ((__u32)(decision) >> 8 & 0xff)

/**
 * identity_decide() - What an object is denied for what it is, whatever its name.
 *
 * Most files are no path of a rule, or one. Of several, the strictest holds, and audits are
 * those of the first list that has any.
 *
 * Return: a decision, with IDENTITY_AUDITED() in bits 8-15.
 */
__global __u64 identity_decide(__u64 file, __u64 identity, __u32 kind, __u64 facts, __u64 programs)
{
	__u64 decision, strictest = 0, audits = 0;
	__u32 number, accept;

	for (number = 0; number < LIMIT_IDENTITY_ACCEPTS; number++) {
		accept = identity_accept(file, WORD_LO(identity), WORD_HI(identity), number);
		if (!accept)
			break;
		decision = list_decide(WORD_HI(identity),
				       identity_list(file, identity, kind, number), facts,
				       programs, 0);
		if (!audits && DECISION_AUDITS(decision))
			audits = number << 8 | DECISION_AUDITS(decision);
		strictest = decide_stricter(strictest, decision & ~0xffffULL);
		VERIFIER_FORGET(strictest, identity);
		VERIFIER_FORGET(audits, identity);
	}
	return strictest | audits;
}

/* What the name that an object is asked for by leads to: PATH(), or where it has none, what the
 * section makes of that. */
static __always_inline __u64 object_walk(const struct subject *subject,
					 const struct object *object)
{
	if (object->namespace == current_namespace() ||
	    (object->namespace && !namespace_is_anonymous(object->namespace)))
		return path_walk(object->dentry, object->mount, subject->image);
	return PATH(STATE_DEAD, PATH_F_NO_NAME, 0);
}

/* The accept of a walk: 0 for none; OFFSET_OUTSIDE, decided as closed, where there is no name
 * or it cannot be read and the section may deny. */
static __always_inline __u32 walk_accept(const struct subject *subject, __u64 walked, __u32 section)
{
	if (!(PATH_FLAGS(walked) & PATH_FAILED))
		return automaton_accept(subject->image, PATH_STATE(walked));
	return decide_unread(subject->image, section) ? OFFSET_OUTSIDE : 0;
}

/*
 * Is a file on the container's root file system, but shown elsewhere than there by a bind mount
 * or a mount namespace of the task's own? Then it is judged by its name there as well, and what
 * denies that holds (DESIGN.md 5).
 */
static __always_inline int file_is_moved(const struct file *file, __u64 walked, __u32 slot_number)
{
	const struct slot *slot = bpf_map_lookup_elem(&slots, &slot_number);
	const struct super_block *super_block = file->f_path.mnt->mnt_sb;

	if (!slot || READ_ONCE(slot->root_device) != super_block->s_dev)
		return 0;
	return PATH_FLAGS(walked) & PATH_F_CROSSED ||
	       file->f_path.mnt->mnt_root != super_block->s_root;
}

/* Add what the list of the object's name says. What that depends on is read only for a list. */
static __always_inline void judge_name(const struct subject *subject, const struct object *object,
				       __u64 walked, struct outcome *outcome, __u32 section,
				       __u32 kind)
{
	__u32 list, accept = walk_accept(subject, walked, section);
	__u64 facts = 0;

	VERIFIER_FORGET(accept, (__u32)subject->value);
	list = decide_path(subject->image, accept, kind);
	if (list)
		facts = object_trust(object, VALUE_SLOT(subject->value));
	VERIFIER_FORGET(facts, subject->value);
	outcome_add(outcome, 0, SLOT_IMAGE(subject->word), list, facts);
}

/* Add what the list of its name within its file system says. */
static __always_inline void judge_place(const struct subject *subject, const struct object *object,
					struct outcome *outcome, __u32 section, __u32 kind)
{
	__u32 index = SLOT_IMAGE(subject->word);
	__u64 walked = path_walk_inside(object->dentry, index);
	__u32 accept = walk_accept(subject, walked, section);

	VERIFIER_FORGET(accept, (__u32)subject->value);
	outcome_add(outcome, 1, index, decide_path(subject->image, accept, kind), FACT_IDENTITY);
}

/* Add what the lists of the paths say that it is. */
static __always_inline void judge_identity(const struct subject *subject,
					   const struct file *file, struct outcome *outcome,
					   __u32 kind)
{
	__u32 index = SLOT_IMAGE(subject->word);
	__u64 identity = IDENTITY(VALUE_SLOT(subject->value), index);
	__u64 decision = identity_decide(address_of(file), identity, kind, FACT_IDENTITY, 0);

	if (!decision)
		return;
	outcome->decision = decide_stricter(outcome->decision, decision & ~0xffffULL);
	if (!DECISION_AUDITS(decision))
		return;
	outcome->audits |= 4;
	outcome->lists[2] = LIST_FACTS(identity_list(address_of(file), identity, kind,
						     IDENTITY_AUDITED(decision)),
				       FACT_IDENTITY);
}

/**
 * file_judge() - Judge an access to a file.
 * @object:  of the file
 * @hook:    enum hook
 * @more:    for QUESTION()
 * @section: enum image_section
 * @kind:    enum accept_kind
 * Return: what the hook returns.
 */
static __always_inline int file_judge(const struct subject *subject, const struct object *object,
				      const struct file *file, __u32 hook, __u32 more,
				      __u32 section, __u32 kind)
{
	struct outcome outcome = {};
	__u64 walked;

	if (subject->image.map) {
		/* What has no path matches nothing. */
		walked = PATH(STATE_DEAD, 0, 0);
		if (!namespace_is_internal(object->namespace))
			walked = object_walk(subject, object);
		else
			more |= QUESTION_NAMELESS;
		more |= PATH_FLAGS(walked) & PATH_F_NO_NAME ? QUESTION_NAMELESS : 0;
		VERIFIER_FORGET(more, (__u32)object->dentry);
		VERIFIER_FORGET(walked, object->dentry);
		judge_name(subject, object, walked, &outcome, section, kind);
		if (file_is_moved(file, walked, VALUE_SLOT(subject->value)))
			judge_place(subject, object, &outcome, section, kind);
		if (subject->sections & IMAGE_HAS_IDENTITIES)
			judge_identity(subject, file, &outcome, kind);
	} else {
		outcome.decision = DECISION_CLOSED;
	}
	if (!outcome.decision && !outcome.audits)
		return 0;
	return outcome_settle(&outcome, address_of(file), 0,
			      QUESTION(VALUE_SLOT(subject->value), hook, more), subject->word);
}

#endif
