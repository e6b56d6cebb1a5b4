/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_CHECK_FILES_H
#define LSMD_CTL_CHECK_FILES_H

/* The files that `lsmctl check` was given. */

#include "policy/model.h"

/**
 * check_read() - Read the policies of a file, of a directory's *.yaml, *.yml and *.json,
 * or of "-". What is wrong with a file is a diagnostic, and reading goes on.
 * @policies: what could be read is added
 * Return: 0, -ENOMEM.
 */
int check_read(const char *path, struct diagnostics *diagnostics,
	       struct policy_list *policies);

#endif
