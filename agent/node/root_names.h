/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_ROOT_NAMES_H
#define LSMD_NODE_ROOT_NAMES_H

/* Under which names a root's programs are: what goes with a multi-call program. */

#include <stdbool.h>
#include <stddef.h>

/** root_names_choose() - Does the name that a program is called by choose what it does?
 * @base: the last name of its file */
bool root_names_choose(const char *base);

/* Sorted, each once. */
struct root_names {
	char **items;
	size_t n, room;
};

/**
 * root_names_find() - By which other names a program can be run.
 * @root:      descriptor of the root directory
 * @path:      of the program, absolute
 * @ret_names: last names, without that of @path, of what is the same file in the
 *             directories where programs are: by symbolic and by hard links
 *
 * Goes by stat(2), thus for a root that is not running.
 *
 * Return: 0, -ENOMEM, the negative errno of opening @path.
 */
int root_names_find(int root, const char *path, struct root_names *ret_names);
void root_names_clear(struct root_names *names);

#endif
