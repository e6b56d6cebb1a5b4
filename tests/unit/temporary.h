/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_TEMPORARY_H
#define LSMD_TESTS_TEMPORARY_H

/* A directory of a test's own. */

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

/* @path: its last six bytes are XXXXXX, and become what is not there yet. */
static inline void temporary_make(char *path)
{
	cr_assert_not_null(mkdtemp(path));
}

static inline int temporary_remove_entry(const char *path, const struct stat *status,
					 int type, struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

/* With all that is in it. */
static inline void temporary_remove(const char *path)
{
	cr_assert_eq(nftw(path, temporary_remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

#endif
