/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_PENDING_H
#define LSMD_PENDING_H

/*
 * Pending subjects: kubelet has made their pod's cgroup, and lsmd has not heard of the
 * pod yet, so that nobody knows which policies select it.
 *
 * Nothing holds for one before it is known whose it is, which the first bundle in its pod
 * tells: the sandbox's, which is there before any container. From then on it has the
 * posture, `allow` (its calls go through, its executions and connections are reported) or
 * `deny` (they fail, and kubelet tries again). Never a posture for
 *   - kube-system and --exempt-namespaces, unless a policy names them, and pods in the
 *     host's network: the node's own, without which lsmd may never hear of any pod
 *   - what holds the daemons of the node or lsmd
 * and never `deny` for what ran when lsmd started, or was known and is no more. What an
 * earlier life had put in force stays until the pod is known.
 */

#include <stdbool.h>

#include "node/subject.h"
#include "policy/model.h"

struct agent;

enum pending_posture {
	PENDING_ALLOW,
	PENDING_DENY,
	PENDING_POSTURES,
};

/* Starts as {0}. */
struct pending {
	struct policy *policies[PENDING_POSTURES]; /* what each means */
};

/** pending_posture_name() - "allow", "deny". */
const char *pending_posture_name(enum pending_posture posture);

/** pending_posture_parse() - Return: 0, -EINVAL. */
int pending_posture_parse(const char *name, enum pending_posture *ret_posture);

/** pending_open() - Return: 0, negative errno. */
int pending_open(struct pending *pending);
void pending_close(struct pending *pending);

/** pending_is_kept() - Is what an earlier life had put in force to stay? */
bool pending_is_kept(const struct subject *subject);

/**
 * pending_select() - The policy that holds for a pending subject, if any.
 * @list: it is added, as a reference
 * Return: 0, -ENOMEM.
 */
int pending_select(const struct agent *agent, const struct subject *subject,
		   struct policy_list *list);

/** pending_count() - How many subjects are pending. */
size_t pending_count(const struct agent *agent);

#endif
