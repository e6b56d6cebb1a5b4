/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CLUSTER_POLICIES_H
#define LSMD_CLUSTER_POLICIES_H

/*
 * Policies that are objects: into the store, and subjects that they touch marked stale.
 * As struct cluster_sink has it.
 */

#include <jansson.h>

#include "policy/diagnostic.h"

struct agent;

/**
 * cluster_policies_put() - An object of either kind is new or has changed.
 * @diagnostics: what is wrong with it, by its place in the object
 * Return: 0; -EINVAL: what was known of it stays; another negative errno: later again.
 */
int cluster_policies_put(struct agent *agent, const json_t *object, const char *text,
			 struct diagnostics *diagnostics);

/** cluster_policies_lose() - An LsmPolicy is gone. @key: "namespace/name". */
void cluster_policies_lose(struct agent *agent, const char *key);

/** cluster_policies_lose_cluster() - A ClusterLsmPolicy is gone. @key: its name. */
void cluster_policies_lose_cluster(struct agent *agent, const char *key);

#endif
