/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_ENFORCEMENT_H
#define LSMD_POLICY_ENFORCEMENT_H

/*
 * What this version can enforce of what a policy may say (DESIGN.md 14). The tables in
 * enforcement.c are the one place to edit when a hook is added.
 */

#include "policy/model.h"

/**
 * enforcement_refusal() - Why can no rule that says @key be in force?
 * @section: the rule's
 * @key:     of the rule; of what a word, as "direction: bind" or "to: pods"
 *
 * Return: NULL when it can; else "it needs ...", static.
 */
const char *enforcement_refusal(enum image_section section, const char *key);

/**
 * enforcement_section_refusal() - The same of a key of the section, and of its default.
 */
const char *enforcement_section_refusal(enum image_section section, const char *key);

/** enforcement_policy_refusal() - The same of a key of the policy's spec. */
const char *enforcement_policy_refusal(const char *key);

/**
 * enforcement_lower() - Lower an enforcement to @to, unless it is lower already, with a
 * reason.
 * @open_ways: the reason is added to it: "KEY: WHY"
 * Return: 0, -ENOMEM.
 */
int enforcement_lower(enum enforcement *enforcement, char **open_ways,
		      enum enforcement to, const char *key, const char *why);

/**
 * enforcement_judge() - Write into a rule how far it can be enforced.
 *
 * A rule that is REFUSED already stays so. One that is strict and would be PARTIAL is
 * REFUSED.
 *
 * Return: 0, -ENOMEM.
 */
int enforcement_judge(struct policy_rule *rule);

/** enforcement_judge_default() - The same of a section's default. */
int enforcement_judge_default(struct policy_section *section, enum image_section number);

#endif
