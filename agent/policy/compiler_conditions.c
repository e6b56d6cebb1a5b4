/* SPDX-License-Identifier: Apache-2.0 */

/* What rules depend on besides the object: facts about the event, and by which program.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/compiler.h"
#include "util/cleanup.h"

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The programs of a rule in the one order that makes equal sets equal. */
static int sort_programs(const struct policy_rule *rule, struct program_set *ret_set)
{
	struct program_set set = {.paths = calloc(rule->n_from, sizeof(*set.paths))};

	if (!set.paths)
		return -ENOMEM;
	memcpy(set.paths, rule->from, rule->n_from * sizeof(*set.paths));
	qsort(set.paths, rule->n_from, sizeof(*set.paths), compare_texts);
	for (size_t i = 0; i < rule->n_from; i++)
		if (!i || strcmp(set.paths[i], set.paths[set.n - 1]) != 0)
			set.paths[set.n++] = set.paths[i];
	*ret_set = set;
	return 0;
}

static bool are_equal(const struct program_set *a, const struct program_set *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->paths[i], b->paths[i]) != 0)
			return false;
	return true;
}

static void set_clear(struct program_set *set)
{
	free(set->paths);
}

/* The number of the set that a rule's `from` lists; of a new one when there is none yet.
 */
static int number_programs(struct compiler *compiler, uint32_t number,
			   uint32_t *ret_number)
{
	_cleanup_(set_clear) struct program_set set = {0};
	int r = sort_programs(compiler->rules[number].rule, &set);

	if (r < 0)
		return r;
	for (*ret_number = 0; *ret_number < compiler->n_programs; ++*ret_number)
		if (are_equal(&compiler->programs[*ret_number], &set))
			return 0;
	if (compiler->n_programs == LIMIT_PROGRAM_SETS)
		return compiler_refuse(
			compiler, number,
			"says `from` with one list too many of all that are "
			"told apart");
	set.rule = number;
	compiler->programs[compiler->n_programs++] = set;
	set.paths = NULL;
	return 0;
}

static uint32_t facts_wanted(const struct compiled_rule *rule)
{
	const struct policy_rule *own = rule->rule;
	uint32_t facts = 0;

	if (own->fileless && !rule->in_shm)
		facts |= FACT_FILELESS;
	if (own->drifted)
		facts |= FACT_DRIFTED;
	if (own->stdio_socket)
		facts |= FACT_STDIO_SOCKET;
	if (own->owner == OWNER_OTHER)
		facts |= FACT_OWNER_OTHER;
	return facts;
}

static uint32_t facts_unwanted(const struct policy_rule *rule)
{
	uint32_t facts = 0;

	if (rule->owner == OWNER_SELF)
		facts |= FACT_OWNER_OTHER;
	if (rule->direct)
		facts |= FACT_INTERPRETER;
	return facts;
}

static int set_condition(struct compiler *compiler, uint32_t number)
{
	struct compiled_rule *rule = &compiler->rules[number];
	uint32_t wanted = facts_wanted(rule), unwanted = facts_unwanted(rule->rule);
	uint32_t programs = 0;
	int r = 0;

	if (rule->rule->n_from)
		r = number_programs(compiler, number, &programs);
	if (r < 0)
		return r;
	rule->condition = CONDITION(wanted, unwanted, programs);
	if (rule->rule->n_from) {
		rule->condition |=
			rule->rule->from_not ? CONDITION_FROM_NOT : CONDITION_FROM;
		compiler->program_sections |= IMAGE_HAS(rule->section);
	}
	compiler->facts[rule->section] |= wanted | unwanted;
	if (rule->rule->by_name)
		compiler->facts[rule->section] |= FACT_CALLED;
	return 0;
}

int compiler_conditions(struct compiler *compiler)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < compiler->n_rules; i++)
		if (compiler->rules[i].rule && compiler_matters(compiler, i))
			r = set_condition(compiler, i);
	return r;
}

void compiler_conditions_clear(struct compiler *compiler)
{
	for (size_t i = 0; i < compiler->n_programs; i++)
		set_clear(&compiler->programs[i]);
}
