/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_NODE_CGROUP_TREE_H
#define LSMD_TESTS_NODE_CGROUP_TREE_H

/* A directory tree that stands for a hierarchy: tests run without the right to make
 * cgroups. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../temporary.h"
#include "node/cgroup.h"

static char tree_path[] = "/tmp/lsmd-cgroup-XXXXXX";
static struct cgroup_root tree = {.fd = -1};

static inline void tree_make(void)
{
	temporary_make(tree_path);
	tree = (struct cgroup_root){
		.path = strdup(tree_path),
		.shown = strdup("/"),
		.fd = open(tree_path, O_PATH | O_DIRECTORY | O_CLOEXEC),
	};
	cr_assert(tree.fd >= 0);
}

static inline void tree_remove(void)
{
	temporary_remove(tree_path);
	cgroup_root_close(&tree);
}

/* Make a cgroup with processes in it; its parents are there already. */
static inline void tree_add(const char *path, const char *processes)
{
	char name[512];
	FILE *file;

	cr_assert(mkdirat(tree.fd, path, 0755) == 0 || !*path, "%s", path);
	snprintf(name, sizeof(name), "%s/%s/cgroup.procs", tree_path, path);
	file = fopen(name, "w");
	cr_assert(file != NULL);
	fputs(processes, file);
	fclose(file);
}

#endif
