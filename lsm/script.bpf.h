/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_SCRIPT_BPF_H
#define LSMD_LSM_SCRIPT_BPF_H

/*
 * Scripts: an exec of one has several levels, the script's and that of the interpreter which its
 * first line names. What the first decides for the second travels in the map "execs" by thread, and
 * once the exec has succeeded the script's path is kept in "scripts" by process.
 *
 * A level is the first when its interpreter is still the file itself: formats change the one name.
 */

#include "entering.bpf.h"
#include "object.bpf.h"
#include "subject.bpf.h"

/* In exec.now: the script's first line names the interpreter that is now executed. Groups are fewer
 * than bits. */
#define EXEC_NAMED (1ULL << 63)

/* Names of a script's path. */
#define SCRIPT_NAMES 32

static __always_inline __u32 current_tid(void)
{
	return (__u32)bpf_get_current_pid_tgid();
}

/* --- the path ---------------------------------------------------------------------------------- */

/**
 * script_path() - Write the path of the script that this thread executes into its exec.
 * @dentry: struct dentry
 * @mount:  struct mount
 * Return: where it starts; 0 when it has none, or one that does not fit.
 */
__global __u32 script_path(__u64 dentry, __u64 mount)
{
	__u32 i, length, start = LIMIT_SCRIPT_PATH - 1, tid = current_tid();
	struct place place = place_start(dentry, mount);
	struct exec *exec = bpf_map_lookup_elem(&execs, &tid);
	union link link;
	int leg;

	if (!exec)
		return 0;
#pragma clang loop unroll(disable)
	for (i = 0; i < SCRIPT_NAMES; i++) {
		leg = place_cross(&place, &link);
		if (leg)
			return leg == LEG_TOP ? start : 0;
		dentry_read(&link, place.dentry);
		length = link.dentry.hash_len >> 32;
		if (link.dentry.parent == place.dentry || length >= start)
			return 0;
		start -= length + 1;
		VERIFIER_FORGET(start, (__u32)dentry);
		VERIFIER_BELOW(start, LIMIT_SCRIPT_PATH);
		VERIFIER_BELOW(length, LIMIT_SCRIPT_PATH);
		exec->script.path[start] = '/';
		bpf_probe_read_kernel(exec->script.path + start + 1, length,
				      (const void *)link.dentry.name);
		place.dentry = link.dentry.parent;
	}
	return 0;
}

/* script_path(), while nothing is renamed; 0 also when that never was so, or is not known. */
static __always_inline __u32 script_path_settled(const struct object *object)
{
	__u32 i, start, sequence;

#pragma clang loop unroll(disable)
	for (i = 0; i < PATH_TRIES; i++) {
		sequence = rename_sequence();
		start = script_path(object->dentry, object->mount);
		if (!(sequence & 1) && rename_sequence() == sequence)
			return start;
	}
	return 0;
}

/* --- from level to level ----------------------------------------------------------------------- */

/* Does a script's first line name this interpreter? As load_script() reads it. */
static __always_inline int line_names(const struct exec *exec)
{
	__u32 i, at, start = 2;
	char next;

#pragma clang loop unroll(disable)
	for (i = 2; i < LIMIT_SCRIPT_LINE; i++) {
		next = exec->line[i];
		if (next != ' ' && next != '\t')
			break;
	}
	start = i;
	VERIFIER_FORGET(start, (__u32)exec->bprm);
#pragma clang loop unroll(disable)
	for (i = 0; i < LIMIT_SCRIPT_LINE; i++) {
		at = start + i;
		if (at >= LIMIT_SCRIPT_LINE)
			return 0;
		VERIFIER_BELOW(at, LIMIT_SCRIPT_LINE);
		next = exec->line[at];
		if (!exec->reached[i])
			return i && (next == ' ' || next == '\t' || next == '\n' || !next);
		if (exec->reached[i] != next)
			return 0;
	}
	return 0;
}

static __always_inline int is_script(const struct exec *exec)
{
	return exec->line[0] == '#' && exec->line[1] == '!';
}

/* This thread's exec, if it is of that binprm. */
static __always_inline struct exec *exec_of(__u64 bprm)
{
	__u32 tid = current_tid();
	struct exec *exec = bpf_map_lookup_elem(&execs, &tid);

	return exec && exec->bprm == bprm ? exec : 0;
}

static __always_inline void slot_lost_script(__u32 slot_number)
{
	struct slot *slot = bpf_map_lookup_elem(&slots, &slot_number);

	if (slot)
		WRITE_ONCE(slot->scripts_lost, 1);
}

static __always_inline int slot_has_lost_script(__u32 slot_number)
{
	const struct slot *slot = bpf_map_lookup_elem(&slots, &slot_number);

	return slot && READ_ONCE(slot->scripts_lost);
}

