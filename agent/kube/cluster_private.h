/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_CLUSTER_PRIVATE_H
#define LSMD_KUBE_CLUSTER_PRIVATE_H

/* For the files cluster*.c alone. */

#include <stdlib.h>

#include "kube/alarm.h"
#include "kube/cluster.h"
#include "kube/keep.h"
#include "kube/objects.h"
#include "kube/saver.h"

/* What is followed of a kind. */
struct cluster_kind_info {
	const char *name; /* of its resources, as in paths */
	const char *api_version, *object_kind;
	const char *path; /* of its collection */
	bool of_node;	  /* the path goes on with this node's name */
	/* What was saved is given again when the server says the same. */
	bool confirm;
	const struct keep *keep;
	const char *unknown; /* why not ready, as long as it is not known */
};

extern const struct cluster_kind_info cluster_kinds[CLUSTER_KINDS];

struct follower {
	struct cluster *cluster;
	enum cluster_kind kind;
	struct reflector *reflector; /* NULL: not begun */
	struct objects objects;
	bool loading; /* what is saved */
	bool listing;
	bool changed;	     /* since the sink was told to settle */
	bool stale;	     /* the saved file is */
	char *problem;	     /* NULL, or why the server's state is not followed */
	uint64_t since;	     /* the problem; CLOCK_BOOTTIME, ns */
	char *saved_problem; /* NULL, or what is the matter with the saved file */
};

struct cluster {
	struct cluster_options options;
	char *directory; /* of the options */
	uv_loop_t *loop;
	struct kube_api *api; /* NULL: there is no access yet */
	struct alarm *retry;  /* for the access */
	struct saver *saver;
	char *access_problem;
	struct follower followers[CLUSTER_KINDS];
};

/* @text is taken over. */
static inline void replace(char **place, char *text)
{
	free(*place);
	*place = text;
}

/**
 * cluster_follower_take() - Give an object to the sink, unless nothing has changed.
 * @kept: what is used of it
 * Return: 0; -EPROTO: it has no name; -ENOMEM; what the sink said.
 */
int cluster_follower_take(struct follower *follower, const json_t *kept);

/** cluster_follower_start() - Ask the API server for a kind. Return: 0, -ENOMEM. */
int cluster_follower_start(struct follower *follower);

/** cluster_follower_load() - Give what is saved of a kind to the sink. Return: 0, also
 * where nothing can be used; -ENOMEM. */
int cluster_follower_load(struct follower *follower);

void cluster_follower_clear(struct follower *follower);

/** cluster_collect() - For a saver: the kinds that have changed. */
int cluster_collect(void *data, struct saver *saver);

/** cluster_save_failed() - For a saver: tell it, and try again. */
void cluster_save_failed(void *data, const char *name, int error);

/** cluster_object_key() - "namespace/name" or "name"; owned. NULL: it has no name, or no
 * memory. */
char *cluster_object_key(const json_t *object);

/** cluster_keep_object() - Of an object as the server sends it, what is used. */
json_t *cluster_keep_object(enum cluster_kind kind, const json_t *object);

#endif
