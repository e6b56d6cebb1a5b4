// SPDX-License-Identifier: Apache-2.0
/* Policies that are objects of the API server, beside those of the directory's files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/store_private.h"
#include "util/cleanup.h"

static bool same_name(const struct policy *a, const struct policy *b)
{
	return a->kind == b->kind && !strcmp(a->name_space, b->name_space) &&
	       !strcmp(a->name, b->name);
}

static struct policy *namesake(const struct policy_list *list,
			       const struct policy *policy)
{
	for (size_t i = 0; i < list->n; i++)
		if (same_name(list->items[i], policy))
			return list->items[i];
	return NULL;
}

int policy_list_append(struct policy_list *list, const struct policy_list *more)
{
	struct policy **items;

	if (more->n == 0)
		return 0;
	items = reallocarray(list->items, list->n + more->n, sizeof(*items));
	if (!items)
		return -ENOMEM;
	list->items = items;
	for (size_t i = 0; i < more->n; i++)
		items[list->n++] = policy_ref(more->items[i]);
	return 0;
}

/* A file of the node's holds against an object: who may write there may do more. */
static int add_objects(const struct policy_list *objects, size_t n_files,
		       struct policy_list *all, size_t *ret_hidden)
{
	*ret_hidden = 0;
	for (size_t i = 0; i < objects->n; i++) {
		const struct policy_list files = {all->items, n_files};
		const struct policy_list one = {&objects->items[i], 1};

		if (namesake(&files, objects->items[i]))
			(*ret_hidden)++;
		else if (policy_list_append(all, &one) < 0)
			return -ENOMEM;
	}
	return 0;
}

int policy_store_merge(const struct policy_file *files, size_t n_files,
		       const struct policy_list *objects, struct policy_list *ret_all,
		       size_t *ret_hidden)
{
	_cleanup_(policy_list_clear) struct policy_list all = {0};

	for (size_t i = 0; i < n_files; i++)
		if (policy_list_append(&all, &files[i].policies) < 0)
			return -ENOMEM;
	if (add_objects(objects, all.n, &all, ret_hidden) < 0)
		return -ENOMEM;
	policy_list_sort(&all);
	*ret_all = all;
	all = (struct policy_list){0};
	return 0;
}

/* On success @objects, taken over, are the store's. */
static int adopt_objects(struct policy_store *store, struct policy_list *objects)
{
	struct policy_list all = {0};
	int r = policy_store_merge(store->files, store->n_files, objects, &all,
				   &store->n_hidden);

	if (r < 0) {
		policy_list_clear(objects);
		return r;
	}
	policy_list_clear(&store->policies);
	policy_list_clear(&store->objects);
	store->policies = all;
	store->objects = *objects;
	return 0;
}

/* The store's objects without @old, with @added. NULL: none. */
static int exchange(struct policy_store *store, const struct policy *old,
		    struct policy *added)
{
	struct policy_list objects = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < store->objects.n; i++) {
		const struct policy_list one = {&store->objects.items[i], 1};

		if (store->objects.items[i] != old)
			r = policy_list_append(&objects, &one);
	}
	if (r == 0 && added)
		r = policy_list_append(&objects, &(struct policy_list){&added, 1});
	if (r == 0)
		return adopt_objects(store, &objects);
	policy_list_clear(&objects);
	return r;
}

int policy_store_put(struct policy_store *store, const char *text, const char *source,
		     struct diagnostics *diagnostics, struct policy **ret_old,
		     struct policy **ret_new)
{
	_cleanup_(policy_list_clear) struct policy_list parsed = {0};
	struct policy *old;
	int r = policy_parse(text, strlen(text), source, diagnostics, &parsed);

	if (r == 0 && parsed.n != 1)
		r = -EINVAL;
	if (r < 0)
		return r;
	old = namesake(&store->objects, parsed.items[0]);
	if (old)
		policy_ref(old);
	r = exchange(store, old, parsed.items[0]);
	if (r < 0) {
		policy_unref(old);
		return r;
	}
	*ret_old = old;
	*ret_new = policy_ref(parsed.items[0]);
	return 0;
}

int policy_store_remove(struct policy_store *store, enum policy_kind kind,
			const char *name_space, const char *name, struct policy **ret_old)
{
	const struct policy key = {
		.kind = kind, .name_space = (char *)name_space, .name = (char *)name};
	struct policy *old = namesake(&store->objects, &key);
	int r;

	if (!old)
		return -ENOENT;
	policy_ref(old);
	r = exchange(store, old, NULL);
	if (r < 0)
		policy_unref(old);
	else
		*ret_old = old;
	return r;
}

const struct policy_list *policy_store_objects(const struct policy_store *store)
{
	return &store->objects;
}

size_t policy_store_hidden(const struct policy_store *store)
{
	return store->n_hidden;
}
