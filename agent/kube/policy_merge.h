/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_POLICY_MERGE_H
#define LSMD_KUBE_POLICY_MERGE_H

/*
 * The reports of all nodes, and what they make for each policy. Of a node eight bytes a
 * policy are kept, and each text once: 5,000 nodes with 200 policies are 8 MiB.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kube/node_report.h"

/* Of a policy, in its status. */
#define POLICY_REFUSALS_MAX 10

struct policy_merge;

/* Both borrowed, until the merge is changed. */
struct policy_refusal {
	const char *node;
	const char *reason;
};

/* One policy as it is now, and how many nodes say what of it as it is now. */
struct policy_tally {
	char *policy;	     /* "ns/name", or "name" of a ClusterLsmPolicy */
	uint64_t generation; /* metadata.generation */
	uint32_t version;    /* of generation and uid; for the merge alone */
	uint32_t number;     /* of the name; for the merge alone */
	const void *counted; /* node that was counted last; for the merge alone */
	size_t nodes[POLICY_STATE_COUNT];
	size_t pending; /* nodes that did not say yet */
	struct policy_refusal refusals[POLICY_REFUSALS_MAX]; /* by the nodes' names */
	size_t n_refusals;
	uint64_t written; /* for whoever writes the status: 0 of one that is new */
};

int policy_merge_new(struct policy_merge **ret_merge);

/**
 * policy_merge_policies() - Which policies there are: those that a report names.
 *
 * What was counted for one that stays as it is, and its "written", stay.
 *
 * Return: 0, -ENOMEM: some of them may be missing.
 */
int policy_merge_policies(struct policy_merge *merge, const struct node_report *own);

/**
 * policy_merge_node() - What a node says now.
 * Return: 0; -ENOMEM: what it said before stays.
 */
int policy_merge_node(struct policy_merge *merge, const char *node,
		      const struct node_report *report);

/** policy_merge_forget() - A node is gone. */
void policy_merge_forget(struct policy_merge *merge, const char *node);

/** policy_merge_begin() - All nodes are about to be told of again. */
void policy_merge_begin(struct policy_merge *merge);

/** policy_merge_end() - All were: those that were not are gone. */
void policy_merge_end(struct policy_merge *merge);

/** policy_merge_nodes() - How many there are. */
size_t policy_merge_nodes(const struct policy_merge *merge);

/**
 * policy_merge_count() - Count them all, where something changed since it was done last.
 * @ret_tallies: borrowed until the merge is changed; "written" is the caller's to set
 * Return: 0, -ENOMEM.
 */
int policy_merge_count(struct policy_merge *merge, struct policy_tally **ret_tallies,
		       size_t *ret_n);

/** policy_merge_free() - Takes NULL. Return: NULL. */
struct policy_merge *policy_merge_free(struct policy_merge *merge);

#endif
