/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_JUDGE_BPF_H
#define LSMD_LSM_JUDGE_BPF_H

/*
 * Judge a file by its name and by what it is: what exec, file and unix sockets share.
 *
 * Three steps that a hook calls one after the other, so that their frames do not add up: which
 * lists, which program acts, and what the lists say.
 */

#include "circumstances.bpf.h"
#include "object.bpf.h"
#include "subject.bpf.h"
#include "verdict.bpf.h"

/* In QUESTION_MORE() of a file: it is on the container's root file system; it is shown elsewhere than
 * there by a bind mount; the image has identities. */
#define QUESTION_ON_ROOT 0x2000U
#define QUESTION_BOUND 0x1000U
#define QUESTION_IDENTITIES 0x800U

/*
 * The lists of one access: of its name and of its name within its file system, of 24 bits each, to
 * which an offset beyond the image stays beyond (LIMIT_IMAGE_WORDS is 20 bits); and flags.
 */
#define LISTS(name, place) ((__u64)((name) & 0xffffff) | (__u64)((place) & 0xffffff) << 24)
#define LISTS_NAME(lists) ((__u32)(lists) & 0xffffff)
#define LISTS_PLACE(lists) ((__u32)((lists) >> 24) & 0xffffff)
#define LISTS_IDENTITY (1ULL << 48) /* it is a path that rules name */
#define LISTS_NAMELESS (1ULL << 49)
#define LISTS_TRUSTED (1ULL << 50)  /* the name counts */
#define LISTS_TRUST(lists) ((lists) & LISTS_TRUSTED ? FACT_TRUSTED_NAME : 0)
#define LISTS_ANY(lists) ((lists) & (LISTS(~0U, ~0U) | LISTS_IDENTITY))
/* Added by the hook: the FACT_* bits that conditions ask for, of which there are less than 12. */
#define LISTS_ASKED(facts) ((__u64)(facts) << 52)
#define LISTS_FACTS(lists) ((__u32)((lists) >> 52))

/* In a section's place for what denies by `unix`: the bit of IMAGE_HAS_UNIX. */
#define SECTION_UNIX 18

static __always_inline __u32 question_section(__u64 question)
{
	switch (QUESTION_HOOK(question)) {
	case HOOK_BPRM_CHECK_SECURITY:
		return SECTION_EXEC;
	case HOOK_UNIX_STREAM_CONNECT:
	case HOOK_UNIX_MAY_SEND:
		return SECTION_UNIX;
	default:
		return SECTION_FILE;
	}
}

static __always_inline __u32 question_kind(__u64 question)
{
	switch (QUESTION_HOOK(question)) {
	case HOOK_BPRM_CHECK_SECURITY:
		return ACCEPT_EXEC;
	case HOOK_UNIX_STREAM_CONNECT:
	case HOOK_UNIX_MAY_SEND:
		return ACCEPT_UNIX;
	default:
		return QUESTION_MORE(question) & (ACCESS_READ | ACCESS_WRITE);
	}
}

/* Of the file that is judged, or that a unix socket is bound to. */
static __always_inline __u64 question_inode(__u64 question, __u64 object)
{
	const struct unix_sock *peer = (const struct unix_sock *)object;

	if (question_section(question) == SECTION_UNIX)
		return (__u64)BPF_CORE_READ(peer, path.dentry, d_inode);
	return file_inode(object);
}

/* The list of a name. Where there is none or it cannot be read, what is decided as closed if the
 * section may deny. */
static __always_inline __u32 walk_list(image_t image, __u64 walked, __u64 question)
{
	__u32 accept;

	if (!(PATH_FLAGS(walked) & PATH_FAILED))
		accept = automaton_accept(image, PATH_STATE(walked));
	else
		accept = decide_unread(image, question_section(question)) ? OFFSET_OUTSIDE : 0;
	VERIFIER_FORGET(accept, (__u32)question);
	return decide_path(image, accept, question_kind(question));
}

/*
 * Is a file on the container's root file system, but shown elsewhere than there by a bind mount
 * or a mount namespace of the task's own? Then it is judged by its name there as well, and what
 * denies that holds (DESIGN.md 5).
 */
static __always_inline int file_is_moved(__u64 walked, __u64 question)
{
	return QUESTION_MORE(question) & QUESTION_ON_ROOT &&
	       (QUESTION_MORE(question) & QUESTION_BOUND || PATH_FLAGS(walked) & PATH_F_CROSSED);
}

