/* SPDX-License-Identifier: Apache-2.0 */

/* Rules and groups of an image, by number, and their rows. */

#include <errno.h>
#include <stdlib.h>

#include "policy/compiler.h"
#include "policy/room.h"

/* Groups of a policy's rules, and of its audit rules. */
struct policy_groups {
	uint32_t enforced;
	uint32_t audits;
};

static int refuse_group(struct compiler *compiler, const struct policy *policy)
{
	int r = diagnostics_add(
		compiler->diagnostics, SEVERITY_ERROR, policy->source, policy->line, 0,
		"policy \"%s\" is one too many in audit mode for one container; "
		"enforce some of them, or select fewer",
		policy->name);

	return r < 0 ? r : -E2BIG;
}

static uint32_t add_group(struct compiler *compiler)
{
	struct group *group = &compiler->groups[compiler->n_groups];

	for (size_t i = 0; i < SECTION_COUNT; i++)
		group->defaults[i] = RULE_NONE;
	group->base = RULE_NONE;
	return compiler->n_groups++;
}

static int new_group(struct compiler *compiler, const struct policy *policy,
		     uint32_t *ret_group)
{
	if (compiler->n_groups == LIMIT_GROUPS)
		return refuse_group(compiler, policy);
	*ret_group = add_group(compiler);
	return 0;
}

/* The groups of a policy in audit mode are its own. */
static int own_groups(struct compiler *compiler, const struct policy *policy, bool audits,
		      struct policy_groups *ret_groups)
{
	int r = new_group(compiler, policy, &ret_groups->enforced);

	return r == 0 && audits ? new_group(compiler, policy, &ret_groups->audits) : r;
}

static int tier_groups(struct compiler *compiler, const struct policy *policy,
		       bool audits, struct policy_groups *ret_groups)
{
	uint32_t tier = policy->kind == POLICY_CLUSTER ? GROUP_CLUSTER : GROUP_NAMESPACE;
	int r = 0;

	if (audits && !compiler->tier_audits[tier])
		r = new_group(compiler, policy, &compiler->tier_audits[tier]);
	*ret_groups = (struct policy_groups){.enforced = compiler->tiers + tier,
					     .audits = compiler->tier_audits[tier]};
	return r;
}

static bool in_force(const struct policy_rule *rule)
{
	return rule->enforcement != REFUSED;
}

static bool has_audits(const struct policy *policy)
{
	for (size_t i = 0; i < SECTIONS_COMPILED; i++)
		for (size_t k = 0; k < policy->sections[i].n_rules; k++)
			if (policy->sections[i].rules[k].action == ACTION_AUDIT &&
			    in_force(&policy->sections[i].rules[k]))
				return true;
	return false;
}

/* Bits of IMAGE_H_SECTIONS: which hooks ask the image because of a rule, or a default. */
static uint32_t asked_by(const struct compiled_rule *rule)
{
	if (rule->section != SECTION_NETWORK)
		return IMAGE_HAS(rule->section);
	if (rule->rule && rule->rule->n_unix)
		return IMAGE_HAS_UNIX;
	return IMAGE_HAS(SECTION_NETWORK) | IMAGE_HAS_SENDMSG;
}

/* Whoever is to deny an event must be able to read it; in a dry run whoever would. */
static bool may_deny(const struct compiler *compiler, const struct compiled_rule *rule)
{
	return compiler->tiers == GROUP_CLUSTER ? rule->group < GROUP_FIRST_AUDIT
						: rule->verdict != VERDICT_AUDIT;
}

static int add_rule(struct compiler *compiler, const struct compiled_rule *rule)
{
	if (room_for(&compiler->rules, &compiler->rules_room, compiler->n_rules + 1) < 0)
		return -ENOMEM;
	compiler->rules[compiler->n_rules++] = *rule;
	if (rule->verdict == VERDICT_ALLOW)
		return 0;
	compiler->sections |= asked_by(rule);
	if (may_deny(compiler, rule))
		compiler->denying |= asked_by(rule);
	return 0;
}

