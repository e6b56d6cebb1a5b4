/* SPDX-License-Identifier: Apache-2.0 */

/* Rules and groups of an image, by number, and their rows. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/compiler.h"
#include "policy/room.h"
#include "util/cleanup.h"

/* Groups of a policy's rules, and of its audit rules. */
struct policy_groups {
	uint32_t enforced;
	uint32_t audits;
};

static const char *const section_names[] = {
	[SECTION_EXEC] = "exec",	       [SECTION_FILE] = "file",
	[SECTION_SOCKETS] = "sockets",	       [SECTION_NETWORK] = "network",
	[SECTION_CAPABILITIES] = "capabilities", [SECTION_PROCESS] = "process",
};

int compiler_refuse(struct compiler *compiler, uint32_t number, const char *what)
{
	const struct compiled_rule *rule;
	int r;

	/* Without a rule, or told already by what called this. */
	if (number >= compiler->n_rules || compiler->refused)
		return -E2BIG;
	rule = &compiler->rules[number];
	compiler->refused = true;
	r = diagnostics_add(compiler->diagnostics, SEVERITY_ERROR, rule->policy->source,
			    rule->rule ? rule->rule->line :
					 rule->policy->sections[rule->section].line,
			    0, "%s \"%s\": rule \"%s\" of section %s %s; split it, or drop some of it",
			    rule->policy->kind == POLICY_CLUSTER ? "ClusterLsmPolicy" : "LsmPolicy",
			    rule->policy->name, rule->rule ? rule->rule->name : "default",
			    section_names[rule->section], what);
	return r < 0 ? r : -E2BIG;
}

static int refuse_group(struct compiler *compiler, const struct policy *policy)
{
	int r = diagnostics_add(compiler->diagnostics, SEVERITY_ERROR, policy->source,
				policy->line, 0,
				"policy \"%s\" is one too many in audit mode for one container; "
				"enforce some of them, or select fewer",
				policy->name);

	return r < 0 ? r : -E2BIG;
}

static int new_group(struct compiler *compiler, const struct policy *policy, uint32_t *ret_group)
{
	struct group *group;

	if (compiler->n_groups == LIMIT_GROUPS)
		return refuse_group(compiler, policy);
	group = &compiler->groups[compiler->n_groups];
	*ret_group = compiler->n_groups++;
	for (size_t i = 0; i < SECTION_COUNT; i++)
		group->defaults[i] = RULE_NONE;
	return 0;
}

/* The groups of a policy in audit mode are its own. */
static int own_groups(struct compiler *compiler, const struct policy *policy, bool audits,
		      struct policy_groups *ret_groups)
{
	int r = new_group(compiler, policy, &ret_groups->enforced);

	return r == 0 && audits ? new_group(compiler, policy, &ret_groups->audits) : r;
}

static int tier_groups(struct compiler *compiler, const struct policy *policy, bool audits,
		       struct policy_groups *ret_groups)
{
	uint32_t tier = policy->kind == POLICY_CLUSTER ? GROUP_CLUSTER : GROUP_NAMESPACE;
	int r = 0;