/**
 * file_lists() - Find what rules may say of an access to a file.
 * @file:     struct file
 * @question: as record.bpf.h has it
 * @index:    of the image
 * Return: LISTS(), and flags of it.
 */
__global __u64 file_lists(__u64 file, __u64 question, __u32 index)
{
	/* To execute what has no path matches nothing; to open it is nobody's business. */
	__u64 walked = PATH(STATE_DEAD, 0, 0), flags = LISTS_NAMELESS;
	__u32 name, place = 0;
	image_t image = image_open(index);
	struct object object = {};

	object_read(&object, (const struct file *)file);
	if (!image.map)
		return LISTS(OFFSET_OUTSIDE, 0);
	if (!namespace_is_internal(object.namespace)) {
		walked = object_walk(&object, image);
		flags = PATH_FLAGS(walked) & PATH_F_NO_NAME ? LISTS_NAMELESS : 0;
	} else if (question_section(question) == SECTION_FILE) {
		return 0;
	}
	VERIFIER_FORGET(flags, file);
	VERIFIER_FORGET(walked, file);
	name = walk_list(image, walked, question);
	VERIFIER_FORGET(name, index);
	if (name && object_trust(&object, QUESTION_SLOT(question)))
		flags |= LISTS_TRUSTED;
	VERIFIER_FORGET(flags, file);
	if (file_is_moved(walked, question))
		place = walk_list(image, path_walk_inside(object.dentry, index), question);
	VERIFIER_FORGET(place, index);
	if (QUESTION_MORE(question) & QUESTION_IDENTITIES &&
	    identity_accept(file_inode(file), QUESTION_SLOT(question), index, 0))
		flags |= LISTS_IDENTITY;
	return LISTS(name, place) | flags;
}

/* Add what the lists of the paths say that an object is. */
static __always_inline void identity_add(struct outcome *outcome, __u64 object, __u64 question,
					 __u32 index)
{
	__u64 inode = question_inode(question, object);
	__u64 identity = IDENTITY(QUESTION_SLOT(question), index);
	__u32 kind = question_kind(question);
	__u64 decision = identity_decide(inode, identity, kind,
					 FACT_IDENTITY | outcome->under.facts,
					 outcome->under.programs);

	outcome->decision = decide_stricter(outcome->decision, decision & ~0xffffULL);
	if (!DECISION_AUDITS(decision))
		return;
	outcome->audits |= 4;
	outcome->lists[2] = LIST_FACTS(identity_list(inode, identity, kind,
						     IDENTITY_AUDITED(decision)),
				       FACT_IDENTITY);
}

/* Gather what file_settle() or exec_settle() was handed. */
static __always_inline void lists_circumstances(struct circumstances *under, __u64 file,
						__u64 question, __u64 lists, __u64 programs)
{
	__u32 asked = LISTS_FACTS(lists);

	if (asked)
		under->facts |= facts_of_file(file, asked, QUESTION_SLOT(question));
	circumstances_programs(under, programs);
}

/* What the lists of an access say. Return: a positive errno to fail the call with, or 0. */
static __always_inline __u32 lists_settle(struct outcome *outcome, __u64 object, __u64 question,
					  __u64 word, __u64 lists)
{
	__u32 index = SLOT_IMAGE(word);

	outcome_add(outcome, 0, index, LISTS_NAME(lists), LISTS_TRUST(lists));
	if (LISTS_PLACE(lists))
		outcome_add(outcome, 1, index, LISTS_PLACE(lists), FACT_IDENTITY);
	if (lists & LISTS_IDENTITY)
		identity_add(outcome, object, question, index);
	if (!outcome->decision && !outcome->audits)
		return 0;
	return outcome_settle(outcome, object, 0, question, word);
}

/* What file_lists() has to know of a file that the hook has at hand, in QUESTION_MORE(). */
static __always_inline __u32 file_more(const struct file *file, const struct subject *subject)
{
	const struct super_block *super_block = file->f_path.mnt->mnt_sb;
	__u32 more = subject->sections & IMAGE_HAS_IDENTITIES ? QUESTION_IDENTITIES : 0;

	if (slot_root_device(VALUE_SLOT(subject->value)) != super_block->s_dev)
		return more;
	if (file->f_path.mnt->mnt_root != super_block->s_root)
		more |= QUESTION_BOUND;
	return more | QUESTION_ON_ROOT;
}

#endif
