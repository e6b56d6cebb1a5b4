/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_OBJECTS_H
#define LSMD_KUBE_OBJECTS_H

/*
 * The objects of one kind that are known, each as the text of the fields that are used.
 * Of one that cannot be used, the last text that could be stays beside what is wrong.
 */

#include <stdbool.h>
#include <stddef.h>

#include "policy/diagnostic.h"

struct object {
	char *key;     /* "namespace/name", or "name" of what is in none */
	char *text;    /* the last that could be used; NULL: none could */
	char *refused; /* the newest, when it could not; NULL: it could */
	struct diagnostics diagnostics; /* of the newest */
	bool listed;			/* by the list under way */
	bool unconfirmed;		/* an earlier life saved it, and that is all */
};

/* Starts as {0}. Sorted by key. */
struct objects {
	struct object *items;
	size_t n, room;
	bool whole; /* they were listed once, by this life or by an earlier one */
};

/** objects_find() - Return: borrowed until the set changes; NULL: it is not known. */
struct object *objects_find(const struct objects *objects, const char *key);

/**
 * objects_get() - The object of a key, made where it is not known yet.
 * Return: 0, -ENOMEM.
 */
int objects_get(struct objects *objects, const char *key, struct object **ret_object);

/** object_is_newest() - Is @text what was seen of it last? */
bool object_is_newest(const struct object *object, const char *text);

/** objects_remove() - Forget one of the set's. */
void objects_remove(struct objects *objects, struct object *object);

void objects_clear(struct objects *objects);

#endif
