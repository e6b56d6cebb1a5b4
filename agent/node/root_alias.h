/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_ROOT_ALIAS_H
#define LSMD_NODE_ROOT_ALIAS_H

/* What the kernel calls in a root what a rule's path means there. */

#include "policy/aliases.h"

/**
 * root_alias_find() - Add the aliases of a rule's path in a root.
 * @root:    descriptor of the root directory
 * @written: a path or a pattern, as rules have it
 * @aliases: gets the path with its directory resolved, if symbolic links lead there, and
 *           where it is a link itself, its target; of a pattern, with its fixed directory
 *           resolved, and the targets of the links in that directory which match
 *
 * There is no alias by a link on another mount than the root's own, be it a volume or
 * procfs, nor by one to a program that is many by its name: whoever allows /bin/ls did
 * not mean all of busybox, which is denied as a whole by what it is.
 *
 * May wait for a file system for ever, as node/root.h.
 *
 * Return: 0, also where nothing is there; -ENOMEM; -E2BIG when the pattern's directory
 * has more than ROOT_PATTERN_ENTRIES; another negative errno of root_walk() or
 * root_list().
 */
int root_alias_find(int root, const char *written, struct aliases *aliases);

/**
 * root_alias_applet() - The program of many names that a path is one name of.
 * @written:  a path of a rule; a pattern is none
 * @ret_name: owned; NULL: it is none
 * Return: 0; -ENOMEM; another negative errno of root_walk().
 */
int root_alias_applet(int root, const char *written, char **ret_name);

/**
 * root_aliases_of() - The aliases that the paths of some policies have in a directory,
 * taken for the root of a container that has not begun yet.
 * Return: 0; the negative errno of opening @directory; -ENOMEM.
 */
int root_aliases_of(const char *directory, const struct policy_list *policies,
		    struct aliases *ret_aliases);

#endif
