/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_STORE_PRIVATE_H
#define LSMD_POLICY_STORE_PRIVATE_H

/* For store.c, a directory's files, and store_objects.c, the API server's objects, alone.
 */

#include "policy/store.h"

struct policy_file {
	char *name;
	char *text; /* of the version that holds */
	size_t length;
	struct policy_list policies;
};

struct policy_store {
	char *directory;
	char *state; /* NULL: no copies */
	struct policy_file *files;
	size_t n_files;
	size_t n_missing;
	struct policy_list objects; /* of the API server, in any order */
	size_t n_hidden;	    /* of them, by files of the same names */
	struct policy_list policies;
	struct diagnostics diagnostics;
};

/** policy_list_append() - Add references. Return: 0, -ENOMEM: as it was. */
int policy_list_append(struct policy_list *list, const struct policy_list *more);

/**
 * policy_store_merge() - What holds, of files and of objects.
 * @ret_hidden: how many objects do not, since a file has one of the same name
 * Return: 0, -ENOMEM.
 */
int policy_store_merge(const struct policy_file *files, size_t n_files,
		       const struct policy_list *objects, struct policy_list *ret_all,
		       size_t *ret_hidden);

#endif
