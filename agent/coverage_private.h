/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_COVERAGE_PRIVATE_H
#define LSMD_COVERAGE_PRIVATE_H

/* For the files coverage*.c alone. */

#include "agent_state.h"

/**
 * coverage_assign() - Point a subject's cgroups at its slot.
 * Where that fails, subject->uncovered says why, and coverage_retry() tries again.
 */
void coverage_assign(struct agent *agent, struct subject *subject);

/** coverage_unassign() - Let none of a subject's cgroups be in a slot. */
void coverage_unassign(struct agent *agent, const struct subject *subject);

/** coverage_adopted_slot() - Where an earlier life pointed a cgroup. Return: 0: nowhere.
 */
uint32_t coverage_adopted_slot(const struct agent *agent, uint64_t cgroup_id);

/**
 * coverage_drop_strays() - Cover no more what an earlier life covered and nobody took
 * over. Return: 0, negative errno.
 */
int coverage_drop_strays(struct agent *agent);

#endif
