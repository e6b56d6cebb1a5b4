/* SPDX-License-Identifier: Apache-2.0 */

/* What the image says of its rules, for the agent and for messages. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/compiler.h"
#include "policy/model_names.h"
#include "util/cleanup.h"

int compiler_refuse(struct compiler *compiler, uint32_t number, const char *what)
{
	const struct compiled_rule *rule;
	int r;

	/* Without a rule, or told already by what called this. */
	if (number >= compiler->n_rules || compiler->refused)
		return -E2BIG;
	rule = &compiler->rules[number];
	compiler->refused = true;
	r = diagnostics_add(
		compiler->diagnostics, SEVERITY_ERROR, rule->policy->source,
		rule->rule ? rule->rule->line
			   : rule->policy->sections[rule->section].line,
		0,
		"%s \"%s\": rule \"%s\" of section %s %s; split it, or drop some of it",
		policy_kind_names[rule->policy->kind], rule->policy->name,
		rule->rule ? rule->rule->name : "default", section_names[rule->section],
		what);
	return r < 0 ? r : -E2BIG;
}

static int print_rule(FILE *file, const struct compiled_rule *rule)
{
	const struct policy *policy = rule->policy;
	const struct policy_rule *own = rule->rule;
	const char *texts[] = {
		policy_kind_names[policy->kind],
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

	row[RULE_W_WHAT] = is_default << 40 | (uint64_t)rule->error << 32 |
			   severity << 24 | (uint64_t)rule->group << 16 |
			   (uint64_t)rule->section << 8 | rule->verdict;
	row[RULE_W_UNTIL] = rule->rule ? rule->rule->until : 0;
	row[RULE_W_TEXT] = text;
	row[RULE_W_CONDITION] = rule->condition;
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

int compiler_rows(struct compiler *compiler)
{
	_cleanup_(freep) uint64_t *rows =
		calloc(compiler->n_rules * RULE_WORDS + 1, sizeof(*rows));
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
