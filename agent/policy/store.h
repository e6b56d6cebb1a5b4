/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_STORE_H
#define LSMD_POLICY_STORE_H

/*
 * The policies of a directory, file by file, and those that are objects of the API
 * server. A file with an error changes nothing: its last good version stays, from memory,
 * or after a restart from the copy that is kept on disk.
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

/**
 * policy_store_put() - A policy that is an object is there, or has changed.
 * @text:    of the one object
 * @source:  what it is called in messages
 * @ret_old: what it replaces; NULL: nothing
 * @ret_new: both are references of the caller's
 *
 * A file's policy of the same kind, namespace and name goes before it.
 *
 * Return: 0; -EINVAL, details in @diagnostics; -ENOMEM: nothing has changed.
 */
int policy_store_put(struct policy_store *store, const char *text, const char *source,
		     struct diagnostics *diagnostics, struct policy **ret_old,
		     struct policy **ret_new);

/**
 * policy_store_remove() - An object is gone. @ret_old: a reference of the caller's.
 * Return: 0; -ENOENT; -ENOMEM: nothing has changed.
 */
int policy_store_remove(struct policy_store *store, enum policy_kind kind,
			const char *name_space, const char *name,
			struct policy **ret_old);

/** policy_store_objects() - Those that are objects, whether they hold or not; borrowed.
 */
const struct policy_list *policy_store_objects(const struct policy_store *store);

/** policy_store_hidden() - Objects that do not hold, since files have their names. */
size_t policy_store_hidden(const struct policy_store *store);

/** policy_store_policies() - All that hold, in reason order; borrowed until the next
 * read. */
const struct policy_list *policy_store_policies(const struct policy_store *store);

/** policy_store_diagnostics() - Errors and warnings of the last read; borrowed. */
const struct diagnostics *policy_store_diagnostics(const struct policy_store *store);

/** policy_store_missing() - Files of the last read that hold in no version at all. */
size_t policy_store_missing(const struct policy_store *store);

#endif
