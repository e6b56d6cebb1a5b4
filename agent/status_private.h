/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_STATUS_PRIVATE_H
#define LSMD_STATUS_PRIVATE_H

/* What status.c says of policies, from status_policies.c. */

#include "agent_state.h"

/** status_count_rules() - Add to a count of rules for each state that they are in. */
void status_count_rules(const struct agent *agent, uint64_t counts[REFUSED + 1]);

/** status_errors_json() - What is wrong with policies and pods, each with its place. */
json_t *status_errors_json(const struct agent *agent);

#endif
