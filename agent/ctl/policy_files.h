/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_POLICY_FILES_H
#define LSMD_CTL_POLICY_FILES_H

/* Policies that a command was given to work on, which have to be right. */

#include <stddef.h>

#include "policy/diagnostic.h"
#include "policy/model.h"

/**
 * policy_files_read() - Read files and directories, and say on stderr what is wrong with
 * them.
 * @ret_policies: set with EXIT_DONE only; owned, in reason order
 * Return: an enum exit_code; warnings are said and change nothing.
 */
int policy_files_read(const char *const *paths, size_t n,
		      struct policy_list *ret_policies);

/** policy_files_say() - Diagnostics on stderr. */
void policy_files_say(const struct diagnostics *diagnostics);

#endif
