/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_CORE_BPF_H
#define LSMD_LSM_CORE_BPF_H

/*
 * What every program needs: constants that the agent sets before it loads, the acting task, and
 * images as the decision core wants to read them.
 *
 * Functions that are not inlined are global: the verifier looks at each of them once and by
 * itself. 5.10 hands only numbers to them, so kernel pointers travel as __u64 and are read
 * with bpf_probe_read_kernel() inside; and clang must not know their bodies, hence __weak.
 */

#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "abi.h"
#include "maps.bpf.h"

#define __global __weak __attribute__((noinline))

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))

/* Errors, include/uapi/asm-generic/errno-base.h */
#define EPERM 1
#define ENOENT 2
#define EACCES 13
#define EEXIST 17
#define EINVAL 22
#define ENOSPC 28
#define ESTALE 116

/* The number of a pointer: what the verifier knows as a pointer, 5.10 hands to no function. With its
 * bytes swapped it is a number to the verifier, and swapped again the right one. */
static __always_inline __u64 address_of(const void *pointer)
{
	__u64 address = (__u64)pointer;

	__asm__ volatile("%0 = be64 %0\n\t%0 = be64 %0" : "+r"(address));
	return address;
}

/* Make an index smaller than a size, a power of two, where the verifier can see it. Clang, who knows
 * that it is, would leave a plain mask out. */
#define VERIFIER_BELOW(index, size) \
	__asm__ volatile("%0 &= %1" : "+r"(index) : "i"((size) - 1))

#define NSEC_PER_SEC 1000000000ULL

/* include/linux/sched.h; the workers of io_uring are no such threads from 5.12 on. */
#define PF_KTHREAD 0x00200000

/* --- constants ---------------------------------------------------------------------------- */

/* 1: subjects are cgroups of the v1 hierarchy that the pids controller is on. */
const volatile __u32 cgroup_v1 __weak = 0;
/* cgroup_root.hierarchy_id of that hierarchy; 0 is v2. */
const volatile __u32 cgroup_hierarchy __weak = 0;
/* Of the kernel's rename_lock (kallsyms); 0: not known, paths are then walked twice. */
const volatile __u64 rename_lock_address __weak = 0;
/* Inode number of the mount namespace of PID 1. */
const volatile __u32 init_mount_namespace __weak = 0;
/* See struct state. */
const volatile __u32 generation __weak = 0;

/* --- the acting task ---------------------------------------------------------------------- */

static __always_inline const struct task_struct *current_task(void)
{
	return (const struct task_struct *)bpf_get_current_task();
}

/* From 5.11 on a program has the acting task as what it may read without a probe. */
static __always_inline int has_task_btf(void)
{
	return bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf);
}

static __always_inline __u32 current_tgid(void)
{
	return bpf_get_current_pid_tgid() >> 32;
}

/* The cgroup that decides whose subject a task is; a pointer that can only be probed. */
static __always_inline const struct cgroup *task_cgroup(const struct task_struct *task)
{
	if (!cgroup_v1)
		return BPF_CORE_READ(task, cgroups, dfl_cgrp);
	if (!bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id))
		return 0;
	return BPF_CORE_READ(task, cgroups,
			     subsys[bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id)],
			     cgroup);
}

static __always_inline __u64 current_cgroup_id(void)
{
	if (!cgroup_v1)
		return bpf_get_current_cgroup_id();
	return BPF_CORE_READ(task_cgroup(current_task()), kn, id);
}

/* --- images ------------------------------------------------------------------------------- */

/* Its map, NULL when it could not be opened, and its index, by which a function can open it. */
typedef struct {
	void *map;
	__u32 index;
} image_t;

static __always_inline image_t image_open(__u32 index)
{
	return (image_t){.map = bpf_map_lookup_elem(&images, &index), .index = index};
}

