/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_JUDGEMENT_H
#define LSMD_POLICY_JUDGEMENT_H

/* An event decided, and why: the rule that decided, the reports, and what matched but
 * lost. */

#include <jansson.h>

#include "policy/eval.h"
#include "policy/model.h"

/**
 * judgement_json() - Judge an event, and give the reasons.
 * @policies: those that select the subject, in reason order
 * @image:    compiled from them; NULL: no rules
 * @ret_json: owned: event, verdict; errno and rule where it is denied; reports, each with
 *            what it "would" be and its rule; others: the rules that are about the object
 *            and neither decide nor report, each with its action and why it makes no
 *            difference
 *
 * Return: 0, -E2BIG, -ENOMEM.
 */
int judgement_json(const struct policy_list *policies, const struct image *image,
		   const struct eval_event *event, json_t **ret_json);

#endif
