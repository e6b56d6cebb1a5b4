/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_NODE_REPORT_H
#define LSMD_KUBE_NODE_REPORT_H

/*
 * What has become of each policy on one node, and the object of kind LsmNode that tells
 * it: one for each node, written by its agent alone, so that no two ever write the same.
 *
 *     apiVersion: lsmd.io/v1alpha1
 *     kind: LsmNode                    # of the cluster; its name is the node's
 *     metadata: {name: node-a, ownerReferences: [the Node]}
 *     status:
 *       version: 0.1.0                 # of the agent
 *       kernel: 6.1.0
 *       counts: {enforced: 3, partial: 1, refused: 1, notSelected: 2}
 *       enforced: [shop/web@3-1f2e3d4c, base@1-5a6b7c8d]
 *       partial: [{policy: shop/db@2-99aabbcc, reason: ...}]
 *       refused: [{policy: shop/x@1-01020304, reason: ...}]
 *       notSelected: [...]             # its nodeSelector names other nodes
 *       omitted: 0                     # policies that the lists leave out
 *
 * A policy is named with its generation and the beginning of its uid: an object that was
 * deleted and made again counts its generations anew, and what was said of the first is
 * not true of the second.
 */

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* All texts of a report. An object that etcd takes has less than 1.5 MiB, and thousands
 * of reports go to one reader. */
#define NODE_REPORT_MAX_BYTES (256U << 10)

/* Bytes of a reason, without its NUL: what is longer is cut. */
#define NODE_REPORT_REASON 512

enum policy_state {
	POLICY_STATE_ENFORCED,
	POLICY_STATE_PARTIAL, /* in force, and some rule in part only */
	POLICY_STATE_REFUSED, /* the policy, or one of its rules, is not in force */
	POLICY_STATE_NOT_SELECTED,
	POLICY_STATE_COUNT,
};

struct policy_result {
	char *policy; /* "ns/name@generation-uid8"; of a ClusterLsmPolicy without "ns/" */
	enum policy_state state;
	char *reason; /* of PARTIAL and REFUSED; else NULL */
};

/* Starts as {0}. */
struct node_report {
	char *kernel;
	char *node_uid; /* of the Node, which owns the report; NULL: not known (yet) */
	struct policy_result *results;
	size_t n;
};

/**
 * node_report_add() - Tell what has become of one policy.
 * @name_space: "" or NULL of a ClusterLsmPolicy
 * @generation: metadata.generation of the object that the state is about
 * @uid:        metadata.uid; its first eight characters are used
 * @reason:     why it is PARTIAL or REFUSED, in one line; NULL otherwise
 * Return: 0, -ENOMEM.
 */
int node_report_add(struct node_report *report, const char *name_space, const char *name,
		    uint64_t generation, const char *uid, enum policy_state state,
		    const char *reason);

/**
 * node_report_json() - The LsmNode. The same report gives the same text.
 *
 * Sorts the results. What would go beyond NODE_REPORT_MAX_BYTES is left out and counted:
 * first those that are enforced, last those that are refused.
 *
 * Return: a new reference; NULL: no memory.
 */
json_t *node_report_json(struct node_report *report, const char *node);

/**
 * node_report_read() - What an LsmNode says. Anybody may have written it: what is not as
 * above is passed over.
 * @ret_report: set on success only; the caller clears it
 * Return: 0, -ENOMEM.
 */
int node_report_read(const json_t *object, struct node_report *ret_report);

void node_report_clear(struct node_report *report);

#endif