	if (audits && !compiler->tier_audits[tier])
		r = new_group(compiler, policy, &compiler->tier_audits[tier]);
	*ret_groups = (struct policy_groups){.enforced = tier,
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

static int add_rule(struct compiler *compiler, const struct compiled_rule *rule)
{
	if (room_for(&compiler->rules, &compiler->rules_room, compiler->n_rules + 1) < 0)
		return -ENOMEM;
	compiler->rules[compiler->n_rules++] = *rule;
	if (rule->verdict == VERDICT_ALLOW)
		return 0;
	compiler->sections |= IMAGE_HAS(rule->section);
	if (rule->group < GROUP_FIRST_AUDIT)
		compiler->denying |= IMAGE_HAS(rule->section);
	return 0;
}

static int add_default(struct compiler *compiler, const struct policy *policy,
		       enum image_section section, uint32_t group)
{
	uint32_t *first = &compiler->groups[group].defaults[section];

	if (*first == RULE_NONE)
		*first = (uint32_t)compiler->n_rules;
	return add_rule(compiler, &(struct compiled_rule){
					  .policy = policy,
					  .section = section,
					  .verdict = VERDICT_DENY,
					  .group = group,
					  .error = section == SECTION_FILE ? EACCES : EPERM});
}

static int add_section(struct compiler *compiler, const struct policy *policy,
		       enum image_section number, const struct policy_groups *groups)
{
	static const enum verdict verdicts[] = {
		[ACTION_AUDIT] = VERDICT_AUDIT,
		[ACTION_ALLOW] = VERDICT_ALLOW,
		[ACTION_DENY] = VERDICT_DENY,
		[ACTION_KILL] = VERDICT_KILL,
	};
	const struct policy_section *section = &policy->sections[number];
	int r = 0;

	for (size_t i = 0; r == 0 && i < section->n_rules; i++) {
		const struct policy_rule *rule = &section->rules[i];

		if (in_force(rule))
			r = add_rule(compiler,
				     &(struct compiled_rule){
					     .policy = policy,
					     .rule = rule,
					     .section = number,
					     .verdict = verdicts[rule->action],
					     .group = rule->action == ACTION_AUDIT ?
							      groups->audits :
							      groups->enforced,
					     .error = rule->error});
	}
	if (r == 0 && section->default_deny)
		r = add_default(compiler, policy, number, groups->enforced);
	return r;
}

static int add_policy(struct compiler *compiler, const struct policy *policy)
{
	struct policy_groups groups = {0};
	bool audits = has_audits(policy);
	int r = policy->audit_mode ? own_groups(compiler, policy, audits, &groups) :
				     tier_groups(compiler, policy, audits, &groups);

	for (unsigned i = 0; r == 0 && i < SECTIONS_COMPILED; i++)
		r = add_section(compiler, policy, (enum image_section)i, &groups);
	return r;
}

static int print_rule(FILE *file, const struct compiled_rule *rule)
{
	const struct policy *policy = rule->policy;
	const struct policy_rule *own = rule->rule;
	const char *texts[] = {
		policy->kind == POLICY_CLUSTER ? "ClusterLsmPolicy" : "LsmPolicy",
		policy->name_space ? policy->name_space : "",
		policy->name,
		section_names[rule->section],
		own ? own->name : "default",
		own && own->message ? own->message : "",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		fwrite(texts[i], 1, strlen(texts[i]) + 1, file);
	for (size_t i = 0; own && i < own->n_tags; i++)
		fprintf(file, "%s%s", i ? "," : "", own->tags[i]);
	fputc('\0', file);
	return ferror(file) ? -ENOMEM : 0;
}

static void fill_row(const struct compiled_rule *rule, size_t text, uint64_t *row)
{
	uint64_t severity = rule->rule ? rule->rule->severity : rule->policy->severity;
	uint64_t is_default = !rule->rule;

	row[RULE_W_WHAT] = is_default << 40 | (uint64_t)rule->error << 32 | severity << 24 |
			   (uint64_t)rule->group << 16 | (uint64_t)rule->section << 8 |
			   rule->verdict;
	row[RULE_W_UNTIL] = rule->rule ? rule->rule->until : 0;
	row[RULE_W_TEXT] = text;
}

/* All texts one after another, and in each row where the rule's begins. */
static int print_rules(struct compiler *compiler, uint64_t *rows, char **ret_text,
		       size_t *ret_length)
{
	_cleanup_(freep) char *text = NULL;
	size_t length = 0;
	int r = 0;
	FILE *file = open_memstream(&text, &length);

	if (!file)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < compiler->n_rules; i++) {
		fill_row(&compiler->rules[i], (size_t)ftell(file), rows + i * RULE_WORDS);
		r = print_rule(file, &compiler->rules[i]);
	}
	if (fclose(file) && r == 0)
		r = -ENOMEM;
	if (r < 0)
		return r;
	*ret_length = length;
	*ret_text = TAKE_PTR(text);
	return 0;
}

static int write_rules(struct compiler *compiler)
{
	_cleanup_(freep) uint64_t *rows = calloc(compiler->n_rules * RULE_WORDS + 1, sizeof(*rows));
	_cleanup_(freep) char *text = NULL;
	struct words *words = &compiler->words;
	uint32_t offset, strings;
	size_t length;
	int r;

	if (!rows)
		return -ENOMEM;
	r = print_rules(compiler, rows, &text, &length);
	if (r == 0)
		r = words_put(words, rows, compiler->n_rules * RULE_WORDS, &offset);
	if (r == 0)
		r = words_put(words, NULL, (length + 7) / 8, &strings);
	if (r < 0)
		return r;
	memcpy(words->items + strings, text, length);
	words->items[IMAGE_H_RULES] = WORD(offset, compiler->n_groups);
	words->items[IMAGE_H_STRINGS] = WORD(strings, length);
	return 0;
}

int compiler_rules(struct compiler *compiler)
{
	uint32_t group;
	int r = 0;

	/* The two tiers are there, whether or not they have rules. */
	for (size_t i = 0; i < GROUP_FIRST_AUDIT; i++)
		new_group(compiler, NULL, &group);
	for (size_t i = 0; r == 0 && i < compiler->n_policies; i++)
		r = add_policy(compiler, compiler->policies[i]);
	if (r < 0 || !compiler->sections)
		return r;
	r = write_rules(compiler);
	return r == -E2BIG ? compiler_refuse(compiler, 0, "and the others do not fit into an image") :
			     r;
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
		    compiler_matters(compiler, i))
			rules[n++] = i;
	*ret_rules = rules;
	*ret_n = n;
	return 0;
}
