/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_NODE_ROOT_H
#define LSMD_TESTS_NODE_ROOT_H

/* A node's root as a test makes it. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../temporary.h"
#include "util/cleanup.h"

static char root[] = "/tmp/doctor_rootXXXXXX";

static void make_root(void)
{
	temporary_make(root);
}

static void remove_root(void)
{
	temporary_remove(root);
}

static void put(const char *path, const char *text)
{
	_cleanup_(freep) char *full = NULL;
	_cleanup_(fclosep) FILE *file = NULL;

	cr_assert_gt(asprintf(&full, "%s/%s", root, path), 0);
	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	file = fopen(full, "we");
	cr_assert_not_null(file);
	fputs(text, file);
}

#endif
