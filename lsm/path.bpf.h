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

#include <stddef.h>

#include "core.bpf.h"

/* Names that are turned round on the stack. All frames together have 512 bytes. */
#define PATH_BATCH 18

/* Names between two places that are sought from the leaf of a deeper path. */
#define PATH_SEGMENT 64

/* The longest name, and as much of it as is read at a time. */
#define PATH_NAME 255
#define PATH_CHUNK 32

/* Mounts stacked on one directory that one crossing passes. */
#define PATH_STACKED 64

/* Steps of one climb: as many as its result can carry. */
#define PATH_CLIMB 63

/* Climbs of one walk: for LIMIT_NAMES, and one more for each of fifteen mounts. */
#define PATH_LEGS 48

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

static __always_inline const struct mount *mount_of(const struct vfsmount *mnt)
{
	return (const void *)mnt - bpf_core_field_offset(struct mount, mnt);
}

/* What a step needs of a dentry or a mount. The fields are neighbours on all kernels that are
 * known: one probe reads them all; elsewhere it takes more. */
union link {
	struct {
		__u64 parent;
		__u64 hash_len; /* hash, and in the upper half the length */
		__u64 name;
	} dentry;
	struct {
		__u64 parent;
		__u64 mountpoint;
		__u64 root;
	} mount;
};

static __always_inline void dentry_read(union link *link, __u64 address)
{
	const struct dentry *dentry = (const struct dentry *)address;

	if (bpf_core_field_offset(struct dentry, d_name.name) -
		    bpf_core_field_offset(struct dentry, d_parent) ==
	    offsetof(union link, dentry.name)) {
		bpf_core_read(link, sizeof(*link), &dentry->d_parent);
	} else {
		link->dentry.parent = (__u64)BPF_CORE_READ(dentry, d_parent);
		link->dentry.hash_len = BPF_CORE_READ(dentry, d_name.hash_len);
		link->dentry.name = (__u64)BPF_CORE_READ(dentry, d_name.name);
	}
}

static __always_inline void mount_read(union link *link, __u64 address)
{
	const struct mount *mount = (const struct mount *)address;

	if (bpf_core_field_offset(struct mount, mnt_mountpoint) -
			    bpf_core_field_offset(struct mount, mnt_parent) ==
		    offsetof(union link, mount.mountpoint) &&
	    bpf_core_field_offset(struct mount, mnt.mnt_root) -
			    bpf_core_field_offset(struct mount, mnt_parent) ==
		    offsetof(union link, mount.root)) {
		bpf_core_read(link, sizeof(*link), &mount->mnt_parent);
	} else {
		link->mount.parent = (__u64)BPF_CORE_READ(mount, mnt_parent);
		link->mount.mountpoint = (__u64)BPF_CORE_READ(mount, mnt_mountpoint);
		link->mount.root = (__u64)BPF_CORE_READ(mount, mnt.mnt_root);
	}
}

/* The root alone. */
static __always_inline void mount_read_root(union link *link, __u64 address)
{
	const struct mount *mount = (const struct mount *)address;

	link->mount.root = 0;
	bpf_core_read(&link->mount.root, sizeof(link->mount.root), &mount->mnt.mnt_root);
}

/* As a mount: the file system by itself, wherever it is mounted. */
#define MOUNT_NONE 0

static __always_inline __u64 mount_root(__u64 mount)
{
	return (__u64)BPF_CORE_READ((const struct mount *)mount, mnt.mnt_root);
}

/**
 * path_feed() - Feed a byte and the beginning of a string to the automaton.
 * @index: of the image
 * @state: an automaton's state
 * @name:  address of the string, which ends with NUL
 * @first: the byte; 0: none
 *
 * Return: WORD(state, bytes read, with the NUL or @first); bytes 0 when it cannot be read,
 * PATH_CHUNK when there may be more.
 */
__global __u64 path_feed(__u32 index, __u32 state, __u64 name, __u32 first)
{
	__u8 buffer[PATH_CHUNK];
	image_t image = image_open(index);
	long length;

	if (!image.map)
		return 0;
	if (first)
		state = automaton_step(image, state, first);
	length = bpf_probe_read_kernel_str(buffer, sizeof(buffer), (const void *)name);
	if (length <= 0)
		return 0;
	state = automaton_feed(image, state, buffer, length - 1, sizeof(buffer) - 1);
	return WORD(state, length);
}