static __always_inline struct exec *exec_make(__u32 slot_number)
{
	__u32 zero = 0, tid = current_tid();
	const struct exec *zeros = bpf_map_lookup_elem(&blank, &zero);

	if (!zeros || bpf_map_update_elem(&execs, &tid, zeros, BPF_ANY)) {
		slot_lost_script(slot_number);
		return 0;
	}
	return bpf_map_lookup_elem(&execs, &tid);
}

/* What is known of a script as long as it is executed. */
static __always_inline void script_read(struct script *script, const struct file *file, __u32 slot)
{
	struct object object = {};

	object_read(&object, file);
	script->slot = slot;
	script->inode = BPF_CORE_READ(file, f_inode, i_ino);
	script->device = BPF_CORE_READ(file, f_inode, i_sb, s_dev);
	script->start = object_has_name(&object) ? script_path_settled(&object) : 0;
	script->flags = script->start ? 0 : SCRIPT_F_UNKNOWN;
	if (object_trust(&object, slot))
		script->flags |= SCRIPT_F_TRUSTED;
}

/* Is it the first level? */
static __always_inline int is_first_level(const struct linux_binprm *bprm)
{
	return BPF_CORE_READ(bprm, interp) == BPF_CORE_READ(bprm, filename);
}

static __always_inline int begins_as_script(const struct linux_binprm *bprm)
{
	char begin[2] = {};

	bpf_core_read(begin, sizeof(begin), &bprm->buf);
	return begin[0] == '#' && begin[1] == '!';
}

/**
 * script_enter() - Take note of a level of an exec of a subject.
 * @bprm: struct linux_binprm
 * @slot: whose
 *
 * Return: 0 when it is another than the first, to which no script is known to have led.
 */
__global int script_enter(__u64 bprm, __u32 slot)
{
	const struct linux_binprm *read = (const struct linux_binprm *)bprm;
	int is_first = is_first_level(read);
	__u32 tid = current_tid();
	struct exec *exec;

	if (is_first) {
		/* What the last one of this thread left, which then failed. */
		bpf_map_delete_elem(&execs, &tid);
		exec = begins_as_script(read) ? exec_make(slot) : 0;
		if (exec) {
			exec->bprm = bprm;
			script_read(&exec->script, BPF_CORE_READ(read, file), slot);
		}
	} else {
		exec = exec_of(bprm);
	}
	if (!exec)
		return is_first;
	exec->now = 0;
	if (!is_first) {
		bpf_probe_read_kernel_str(exec->reached, sizeof(exec->reached),
					  BPF_CORE_READ(read, interp));
		if (is_script(exec) && line_names(exec))
			exec->now = exec->next | EXEC_NAMED;
	}
	exec->next = 0;
	bpf_core_read(exec->line, sizeof(exec->line), &read->buf);
	return 1;
}

/* --- by process -------------------------------------------------------------------------------- */

static __always_inline void slot_add_scripts(__u32 slot_number, __u32 change)
{
	struct slot *slot = bpf_map_lookup_elem(&slots, &slot_number);

	if (slot)
		__sync_fetch_and_add(&slot->scripts, change);
}

static __always_inline int scripts_are_used_up(__u32 slot_number)
{
	const struct slot *slot = bpf_map_lookup_elem(&slots, &slot_number);

	return slot && (__s32)READ_ONCE(slot->scripts) >= LIMIT_SUBJECT_SCRIPTS;
}

/** script_forget() - A process executes no script any more. */
static __always_inline void script_forget(__u32 tgid)
{
	const struct script *script = bpf_map_lookup_elem(&scripts, &tgid);
	__u32 slot;

	if (!script)
		return;
	slot = script->slot;
	if (!bpf_map_delete_elem(&scripts, &tgid))
		slot_add_scripts(slot, -1);
}

/** script_keep() - A process executes a script. @script: in a map; @born: of the process */
static __always_inline void script_keep(__u32 tgid, struct script *script, __u64 born)
{
	struct script *kept;
	__u32 slot = script->slot;

	if (scripts_are_used_up(slot) ||
	    bpf_map_update_elem(&scripts, &tgid, script, BPF_NOEXIST)) {
		if (!bpf_map_lookup_elem(&scripts, &tgid))
			slot_lost_script(slot);
		return;
	}
	slot_add_scripts(slot, 1);
	kept = bpf_map_lookup_elem(&scripts, &tgid);
	if (kept)
		kept->born = born;
}

/** script_of() - The script that a process executes, or NULL. */
static __always_inline struct script *script_of(__u32 tgid, __u64 born)
{
	struct script *script = bpf_map_lookup_elem(&scripts, &tgid);

	return script && script->born == born ? script : 0;
}

#endif
