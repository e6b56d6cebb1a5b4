/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_IDENTITY_BPF_H
#define LSMD_LSM_IDENTITY_BPF_H

/* What a file is in a container, whatever its name. */

#include "core.bpf.h"

/**
 * identity_accept() - What an object is, whatever its name (DESIGN.md 4).
 * @inode:  struct inode
 * @slot:   whose
 * @index:  of the image that is in force
 * @number: which of the paths that it is
 * Return: the accept of that path, 0 when there are no more.
 */
__global __u32 identity_accept(__u64 inode, __u32 slot, __u32 index, __u32 number)
{
	struct identity_key key = {.slot = slot, .image = index, .number = number};
	const struct inode *read = (const struct inode *)inode;
	const __u32 *accept;

	key.inode = BPF_CORE_READ(read, i_ino);
	key.device = BPF_CORE_READ(read, i_sb, s_dev);
	accept = bpf_map_lookup_elem(&identities, &key);
	return accept ? *accept : 0;
}

/* Whose files they are, and by which image. */
#define IDENTITY(slot, index) WORD(slot, index)

/** identity_list() - Return: the list of a path that an object is; 0 when there are no more. */
__global __u32 identity_list(__u64 inode, __u64 identity, __u32 kind, __u32 number)
{
	__u32 accept = identity_accept(inode, WORD_LO(identity), WORD_HI(identity), number);
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
__global __u64 identity_decide(__u64 inode, __u64 identity, __u32 kind, __u64 facts, __u64 programs)
{
	__u64 decision, strictest = 0, audits = 0;
	__u32 number, accept;

	for (number = 0; number < LIMIT_IDENTITY_ACCEPTS; number++) {
		accept = identity_accept(inode, WORD_LO(identity), WORD_HI(identity), number);
		if (!accept)
			break;
		decision = list_decide(WORD_HI(identity),
				       identity_list(inode, identity, kind, number), facts,
				       programs, 0);
		if (!audits && DECISION_AUDITS(decision))
			audits = number << 8 | DECISION_AUDITS(decision);
		strictest = decide_stricter(strictest, decision & ~0xffffULL);
		VERIFIER_FORGET(strictest, identity);
		VERIFIER_FORGET(audits, identity);
	}
	return strictest | audits;
}

/* The program sets of all the paths that an inode is. */
static __always_inline __u32 inode_programs(image_t image, __u64 inode, __u32 device, __u32 slot)
{
	struct identity_key key = {
		.inode = inode, .device = device, .slot = slot, .image = image.index};
	__u32 i, programs = 0;
	const __u32 *accept;

#pragma clang loop unroll(disable)
	for (i = 0; i < LIMIT_IDENTITY_ACCEPTS; i++) {
		key.number = i;
		accept = bpf_map_lookup_elem(&identities, &key);
		if (!accept)
			break;
		programs |= decide_programs(image, *accept);
		VERIFIER_FORGET(programs, device);
	}
	return programs;
}

/** identity_programs() - The program sets of all the paths that a file is. */
__global __u32 identity_programs(__u32 index, __u64 file, __u32 slot)
{
	const struct inode *inode = BPF_CORE_READ((const struct file *)file, f_inode);
	image_t image = image_open(index);

	if (!image.map)
		return 0;
	return inode_programs(image, BPF_CORE_READ(inode, i_ino), BPF_CORE_READ(inode, i_sb, s_dev),
			      slot);
}

#endif
