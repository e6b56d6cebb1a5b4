/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_NODE_ROOT_H
#define LSMD_TESTS_NODE_ROOT_H

/* A node's root as a test makes it. */

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"

static char root[] = "/tmp/doctor_rootXXXXXX";

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

static void make_root(void)
{
	cr_assert_not_null(mkdtemp(root));
}

static void remove_root(void)
{
	nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
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
