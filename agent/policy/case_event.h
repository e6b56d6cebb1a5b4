/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_CASE_EVENT_H
#define LSMD_POLICY_CASE_EVENT_H

/* What a case asks about. Used by case_read.c alone. */

#include "policy/case.h"
#include "policy/parse.h"

/* Fields' readers; the object is the struct policy_case. */
int case_read_events(struct parse *parse, const struct yaml_pair *pair, void *object);
int case_read_term(struct parse *parse, const struct yaml_pair *pair, void *object);
int case_read_with(struct parse *parse, const struct yaml_pair *pair, void *object);

/** case_apply_terms() - Say of the case's events what the case says of them. */
int case_apply_terms(struct parse *parse, const struct yaml_node *node,
		     struct policy_case *item);

#endif
