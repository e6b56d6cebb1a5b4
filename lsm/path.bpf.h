/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_PATH_BPF_H
#define LSMD_LSM_PATH_BPF_H

/*
 * Walk a path and feed it to an automaton.
 *
 * Names are found leaf first and wanted root first. They are turned round on the program's own
 * stack, since no other memory is safe from a second task that preempts this one (DESIGN.md
 * 16). In a path of more than PATH_BATCH names each is sought from the leaf: dear, but bounded
 * by LIMIT_NAMES and LIMIT_PATH, and it ends where the automaton does.
 *
 * The walk goes by dentries and mounts up to the root of the mount namespace, whatever the task
 * takes for its root (d_absolute_path() does the same). It takes no lock: renames are told by the
 * sequence of rename_lock, which d_move() changes, and walked again.
 */

#include "feed.bpf.h"
#include "place.bpf.h"

/* Names that are turned round on the stack. All frames together have 512 bytes. */
#define PATH_BATCH 18

/* Names between two places that are sought from the leaf of a deeper path. */
#define PATH_SEGMENT 64

/* How often a walk that a rename disturbed is tried. */
#define PATH_TRIES 6

/*
 * What a walk gives, as one number: bits 0-31 the automaton's state, 32-47 PATH_* flags, 48-63
 * the bytes fed.
 */
#define PATH_F_NO_NAME 2U  /* ends at a detached root */
#define PATH_F_UNREAD 4U   /* too deep, too long, or unreadable */
#define PATH_F_MORE 8U     /* deeper than a batch; nothing was fed */
#define PATH_FAILED (PATH_F_NO_NAME | PATH_F_UNREAD | PATH_F_MORE)
#define PATH_F_CROSSED 16U /* no failure: some names are of another mount, or may be */

#define PATH(state, flags, bytes) WORD(state, (flags) | (bytes) << 16)
#define PATH_STATE(path) WORD_LO(path)
#define PATH_FLAGS(path) (WORD_HI(path) & 0xffff)
#define PATH_BYTES(path) (WORD_HI(path) >> 16)

/* Feed names that were found leaf first. Return: PATH(). */
static __always_inline __u64 names_feed(const __u64 names[PATH_BATCH], __u32 n, __u32 index,
					__u32 state)
{
	__u32 i, bytes = 0;
	__u64 fed;

	/* Only a constant can index the stack on 5.10; most paths spare the long way down. */
#pragma clang loop unroll(disable)
	for (i = n <= 4 ? 4 : n <= 8 ? 8 : PATH_BATCH; i > 0; i--) {
		VERIFIER_FORGET(n, index);
		VERIFIER_FORGET(state, index);
		VERIFIER_FORGET(bytes, index);
		if (i > n)
			continue;
		fed = name_feed(index, state, names[i - 1]);
		if (!WORD_HI(fed))
			return PATH(STATE_DEAD, PATH_F_UNREAD, 0);
		state = WORD_LO(fed);
		bytes += WORD_HI(fed);
		if (automaton_stops(state))
			break;
	}
	return PATH(state, 0, bytes);
}

/**
 * path_batch() - Feed a path of up to PATH_BATCH names.
 * @dentry: struct dentry
 * @mount:  struct mount
 * @index:  of the image
 * @state:  an automaton's state
 * Return: PATH(); PATH_F_MORE when there are more.
 */
__global __u64 path_batch(__u64 dentry, __u64 mount, __u32 index, __u32 state)
{
	struct place place = place_start(dentry, mount);
	__u64 path, names[PATH_BATCH];
	union link link;
	int leg;
	__u32 n;

	/* Something must be there, and to the verifier the same as a name will be. */
#pragma clang loop unroll(full)
	for (n = 0; n < PATH_BATCH; n++)
		names[n] = dentry;
#pragma clang loop unroll(disable)
	for (n = 0; n <= PATH_BATCH; n++) {
		leg = place_cross(&place, &link);
		if (leg)
			break;
		if (n == PATH_BATCH)
			return PATH(STATE_DEAD, PATH_F_MORE, 0);
		dentry_read(&link, place.dentry);
		if (link.dentry.parent == place.dentry)
			return PATH(STATE_DEAD, PATH_F_NO_NAME, 0);
		names[n] = link.dentry.name;
		place.dentry = link.dentry.parent;
	}
	if (leg == LEG_FAILED)
		return PATH(STATE_DEAD, PATH_F_UNREAD, 0);
	VERIFIER_FORGET(n, index);
	path = names_feed(names, n, index, state);
	return place.mount == mount ? path : path | PATH(0, PATH_F_CROSSED, 0);
}

/**
 * path_segment() - Feed up to PATH_SEGMENT names, from a place within a path on.
 * @n: how many
 * Return: PATH().
 */
