/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_STORE_H
#define LSMD_POLICY_STORE_H

/*
 * The policies of a directory, file by file. A file with an error changes nothing: its
 * last good version stays, from memory, or after a restart from the copy that is kept on
 * disk.
 */

#include <stddef.h>

#include "policy/diagnostic.h"
#include "policy/model.h"

struct policy_store;

/**
 * policy_store_new() - An empty store.
 * @directory: of the policies: *.yaml, *.yml, *.json, without those that begin with "."
 * @state:     directory for the last good copies; NULL: none are kept. Made when missing
 */
int policy_store_new(const char *directory, const char *state,
		     struct policy_store **ret_store);
struct policy_store *policy_store_free(struct policy_store *store);

/**
 * policy_store_read() - Read the directory again.
 *
 * Return: 0; -EINVAL when files had errors, see policy_store_diagnostics(): theirs stayed
 * as they were, all others are taken over; the negative errno of reading the directory:
 * nothing has changed; -ENOMEM: nothing has changed.
 */
int policy_store_read(struct policy_store *store);

/** policy_store_policies() - All that hold, in reason order; borrowed until the next
 * read. */
const struct policy_list *policy_store_policies(const struct policy_store *store);

/** policy_store_diagnostics() - Errors and warnings of the last read; borrowed. */
const struct diagnostics *policy_store_diagnostics(const struct policy_store *store);

/** policy_store_missing() - Files of the last read that hold in no version at all. */
size_t policy_store_missing(const struct policy_store *store);

#endif
