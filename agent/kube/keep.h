/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_KEEP_H
#define LSMD_KUBE_KEEP_H

/* Of an object of the API server, the fields that are used: a pod is some 10 KiB, most of
 * it is nothing to us. */

#include <jansson.h>
#include <stddef.h>

/* A field, and what of it. A table of them ends with {0}. */
struct keep {
	const char *key; /* ending in "*": every key that begins so */
	/* NULL: all of it. Of a list, what of each item. */
	const struct keep *below;
};

/**
 * keep_fields() - Copy what a table names.
 * @object: borrowed; what is no object is given back as it is
 * Return: a new reference, shares values with @object; NULL: no memory.
 */
json_t *keep_fields(const json_t *object, const struct keep *table);

#endif
