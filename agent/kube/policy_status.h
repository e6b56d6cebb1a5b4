/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_POLICY_STATUS_H
#define LSMD_KUBE_POLICY_STATUS_H

/* The status of a policy's object, as rollout.h shows it, and where it is. */

#include <jansson.h>
#include <stdint.h>

#include "kube/policy_merge.h"

/**
 * policy_status_json() - What the status is to be.
 * @old:  the status as it is; NULL: none. A condition keeps the time from which it is so
 * @wall: now, ns since the epoch
 * Return: a new reference; NULL: no memory.
 */
json_t *policy_status_json(const struct policy_tally *tally, const json_t *old,
			   uint64_t wall);

/** policy_status_digest() - A number for all that a status says, but for times. Never 0.
 */
uint64_t policy_status_digest(const struct policy_tally *tally);

/**
 * policy_status_path() - Of the object, "/apis/lsmd.io/v1alpha1/...".
 * @sub: "" or "/status"
 * Return: owned; NULL: no memory.
 */
char *policy_status_path(const char *policy, const char *sub);

#endif
