/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_PROGRAM_BPF_H
#define LSMD_LSM_PROGRAM_BPF_H

/* Which program acts: what `from` asks. It is the file that the process executes, by every name
 * that it has; where that is a script's interpreter, the script besides. */

#include "identity.bpf.h"
#include "object.bpf.h"
#include "script.bpf.h"

/* What the mask of a set can not say: a program that has no name is in no set, and one whose name
 * cannot be read may be in each. Neither gets what is meant for a program. */
#define PROGRAMS_NAMELESS PROGRAMS(0, ~0U)
#define PROGRAMS_UNREAD PROGRAMS(~0U, 0)

/* The sets that what a walk led to is in; all, if it cannot be read. */
static __always_inline __u32 walk_programs(image_t image, __u64 walked)
{
	if (PATH_FLAGS(walked) & PATH_F_NO_NAME)
		return 0;
	if (PATH_FLAGS(walked) & PATH_FAILED)
		return ~0U;
	return decide_programs(image, automaton_accept(image, PATH_STATE(walked)));
}

/* As file_is_moved(), of a file that can only be probed. */
static __always_inline int object_is_moved(const struct object *object, __u64 walked, __u32 device)
{
	const struct mount *mount = (const struct mount *)object->mount;
	const struct super_block *super_block = BPF_CORE_READ(mount, mnt.mnt_sb);

	if (BPF_CORE_READ(super_block, s_dev) != device)
		return 0;
	return PATH_FLAGS(walked) & PATH_F_CROSSED ||
	       BPF_CORE_READ(mount, mnt.mnt_root) != BPF_CORE_READ(super_block, s_root);
}

/**
 * script_programs() - In which program sets of an image is the script that the process executes?
 * @index: of the image
 * @slot:  whose
 *
 * Return: PROGRAMS(), of which the trusted are by a name that counted when it was executed; all and
 * none of one that is not known; 0 of a process that executes none.
 */
__global __u64 script_programs(__u32 index, __u32 slot)
{
	__u32 sets, named, tgid = current_tgid();
	const struct script *script = script_of(tgid, current_born());
	image_t image = image_open(index);
	__u64 path, fed;

	if (!image.map)
		return PROGRAMS_UNREAD;
	if (!script)
		return slot_has_lost_script(slot) ? PROGRAMS_UNREAD : 0;
	if (script->flags & SCRIPT_F_UNKNOWN)
		return PROGRAMS_UNREAD;
	if (script->start >= LIMIT_SCRIPT_PATH)
		return PROGRAMS_UNREAD;
	path = address_of(script->path) + script->start;
	fed = path_feed_string(index, automaton_start(image), path);
	if (!WORD_HI(fed))
		return PROGRAMS_UNREAD;
	sets = decide_programs(image, automaton_accept(image, WORD_LO(fed)));
	named = sets | inode_programs(image, script->inode, script->device, slot);
	return PROGRAMS(named, script->flags & SCRIPT_F_TRUSTED ? sets : 0);
}

/**
 * executable_programs() - In which program sets of an image is the file that the process executes?
 * @index: of the image
 * @slot:  whose
 *
 * By the name that it has, by the one within its file system, and by what it is; trusted are those
 * of the first, if it counts (DESIGN.md 5).
 *
 * Return: PROGRAMS(), or PROGRAMS_NAMELESS.
 */
__global __u64 executable_programs(__u32 index, __u32 slot)
{
	const struct file *file = BPF_CORE_READ(current_task(), mm, exe_file);
	image_t image = image_open(index);
	struct object object = {};
	__u32 named, trusted;
	__u64 walked;

	if (!file || !image.map)
		return PROGRAMS_UNREAD;
	object_read(&object, file);
	walked = object_walk(&object, image);
	VERIFIER_FORGET(walked, object.dentry);
	if (PATH_FLAGS(walked) & PATH_F_NO_NAME)
		return PROGRAMS_NAMELESS;
	if (PATH_FLAGS(walked) & PATH_FAILED)
		return PROGRAMS_UNREAD;
	named = walk_programs(image, walked);
	trusted = object_trust(&object, slot) ? named : 0;
	if (object_is_moved(&object, walked, slot_root_device(slot)))
		named |= walk_programs(image, path_walk_inside(object.dentry, index));
	return PROGRAMS(named | identity_programs(index, (__u64)file, slot), trusted);
}

/**
 * programs_of_current() - In which program sets of an image is the acting program?
 * @index: of the image
 * @slot:  whose
 *
 * A script counts under its own path and its interpreter's.
 *
 * Return: PROGRAMS(), or PROGRAMS_NAMELESS; for circumstances_programs().
 */
static __always_inline __u64 programs_of_current(__u32 index, __u32 slot)
{
	__u64 programs = executable_programs(index, slot);

	if (programs == PROGRAMS_NAMELESS || programs == PROGRAMS_UNREAD)
		return programs;
	return programs | script_programs(index, slot);
}

#endif