__global __u64 path_segment(__u64 dentry, __u64 mount, __u32 index, __u32 state, __u32 n)
{
	__u64 name, fed, path = PATH(state, 0, 0);
	__u32 i;

	for (i = 0; i < PATH_SEGMENT && n > 0; i++) {
		n--;
		name = path_seek(dentry, mount, n, SEEK_NAME);
		fed = name_feed(index, PATH_STATE(path), name);
		if (!WORD_HI(fed))
			return PATH(STATE_DEAD, PATH_F_UNREAD, 0);
		path = PATH(WORD_LO(fed), 0, PATH_BYTES(path) + WORD_HI(fed));
		if (automaton_stops(PATH_STATE(path)))
			break;
		VERIFIER_FORGET(n, index);
		VERIFIER_FORGET(path, dentry);
	}
	return path;
}

/**
 * path_deep() - As path_batch(), for a path of up to LIMIT_NAMES names.
 *
 * Each name is sought from the beginning of its segment, and that from the leaf: n names take
 * about n * (n / PATH_SEGMENT + PATH_SEGMENT / 2) steps.
 */
__global __u64 path_deep(__u64 dentry, __u64 mount, __u32 index, __u32 state)
{
	__u32 i, take, bytes = 0, n = path_seek(dentry, mount, LIMIT_NAMES + 1, SEEK_COUNT);
	__u64 at_dentry, at_mount, path = PATH(state, 0, 0);

	if (n > LIMIT_NAMES)
		return PATH(STATE_DEAD, PATH_F_UNREAD, 0);
	for (i = 0; i <= LIMIT_NAMES / PATH_SEGMENT; i++) {
		take = n < PATH_SEGMENT ? n : PATH_SEGMENT;
		n -= take;
		at_dentry = path_seek(dentry, mount, n, SEEK_DENTRY);
		at_mount = path_seek(dentry, mount, n, SEEK_MOUNT);
		path = path_segment(at_dentry, at_mount, index, PATH_STATE(path), take);
		bytes += PATH_BYTES(path);
		if (!n || PATH_FLAGS(path) || automaton_stops(PATH_STATE(path)) ||
		    bytes > LIMIT_PATH)
			break;
		VERIFIER_FORGET(n, index);
		VERIFIER_FORGET(bytes, index);
	}
	return PATH(PATH_STATE(path), PATH_FLAGS(path) | PATH_F_CROSSED, bytes);
}

/* One walk, as it is when nothing moves. Without a mount there is rarely one: no batch. */
static __always_inline __u64 path_once(__u64 dentry, __u64 mount, image_t image, __u32 start)
{
	__u64 path = PATH(start, PATH_F_MORE, 0);

	if (mount != MOUNT_NONE)
		path = path_batch(dentry, mount, image.index, start);
	if (PATH_FLAGS(path) & PATH_F_MORE)
		path = path_deep(dentry, mount, image.index, start);
	return path;
}

/* What a walk that counts leads to. */
static __always_inline __u64 path_end(__u64 path, image_t image, __u32 start)
{
	__u32 state = PATH_STATE(path);

	if (PATH_BYTES(path) > LIMIT_PATH && !automaton_stops(state))
		return PATH(STATE_DEAD, PATH_F_UNREAD, 0);
	/* The root directory has no name, and is "/". */
	if (!PATH_BYTES(path) && !(PATH_FLAGS(path) & PATH_FAILED))
		state = automaton_step(image, start, '/');
	return PATH(state, PATH_FLAGS(path), 0);
}

static __always_inline __u32 rename_sequence(void)
{
	__u32 sequence = 1;

	if (rename_lock_address)
		bpf_probe_read_kernel(&sequence, sizeof(sequence),
				      (const void *)rename_lock_address);
	return sequence;
}

/**
 * path_walk() - Feed a path to an image's automaton.
 * @dentry: struct dentry
 * @mount:  struct mount, or the constant MOUNT_NONE
 *
 * A walk counts when no rename ran meanwhile. On a node that never stops renaming, or whose
 * rename_lock is not known, it counts when it gave what the one before it gave.
 *
 * Return: PATH(), PATH_F_UNREAD also when no two of PATH_TRIES walks agreed.
 */
static __always_inline __u64 path_walk(__u64 dentry, __u64 mount, image_t image)
{
	__u32 i, sequence, start = automaton_start(image);
	__u64 path = 0, last;

	/* Rules without a path are all that there is. */
	if (automaton_stops(start))
		return PATH(start, 0, 0);
#pragma clang loop unroll(disable)
	for (i = 0; i < PATH_TRIES; i++) {
		last = path;
		sequence = rename_sequence();
		path = path_once(dentry, mount, image, start);
		VERIFIER_FORGET(path, dentry);
		if (!(sequence & 1) && rename_sequence() == sequence)
			break;
		if (path == last && i >= (rename_lock_address ? PATH_TRIES / 2 : 1))
			break;
	}
	if (i == PATH_TRIES)
		return PATH(STATE_DEAD, PATH_F_UNREAD, 0);
	path = path_end(path, image, start);
	VERIFIER_FORGET(path, dentry);
	return path;
}

/** path_walk_inside() - path_walk() of MOUNT_NONE. */
__global __u64 path_walk_inside(__u64 dentry, __u32 index)
{
	image_t image = image_open(index);

	return image.map ? path_walk(dentry, MOUNT_NONE, image) :
			   PATH(STATE_DEAD, PATH_F_UNREAD, 0);
}

#endif
