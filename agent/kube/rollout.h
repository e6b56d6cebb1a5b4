/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_ROLLOUT_H
#define LSMD_KUBE_ROLLOUT_H

/*
 * What the cluster is told of its policies: each agent writes its own LsmNode
 * (node_report.h) when its report changes, and one of them, which a Lease elects, merges
 * all of them into the status of the policies:
 *
 *     status:
 *       observedGeneration: 3
 *       nodes: {enforcing: 4997, partial: 1, refused: 1, pending: 1, notSelected: 0}
 *       refusals: [{node: node-b, reason: ..., generation: 3}]    # at most ten
 *       conditions: [{type: Ready, status: "False", reason: Refused, message: ...,
 *                     observedGeneration: 3, lastTransitionTime: ...}]
 *
 * A node is pending while it has not said yet what has become of this generation. Nothing
 * is written because of a pod or a denial.
 */

#include <uv.h>

#include "kube/api.h"
#include "kube/node_report.h"

struct rollout;

/* Times in milliseconds; 0: as lsmd has it, of which tests want less. */
struct rollout_options {
	const char *node;	     /* name of this one; borrowed for its life */
	const char *lease_namespace; /* where the Lease is; borrowed for its life */
	unsigned pace;		     /* divides every time; 0: 1 */
};

/* What was done, for status and metrics. */
struct rollout_counts {
	uint64_t reports_written;
	uint64_t leases_read, leases_written;
	uint64_t statuses_read, statuses_written;
	uint64_t failures;
	size_t nodes; /* of which the leader knows; 0: we are not it */
	bool is_leader;
	const char *problem; /* of the last request that went wrong; NULL: none did */
};

/** rollout_new() - Nothing is asked nor told before the first report.
 * Return: 0, -ENOMEM. */
int rollout_new(uv_loop_t *loop, struct kube_api *api,
		const struct rollout_options *options, struct rollout **ret_rollout);

/**
 * rollout_report() - This node's results are now these.
 * @report: taken over, and cleared
 *
 * To be called whenever policies were put in force, as often as one likes: one that says
 * what the last one said costs no request. It names every policy that the API server
 * has, for the leader goes by its own which there are.
 *
 * Return: 0, -ENOMEM.
 */
int rollout_report(struct rollout *rollout, struct node_report *report);

void rollout_counts(const struct rollout *rollout, struct rollout_counts *ret_counts);

/**
 * rollout_resign() - Before it is freed: if this one leads, let another, at once.
 * As lease_resign(), which see; nothing is to be reported after.
 */
void rollout_resign(struct rollout *rollout);

/** rollout_free() - The loop must run once more. Return: NULL. */
struct rollout *rollout_free(struct rollout *rollout);

#endif
