/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_RULE_H
#define LSMD_POLICY_RULE_H

/* What is done with single rules, besides reading them. */

#include "policy/model.h"

/** policy_rule_clear() - Free what a rule owns, not the rule; it is {0} then. */
void policy_rule_clear(struct policy_rule *rule);

/**
 * rules_warn_pointless() - Warn of rules that another rule of the same section makes
 * pointless.
 *
 * Looks at rules that select the same subjects, those of one policy, and sees only plain
 * cases (path_covers(), equal or containing sets). A section of more than 1024 paths and
 * prefixes is not looked at, since each is held against each.
 *
 * Return: 0, -ENOMEM.
 */
int rules_warn_pointless(const struct policy *policy, struct diagnostics *diagnostics);

#endif