/**
 * path_feed_string() - Feed a string of up to LIMIT_PATH bytes.
 * Return: WORD(state, bytes fed and one); bytes 0 when it cannot be read or is longer.
 */
__global __u64 path_feed_string(__u32 index, __u32 state, __u64 string)
{
	__u32 chunk, bytes = 0;
	__u64 fed;

#pragma clang loop unroll(disable)
	for (chunk = 0; chunk <= LIMIT_PATH / (PATH_CHUNK - 1); chunk++) {
		fed = path_feed(index, state, string + bytes, 0);
		if (!WORD_HI(fed))
			return 0;
		state = WORD_LO(fed);
		bytes += WORD_HI(fed) - 1;
		if (WORD_HI(fed) != PATH_CHUNK || automaton_stops(state))
			return WORD(state, bytes + 1);
		VERIFIER_FORGET(state, index);
		VERIFIER_FORGET(bytes, index);
	}
	return 0;
}

/**
 * path_cross() - From a mount whose root was reached, find the one that hangs on a name.
 * @mount: struct mount
 *
 * Return: the mount, itself or one that it is stacked on, whose mountpoint is not its
 * parent's root; 0 when there is none: the namespace's root was reached; 1 on failure.
 */
__global __u64 path_cross(__u64 mount)
{
	union link link;
	int i;

	if (mount == MOUNT_NONE)
		return 0;
	for (i = 0; i < PATH_STACKED; i++) {
		mount_read(&link, mount);
		/* What cannot be read is read as zeros, and ends here. */
		if (link.mount.parent == mount)
			return !mount;
		mount_read_root(&link, link.mount.parent);
		if (link.mount.mountpoint != link.mount.root)
			return mount;
		mount = link.mount.parent;
	}
	return 1;
}

/* A place in a walk. */
struct place {
	__u64 dentry;
	__u64 mount;
	__u64 root; /* of the mount */
};

#define LEG_NAMED 0  /* at something that has a name */
#define LEG_TOP 1    /* at the namespace's root */
#define LEG_FAILED 2

static __always_inline struct place place_start(__u64 dentry, __u64 mount)
{
	return (struct place){.dentry = dentry, .mount = mount, .root = mount_root(mount)};
}

/* Leave the roots that a place is at. @link: memory to use. */
static __always_inline int place_cross(struct place *place, union link *link)
{
	__u64 mount;

	/* Keeps clang from testing this at the end of a loop, for the next turn: 5.10 refuses
	 * a loop that is entered in its middle. */
	__asm__ volatile("" : "+r"(place->dentry));
	if (place->dentry != place->root)
		return LEG_NAMED;
	mount = path_cross(place->mount);
	if (mount <= 1)
		return mount ? LEG_FAILED : LEG_TOP;
	mount_read(link, mount);
	*place = place_start(link->mount.mountpoint, link->mount.parent);
	return LEG_NAMED;
}

/**
 * path_climb() - Step up from a dentry, within its mount.
 * @dentry: struct dentry
 * @root:   the mount's, where it ends
 * @limit:  steps at most, up to PATH_CLIMB
 *
 * Return: the dentry reached, with the number of steps laid over its top seven bits, which are
 * all ones in the address of anything in the kernel; 0 at a root that is not the mount's.
 */
__global __u64 path_climb(__u64 dentry, __u64 root, __u32 limit)
{
	const struct dentry *at;
	__u64 parent;
	__u32 i;

	for (i = 0; i < PATH_CLIMB; i++) {
		if (i >= limit || dentry == root)
			break;
		at = (const struct dentry *)dentry;
		bpf_core_read(&parent, sizeof(parent), &at->d_parent);
		if (parent == dentry)
			return 0;
		dentry = parent;
	}
	return dentry ^ (__u64)i << 57;
}
#define CLIMB_STEPS(climb) ((__u32)(~(climb) >> 57))
#define CLIMB_DENTRY(climb) ((climb) | 0x7fULL << 57)

#define SEEK_COUNT 0
#define SEEK_DENTRY 1
#define SEEK_MOUNT 2
#define SEEK_NAME 3

