/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_ROOT_PATTERN_H
#define LSMD_NODE_ROOT_PATTERN_H

/* Where in a container's root to look for what a rule's path means (POLICY.md, What a
 * path means). */

#include "node/root.h"

enum root_pattern_kind {
	ROOT_FILE,	/* a literal path */
	ROOT_DIRECTORY, /* of names in one directory */
	ROOT_TREE,	/* of names below a directory */
};

struct root_pattern {
	enum root_pattern_kind kind;
	char *path; /* without escapes; of a pattern, the fixed directory in front */
};

/** root_pattern_read() - Return: 0, -EINVAL as pattern_parse(), -ENOMEM. */
int root_pattern_read(const char *text, struct root_pattern *ret_pattern);
void root_pattern_clear(struct root_pattern *pattern);

/* How much of a directory, and of a tree, is looked at for one pattern. */
#define ROOT_PATTERN_ENTRIES 4096
#define ROOT_PATTERN_DEPTH   16

/**
 * root_pattern_visit() - Visit the paths that may be what a rule means, besides by name.
 *
 * Of a tree there are some only where its directory is reached through a symbolic link:
 * else the names in it are what the kernel sees.
 *
 * @visit: gets paths by which root_open() finds them; the pattern does not match all of
 *         them. Non-zero from it ends the visits
 *
 * Return: 0; -E2BIG when there is more than ROOT_PATTERN_*; what @visit returned;
 * negative errno, of which -ENOENT and -ENOTDIR mean that there is nothing.
 */
int root_pattern_visit(const struct root_pattern *pattern, int root,
		       int (*visit)(const char *path, void *data), void *data);

#endif