static int add_default(struct compiler *compiler, const struct policy *policy,
		       enum image_section section, uint32_t group)
{
	uint32_t *first = &compiler->groups[group].defaults[section];

	if (*first == RULE_NONE)
		*first = (uint32_t)compiler->n_rules;
	if (section == SECTION_FILE && !policy->sections[section].base_none &&
	    compiler->groups[group].base == RULE_NONE)
		compiler->groups[group].base = (uint32_t)compiler->n_rules;
	return add_rule(compiler, &(struct compiled_rule){.policy = policy,
							  .section = section,
							  .verdict = VERDICT_DENY,
							  .group = group,
							  .error = section == SECTION_FILE
									   ? EACCES
									   : EPERM});
}

static int add_own_rule(struct compiler *compiler, const struct policy *policy,
			const struct policy_rule *rule,
			const struct policy_groups *groups)
{
	static const enum verdict verdicts[] = {
		[ACTION_AUDIT] = VERDICT_AUDIT,
		[ACTION_ALLOW] = VERDICT_ALLOW,
		[ACTION_DENY] = VERDICT_DENY,
		[ACTION_KILL] = VERDICT_KILL,
	};
	struct compiled_rule compiled = {
		.policy = policy,
		.rule = rule,
		.section = rule->section,
		.verdict = verdicts[rule->action],
		.group = rule->action == ACTION_AUDIT ? groups->audits : groups->enforced,
		.error = rule->error,
	};
	int r = add_rule(compiler, &compiled);

	compiled.in_shm = true;
	return r == 0 && rule->fileless ? add_rule(compiler, &compiled) : r;
}

static int add_section(struct compiler *compiler, const struct policy *policy,
		       enum image_section number, const struct policy_groups *groups)
{
	const struct policy_section *section = &policy->sections[number];
	int r = 0;

	for (size_t i = 0; r == 0 && i < section->n_rules; i++)
		if (in_force(&section->rules[i]))
			r = add_own_rule(compiler, policy, &section->rules[i], groups);
	if (r == 0 && section->default_deny)
		r = add_default(compiler, policy, number, groups->enforced);
	return r;
}

/* POLICY.md, Selection: a sandbox runs nothing of its pod's. */
static bool is_left_out(const struct compiler *compiler, unsigned section)
{
	return compiler->sandbox && (section == SECTION_EXEC || section == SECTION_FILE);
}

static int add_policy(struct compiler *compiler, const struct policy *policy)
{
	struct policy_groups groups = {0};
	bool audits = has_audits(policy);
	int r = policy->audit_mode ? own_groups(compiler, policy, audits, &groups)
				   : tier_groups(compiler, policy, audits, &groups);

	for (unsigned i = 0; r == 0 && i < SECTIONS_COMPILED; i++)
		if (!is_left_out(compiler, i))
			r = add_section(compiler, policy, (enum image_section)i, &groups);
	return r;
}

int compiler_rules(struct compiler *compiler)
{
	int r = 0;

	/* The two tiers are there, whether or not they have rules. */
	while (compiler->n_groups < compiler->tiers + TIERS)
		add_group(compiler);
	for (size_t i = 0; r == 0 && i < compiler->n_policies; i++)
		r = add_policy(compiler, compiler->policies[i]);
	if (r < 0 || !compiler->sections)
		return r;
	r = compiler_conditions(compiler);
	if (r < 0)
		return r;
	r = compiler_rows(compiler);
	return r == -E2BIG ? compiler_refuse(compiler, 0,
					     "and the others do not fit into an image")
			   : r;
}

int compiler_section(const struct compiler *compiler, enum image_section section,
		     uint32_t **ret_rules, size_t *ret_n)
{
	uint32_t *rules = calloc(compiler->n_rules + 1, sizeof(*rules));
	size_t n = 0;

	if (!rules)
		return -ENOMEM;
	for (uint32_t i = 0; i < compiler->n_rules; i++)
		if (compiler->rules[i].section == section && compiler->rules[i].rule &&
		    !compiler->rules[i].rule->n_unix && compiler_matters(compiler, i))
			rules[n++] = i;
	*ret_rules = rules;
	*ret_n = n;
	return 0;
}
