/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_FINDINGS_H
#define LSMD_DRYRUN_FINDINGS_H

/* What a dry run found, as JSON, which every form of the report is made of. */

#include <jansson.h>
#include <stdbool.h>

#include "dryrun/run.h"
#include "policy/image.h"
#include "policy/model.h"

/**
 * findings_json() - Everything that is to be reported.
 * @policies: those that @image is made of, for where their rules are
 * @skip:     a policy whose rules are left out; NULL: none
 * @argv:     the command
 *
 * {"command": [...], "exit": {"status"} | {"signal"}, "hooks": "lsm" | "tracing",
 *  "denied", "audited", "unread", "unrecorded", "running": [pid...],
 *  "rules": [{"policy": {"kind","namespace","name"}, "section", "rule", "file", "line",
 *             "would", "severity", "message", "count",
 *             "objects": [{"object", "count", "first":
 * {"pid","command","executable"}}]}]}
 *
 * "rules" has every rule that could have had something to say, in reason order, with a
 * count of 0 where it had not. What could not be read comes last, without a policy.
 * Texts are safe to be shown.
 *
 * Return: a new reference; NULL: no memory.
 */
json_t *findings_json(const struct run *run, const struct image *image,
		      const struct policy_list *policies, const struct policy *skip,
		      char *const argv[]);

/** findings_are_denials() - Would anything have been denied? */
bool findings_are_denials(const json_t *findings);

#endif
