/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_OUTCOME_H
#define LSMD_OUTCOME_H

/* What has become of one policy on this node, for the cluster to be told. */

#include "kube/node_report.h"
#include "policy/model.h"

struct agent;

struct outcome {
	enum policy_state state;
	char *reason; /* one line, which begins with the rule that it is about; owned;
		       * NULL unless PARTIAL or REFUSED */
};

/**
 * outcome_of() - The worst of what has become of a policy's rules, and of the pods that
 * it selects: of several the first.
 * @ret_outcome: its reason is the caller's to free
 * Return: 0, -ENOMEM.
 */
int outcome_of(const struct agent *agent, const struct policy *policy,
	       struct outcome *ret_outcome);

#endif
