/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_MODEL_NAMES_H
#define LSMD_POLICY_MODEL_NAMES_H

/* The words of policies and reports for what the model numbers. */

#include "policy/model.h"

extern const char *const policy_kind_names[POLICY_NAMESPACED + 1]; /* "LsmPolicy" */
extern const char *const section_names[SECTION_COUNT];		   /* "exec" */
extern const char *const action_names[ACTION_KILL + 1];
extern const char *const verdict_names[VERDICT_KILL + 1];
extern const char *const enforcement_names[REFUSED + 1];

#endif
