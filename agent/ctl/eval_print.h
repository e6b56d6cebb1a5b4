/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_EVAL_PRINT_H
#define LSMD_CTL_EVAL_PRINT_H

/* What `lsmctl eval` shows. */

#include <jansson.h>

#include "ctl/options.h"
#include "policy/model.h"

/**
 * eval_print() - Print judgements.
 * @policies: those that select the subject
 * @events:   an array of what judgement_json() gives
 * Return: EXIT_DENIED when any is denied, else EXIT_DONE.
 */
int eval_print(const struct policy_list *policies, const json_t *events,
	       const struct options *options);

#endif