/* What path_seek() is asked for. */
static __always_inline __u64 place_part(const struct place *place, __u32 n, __u32 what)
{
	const struct dentry *dentry = (const struct dentry *)place->dentry;

	if (what == SEEK_COUNT)
		return n;
	if (what == SEEK_NAME)
		return (__u64)BPF_CORE_READ(dentry, d_name.name);
	return what == SEEK_DENTRY ? place->dentry : place->mount;
}

/**
 * path_seek() - Go up a path by names.
 * @dentry: struct dentry
 * @mount:  struct mount
 * @limit:  how many names
 * @what:   SEEK_COUNT, SEEK_DENTRY, SEEK_MOUNT or SEEK_NAME
 *
 * Return: how many names there were, up to @limit, more than that on failure; or a part of
 * where it got to, 0 on failure.
 */
__global __u64 path_seek(__u64 dentry, __u64 mount, __u32 limit, __u32 what)
{
	struct place place = place_start(dentry, mount);
	__u32 i, n = 0;
	union link link;
	__u64 climb;
	int leg;

	if (mount == MOUNT_NONE)
		place.root = (__u64)BPF_CORE_READ((const struct dentry *)dentry, d_sb, s_root);
	for (i = 0; i < PATH_LEGS; i++) {
		leg = place_cross(&place, &link);
		if (n >= limit || leg == LEG_TOP)
			return place_part(&place, n, what);
		if (leg == LEG_FAILED)
			break;
		climb = path_climb(place.dentry, place.root, limit - n);
		if (!climb)
			break;
		place.dentry = CLIMB_DENTRY(climb);
		n += CLIMB_STEPS(climb);
		VERIFIER_FORGET(n, limit);
	}
	return what == SEEK_COUNT ? limit + 1 : 0;
}

/* Feed "/" and a name. Return: as path_feed(). */
static __always_inline __u64 name_feed(__u32 index, __u32 state, __u64 name)
{
	__u64 rest, fed = path_feed(index, state, name, '/');

	if (WORD_HI(fed) != PATH_CHUNK || automaton_stops(WORD_LO(fed)))
		return fed;
	rest = path_feed_string(index, WORD_LO(fed), name + PATH_CHUNK - 1);
	return WORD_HI(rest) ? WORD(WORD_LO(rest), WORD_HI(fed) + WORD_HI(rest) - 1) : 0;
}

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

/* --- whose namespace a mount is in --------------------------------------------------------- */

/* Of struct mount.mnt_ns: of a mount of the kernel's own, MNT_NS_INTERNAL; NULL once it is
 * unmounted. */
static __always_inline int namespace_is_internal(__u64 namespace)
{
	return namespace >= (__u64)-4095;
}

/* Of open_tree() and fsmount(), before the tree is attached. */
static __always_inline int namespace_is_anonymous(__u64 address)
{
	const struct mnt_namespace *namespace = (const struct mnt_namespace *)address;

	if (bpf_core_field_exists(namespace->is_anon))
		return BPF_CORE_READ(namespace, is_anon);
	return BPF_CORE_READ(namespace, ns.inum) == 0;
}

static __always_inline __u64 current_namespace(void)
{
	if (has_task_btf())
		return (__u64)bpf_get_current_task_btf()->nsproxy->mnt_ns;
	return (__u64)BPF_CORE_READ(current_task(), nsproxy, mnt_ns);
}

/*
 * What tells a mount namespace from every other of this boot, 32 bits of it. Not the
 * inode number: that is given again to the next one as soon as a namespace is gone, so that who
 * leaves the container's own and makes another would bear it again.
 */
static __always_inline __u32 namespace_identity(__u64 address)
{
	const struct mnt_namespace *namespace = (const struct mnt_namespace *)address;

	if (bpf_core_field_exists(namespace->seq))
		return (__u32)BPF_CORE_READ(namespace, seq);
	return (__u32)BPF_CORE_READ(namespace, ns.ns_id);
}

static __always_inline __u32 current_namespace_identity(void)
{
	return namespace_identity(current_namespace());
}

static __always_inline __u32 current_namespace_number(void)
{
	if (has_task_btf())
		return bpf_get_current_task_btf()->nsproxy->mnt_ns->ns.inum;
	return BPF_CORE_READ(current_task(), nsproxy, mnt_ns, ns.inum);
}

#endif
