/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_CRD_H
#define LSMD_POLICY_CRD_H

/*
 * The definitions of the custom resources LsmPolicy and ClusterLsmPolicy, made of the
 * table of schema.h, and of LsmNode (kube/node_report.h).
 *
 * Their schema is structural, as the API server wants it: every part has a type, and what
 * may be of two types is either x-kubernetes-int-or-string or keeps what it does not
 * know. It refuses what a form can refuse; the rest the agent says in the object's
 * status.
 */

#include <jansson.h>

#include "policy/schema.h"

/*
 * Items of a list of maps: without a bound the API server takes three megabytes of the
 * smallest item for what an expression over them may cost, and refuses the definition.
 */
#define CRD_ITEMS_MAX 4096

/**
 * crd_json() - All definitions, apiextensions.k8s.io/v1.
 * Return: an array, a new reference; NULL: no memory.
 */
json_t *crd_json(void);

/**
 * crd_form_json() - The structural form of a part of the table.
 * @without: flags of keys that are not for the kind
 * Return: a new reference; NULL: no memory.
 */
json_t *crd_form_json(const struct schema *form, unsigned without);

/* What the agents of all nodes together say of one policy. */
extern const struct schema crd_status;

/* What the agent of one node says of all policies. */
extern const struct schema crd_node_status;

#endif
