/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_MAPS_BPF_H
#define LSMD_LSM_MAPS_BPF_H

/*
 * The maps. Keys and values are abi.h's, sizes limits.h's, with what happens when one is full.
 * None evicts. They are weak since every object that is linked together declares them.
 */

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "abi.h"
#include "image.h"

/*
 * Cgroup id -> its slot. Missing: in no subject, unless `filter` says otherwise: then an
 * ancestor's slot holds. Full: state.overflow, and its cell of the filter makes look-ups climb.
 * Preallocated, since programs insert where nothing may sleep.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LIMIT_CGROUPS);
	__type(key, __u64);
	__type(value, struct cgroup_value);
} cgroups SEC(".maps") __weak;

/* How many cgroups fall in a cell. Zero: none does. An array has no missing key. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LIMIT_FILTER);
	__type(key, __u32);
	__type(value, __u32);
} filter SEC(".maps") __weak;

/* Slot -> image in force. A zero slot has no rules. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, LIMIT_SLOTS);
	__type(key, __u32);
	__type(value, struct slot);
} slots SEC(".maps") __weak;

/* An image; the agent makes each as long as it needs. Beyond its end: WORD_OUTSIDE. */
struct image_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_INNER_MAP | BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
};

/* Image index -> image. Missing behind an index that a slot holds: denied, counted as closed. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, LIMIT_IMAGES);
	__type(key, __u32);
	__array(values, struct image_map);
} images SEC(".maps") __weak;

/* Beyond its end, which the agent never lets a block reach, nothing is counted. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, LIMIT_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps") __weak;

/* Tasks on their way in. Missing: judged. Full: a newcomer is judged at once, which can keep
 * its container from starting, never let one through. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LIMIT_ENTERING);
	__type(key, __u32);
	__type(value, __u64);
} entering SEC(".maps") __weak;

/* Missing: no rule names this object by a literal path. Full: the agent's to say. Allocated as
 * used: the agent alone inserts, in a system call. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, LIMIT_IDENTITIES);
	__type(key, struct identity_key);
	__type(value, __u32);
} identities SEC(".maps") __weak;

/* Missing: the process executes no script, unless slot.scripts_lost says that one was lost. Full:
 * that is set. Preallocated, as it is filled during an exec. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LIMIT_SCRIPTS);
	__type(key, __u32);
	__type(value, struct script);
} scripts SEC(".maps") __weak;

/**
 * struct exec - A thread's exec of a script, from one level to the next.
 * @bprm:    struct linux_binprm, to tell it from what an exec that failed left
 * @now:     what led to this level: EXEC_NAMED, and the groups that spare it
 * @next:    as @now, of the level that comes next
 * @line:    the beginning of the last script
 * @reached: the name of the interpreter that this level executes
 * @script:  of the first level
 * @slack:   what the verifier believes that a name could reach beyond the path
 */
struct exec {
	__u64 bprm;
	__u64 now;
	__u64 next;
	char line[LIMIT_SCRIPT_LINE];
	char reached[LIMIT_SCRIPT_LINE];
	struct script script;
	char slack[LIMIT_SCRIPT_PATH];
};

/* By thread id. Missing: no script led to what is executed. Full: so it seems, and allow rules for
 * scripts do not spare their interpreters. Each generation of programs has its own. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LIMIT_EXECS);
	__type(key, __u32);
	__type(value, struct exec);
} execs SEC(".maps") __weak;

/* Zeros, to make an element of. Never written. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct exec);
} blank SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct state);
} state SEC(".maps") __weak;

/* Full: the record is dropped and counted, the verdict stands. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, LIMIT_RING);
} events SEC(".maps") __weak;

#endif
