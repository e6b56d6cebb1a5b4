/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_ROOT_WALK_H
#define LSMD_NODE_ROOT_WALK_H

/* The name by which the kernel knows what a path names in a root: without symbolic links.
 */

#include <stdbool.h>
#include <stdint.h>

struct root_walk {
	char *name; /* owned */
	bool has_links;
	/* The real time in ns at which the newest of the links was made or moved: its
	 * ctime, which nobody can set. */
	uint64_t made;
	/* One of them is on another mount than the root, where its time may be anybody's
	 * word. */
	bool is_foreign;
	bool is_missing; /* nothing has that name yet; up to its directory links were read
			  */
};

/**
 * root_walk() - Walk a path as a process that has the root would, name by name.
 * @path:     absolute
 * @ret_walk: set on success only; see root_walk_clear()
 *
 * Each link is looked at and read by one descriptor: what a container exchanges meanwhile
 * is found as it was before or after, with the time that goes with it. Like all of
 * node/root.h it may wait for a file system for ever.
 *
 * Return: 0; -ELOOP for more links than the kernel follows, or for a directory that
 * became a link meanwhile; -ENAMETOOLONG; -ENOENT where what is missing would have to be
 * left by
 * ".."; -ENOMEM; the negative errno of openat2(2) and readlink(2).
 */
int root_walk(int root, const char *path, struct root_walk *ret_walk);
void root_walk_clear(struct root_walk *walk);

#endif