static __always_inline __u64 image_word(image_t image, __u32 offset)
{
	const __u64 *word = bpf_map_lookup_elem(image.map, &offset);

	return word ? *word : WORD_OUTSIDE;
}

static __always_inline __u64 decide_now(void)
{
	return bpf_ktime_get_boot_ns();
}

/* 5.10 hands five numbers to a function: some share one. */
#define CHUNK(index, at) WORD(index, at)
#define FACTS_NTH(facts, nth) WORD(facts, nth)

__u64 list_chunk(__u64 chunk, __u64 facts_nth, __u64 carry, __u64 programs, __u64 spared);
#define DECIDE_CHUNK(image, at, under, carry, nth)                                          \
	list_chunk(CHUNK((image).index, at), FACTS_NTH((under)->facts, nth), carry,         \
		   (under)->programs, (under)->spared)

__u64 spared_chunk(__u64 chunk, __u64 facts, __u64 programs, __u64 spared);
#define DECIDE_SPARED_CHUNK(image, at, under, spared) \
	spared_chunk(CHUNK((image).index, at), (under)->facts, (under)->programs, spared)

__u32 ranges_at(__u32 index, __u32 offset, __u32 key);
__u32 ranges6_at(__u32 index, __u32 offset, __u64 hi, __u64 lo);
#define RANGES_FIND(image, offset, key) ranges_at((image).index, offset, key)
#define RANGES6_FIND(image, offset, hi, lo) ranges6_at((image).index, offset, hi, lo)

#include "decide.h"

/** ranges_at() - ranges_find(), of the image with that index. */
__global __u32 ranges_at(__u32 index, __u32 offset, __u32 key)
{
	image_t image = image_open(index);

	return image.map ? ranges_find(image, offset, key) : OFFSET_OUTSIDE;
}

/** ranges6_at() - ranges6_find(), of the image with that index. */
__global __u32 ranges6_at(__u32 index, __u32 offset, __u64 hi, __u64 lo)
{
	image_t image = image_open(index);

	return image.map ? ranges6_find(image, offset, hi, lo) : OFFSET_OUTSIDE;
}

/** list_chunk() - decide_chunk(), of the image with that index. */
__global __u64 list_chunk(__u64 chunk, __u64 facts_nth, __u64 carry, __u64 programs, __u64 spared)
{
	const struct circumstances under = {
		.facts = WORD_LO(facts_nth), .programs = programs, .spared = spared};
	image_t image = image_open(WORD_LO(chunk));

	if (!image.map)
		return DECISION_CLOSED | CARRY_ENDED;
	return decide_chunk(image, WORD_HI(chunk), &under, carry, WORD_HI(facts_nth) & 0xff);
}

/** spared_chunk() - decide_spared_chunk(), of the image with that index. */
__global __u64 spared_chunk(__u64 chunk, __u64 facts, __u64 programs, __u64 spared)
{
	const struct circumstances under = {.facts = facts, .programs = programs};
	image_t image = image_open(WORD_LO(chunk));

	if (!image.map)
		return SPARED_ENDED;
	return decide_spared_chunk(image, WORD_HI(chunk), &under, spared);
}

/** list_decide() - decide_list(), of the image with that index. */
__global __u64 list_decide(__u32 index, __u32 list, __u64 facts, __u64 programs, __u64 spared)
{
	const struct circumstances under = {
		.facts = facts, .programs = programs, .spared = spared};

	return decide_list((image_t){.index = index}, list, &under);
}

/** list_audit() - decide_audit(), of the image with that index. */
__global __u64 list_audit(__u32 index, __u32 list, __u64 facts_nth, __u64 programs, __u64 spared)
{
	const struct circumstances under = {
		.facts = WORD_LO(facts_nth), .programs = programs, .spared = spared};

	return decide_audit((image_t){.index = index}, list, &under, WORD_HI(facts_nth) & 0xff);
}

static __always_inline struct state *state_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&state, &zero);
}

#endif
