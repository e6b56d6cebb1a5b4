/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_EXEMPT_H
#define LSMD_EXEMPT_H

/* Pods that policies for everybody pass by (DESIGN.md 11), and why. */

#include <jansson.h>
#include <stdbool.h>

#include "kube/pods.h"

struct agent;

/** exempt_find_own_pod() - Learn the agent's own pod. Return: 0, also when it runs in
 * none; negative errno. */
int exempt_find_own_pod(struct agent *agent);

/** exempt_is_own_pod() - Never a subject, whatever selects it. */
bool exempt_is_own_pod(const struct agent *agent, const struct pod *pod);

/** exempt_reason() - Why a pod is exempt; static text, NULL: it is not. */
const char *exempt_reason(const struct agent *agent, const struct pod *pod);

/** exempt_json() - {"namespaces": [...], "pods": n}, for status. A new reference. */
json_t *exempt_json(const struct agent *agent);

#endif
