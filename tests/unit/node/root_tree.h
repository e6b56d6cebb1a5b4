/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_NODE_ROOT_TREE_H
#define LSMD_TESTS_NODE_ROOT_TREE_H

/* A directory of a test's own, and a container's root in it. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../temporary.h"

static char top[64];
static int root = -1;

/* The test works in the new directory from then on. */
static inline void root_tree_begin(void)
{
	strcpy(top, "/tmp/root-tree-test-XXXXXX");
	temporary_make(top);
	cr_assert_eq(chdir(top), 0);
}

static inline void root_tree_open(const char *path)
{
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cr_assert_geq(root, 0);
}

/* "root", as distributions have it, and beside it what must never be reached from there.
 */
static inline void root_tree_make(void)
{
	root_tree_begin();
	cr_assert_eq(mkdir("root", 0755), 0);
	cr_assert_eq(mkdir("root/usr", 0755), 0);
	cr_assert_eq(mkdir("root/usr/bin", 0755), 0);
	close(creat("outside", 0644));
	close(creat("root/usr/bin/dash", 0755));
	cr_assert_eq(symlink("usr/bin", "root/bin"), 0);
	cr_assert_eq(symlink("dash", "root/usr/bin/sh"), 0);
	root_tree_open("root");
}

static inline void root_tree_remove(void)
{
	close(root);
	temporary_remove(top);
}

#endif
