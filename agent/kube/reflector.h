/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_REFLECTOR_H
#define LSMD_KUBE_REFLECTOR_H

/*
 * One kind of object, kept as the API server has it: listed once, then watched
 * (Kubernetes API concepts, "Efficient detection of changes"). Whatever goes wrong is
 * tried again; until it goes well, what is known stays.
 */

#include <jansson.h>
#include <stdbool.h>

#include "kube/api.h"

struct reflector;

struct reflector_handler {
	/* A list begins: what it does not name by its end is gone. */
	void (*begin)(void *data);
	/* An object is there, as it now is. Borrowed. A negative errno: the list or watch
	 * is tried again. */
	int (*object)(void *data, const json_t *object);
	/* An object was deleted, or no longer is among those that were asked for. */
	int (*deleted)(void *data, const json_t *object);
	/* The list is whole. */
	void (*synced)(void *data);
	/* @problem: why the server's state is not followed just now; NULL: it is again.
	 */
	void (*problem)(void *data, const char *problem);
	void *data;
};

/* What happened, for status and metrics. */
struct reflector_counts {
	uint64_t lists;	  /* begun, of one or more pages */
	uint64_t watches; /* begun */
	uint64_t events;  /* of watches, bookmarks too */
	uint64_t expired; /* 410 Gone, or a version that the server does not have yet */
	uint64_t failures;
};

/**
 * reflector_new() - Begin to follow a kind of object.
 * @path:       of its collection, with a selector where not all are wanted, such as
 *              "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1"; copied
 * @silence_ms: a watch that sends nothing for so long is cut and begun again: the
 *              connection may be half-open. 0: three minutes, a server's bookmarks come
 *              about once in one
 * @handler:    copied
 *
 * The first list may be served from the API server's cache (resourceVersion=0), as
 * kubelet's is: thousands of agents that start must not all ask etcd.
 *
 * Return: 0, -ENOMEM.
 */
int reflector_new(uv_loop_t *loop, struct kube_api *api, const char *path,
		  unsigned silence_ms, const struct reflector_handler *handler,
		  struct reflector **ret_reflector);

/** reflector_free() - Follow no more. The loop must run once more. Return: NULL. */
struct reflector *reflector_free(struct reflector *reflector);

/** reflector_is_synced() - Was it listed once? */
bool reflector_is_synced(const struct reflector *reflector);

/** reflector_is_absent() - Did the server say last that it knows no such kind (404)? */
bool reflector_is_absent(const struct reflector *reflector);

const struct reflector_counts *reflector_counts(const struct reflector *reflector);

#endif
