/* SPDX-License-Identifier: Apache-2.0 */

/* Lists of candidates: in the order that decides, without those that can never be
 * reached. */

#include "policy/compiler.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/room.h"
#include "util/cleanup.h"

enum rank {
	RANK_KILL,
	RANK_DENY,
	RANK_ALLOW,
	RANK_DEFAULT,
	RANK_AUDIT,
	RANK_COUNT,
};

/* An entry to be, and what it is ordered by. */
struct entry {
	uint32_t group;
	enum rank rank;
	uint32_t rule;
	uint32_t flags;
};

struct list {
	const struct compiler *compiler;
	struct entry *entries;
	size_t n;
	uint64_t words[LIMIT_LIST];
	size_t n_words;
	size_t group_start; /* the first word of the group at hand */
};

/* Under what an entry holds, one more with each flag. */
#define ENTRY_LIMITS (ENTRY_TRUSTED | ENTRY_EXCEPTED | ENTRY_DEFAULT | ENTRY_CONDITION)

static enum rank rank_of(const struct compiled_rule *rule)
{
	static const enum rank ranks[] = {
		[VERDICT_ALLOW] = RANK_ALLOW,
		[VERDICT_AUDIT] = RANK_AUDIT,
		[VERDICT_DENY] = RANK_DENY,
		[VERDICT_KILL] = RANK_KILL,
	};

	return rule->rule ? ranks[rule->verdict] : RANK_DEFAULT;
}

int candidates_add(struct candidates *candidates, uint32_t rule, uint32_t flags)
{
	if (room_for(&candidates->items, &candidates->room, candidates->n + 1) < 0)
		return -ENOMEM;
	candidates->items[candidates->n++] =
		(struct candidate){.rule = rule, .flags = flags};
	return 0;
}

void candidates_clear(struct candidates *candidates)
{
	free(candidates->items);
	*candidates = (struct candidates){0};
}

bool compiler_matters(const struct compiler *compiler, uint32_t number)
{
	const struct compiled_rule *rule = &compiler->rules[number];

	if (rule->verdict != VERDICT_ALLOW)
		return true;
	return compiler->groups[rule->group].defaults[rule->section] != RULE_NONE &&
	       !rule->rule->n_unix;
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return (x->flags > y->flags) - (x->flags < y->flags);
}

/* What of a rule itself limits when it holds. */
static uint32_t rule_flags(const struct compiled_rule *rule)
{
	uint32_t flags = rule->condition ? ENTRY_CONDITION : 0;

	return rule->rule && rule->rule->until ? flags | ENTRY_UNTIL : flags;
}

static void gather_defaults(struct list *list, enum image_section section)
{
	const struct compiler *compiler = list->compiler;

	for (uint32_t group = 0; group < compiler->n_groups; group++) {
		uint32_t rule = compiler->groups[group].defaults[section];

		if (rule != RULE_NONE)
			list->entries[list->n++] = (struct entry){.group = group,
								  .rank = RANK_DEFAULT,
								  .rule = rule,
								  .flags = ENTRY_DEFAULT};
	}
}

static int gather(struct list *list, enum image_section section,
		  const struct candidates *candidates)
{
	const struct compiler *compiler = list->compiler;

	list->entries = calloc(candidates->n + LIMIT_GROUPS, sizeof(*list->entries));
	if (!list->entries)
		return -ENOMEM;
	for (size_t i = 0; i < candidates->n; i++) {
		const struct candidate *candidate = &candidates->items[i];
		const struct compiled_rule *rule = &compiler->rules[candidate->rule];

		/* A default in the place of an allow: the base that it includes. */
		list->entries[list->n++] =
			(struct entry){.group = rule->group,
				       .rank = rule->rule ? rank_of(rule) : RANK_ALLOW,
				       .rule = candidate->rule,
				       .flags = candidate->flags | rule_flags(rule)};
	}
	if (section != SECTION_NO_DEFAULT)
		gather_defaults(list, section);
	qsort(list->entries, list->n, sizeof(*list->entries), compare_entries);
	return 0;
}

static uint64_t entry_word(const struct list *list, const struct entry *entry)
{
	const struct compiled_rule *rule = &list->compiler->rules[entry->rule];
	uint64_t verdict = entry->rank == RANK_ALLOW ? VERDICT_ALLOW : rule->verdict;
	uint64_t error =
		verdict == VERDICT_DENY || verdict == VERDICT_KILL ? rule->error : 0;

	return error << 56 | (uint64_t)entry->flags << 48 | verdict << 40 |
	       (uint64_t)entry->group << 32 | entry->rule;
}

/* Allows that nothing comes after have no effect. */
static void drop_allows(struct list *list, uint32_t group)
{
	while (list->n_words && ENTRY_GROUP(list->words[list->n_words - 1]) == group &&
	       ENTRY_VERDICT(list->words[list->n_words - 1]) == VERDICT_ALLOW)
		list->n_words--;
}

/* Does an earlier entry of the group hold whenever this one does? */
static bool is_hidden_by(const struct list *list, const struct entry *entry,
			 uint64_t earlier)
{
	const struct compiled_rule *rules = list->compiler->rules;
	uint32_t flags = ENTRY_FLAGS(earlier);

	if (flags & ENTRY_UNTIL || flags & ENTRY_LIMITS & ~entry->flags ||
	    (flags ^ entry->flags) & ENTRY_CALLED)
		return false;
	return !(flags & ENTRY_CONDITION) ||
	       rules[ENTRY_RULE(earlier)].condition == rules[entry->rule].condition;
}

static bool is_hidden(const struct list *list, const struct entry *entry)
{
	for (size_t i = list->group_start; i < list->n_words; i++)
		if (is_hidden_by(list, entry, list->words[i]))
			return true;
	return false;
}

static int append(struct list *list, const struct entry *entry)
{
	if (is_hidden(list, entry))
		return 0;
	if (list->n_words == LIMIT_LIST)
		return -E2BIG;
	list->words[list->n_words++] = entry_word(list, entry);
	return 0;
}

static int append_all(struct list *list, uint32_t *reterr_rule)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct entry *entry = &list->entries[i];

		if (i && list->entries[i - 1].group != entry->group) {
			drop_allows(list, list->entries[i - 1].group);
			list->group_start = list->n_words;
		}
		if (append(list, entry) < 0) {
			*reterr_rule = entry->rule;
			return -E2BIG;
		}
	}
	if (list->n)
		drop_allows(list, list->entries[list->n - 1].group);
	return 0;
}

static void list_clear(struct list *list)
{
	free(list->entries);
}

int compiler_list(struct compiler *compiler, enum image_section section,
		  const struct candidates *candidates, uint32_t *ret_list)
{
	_cleanup_(list_clear) struct list list = {.compiler = compiler};
	uint32_t rule;
	int r = gather(&list, section, candidates);

	if (r < 0)
		return r;
	if (append_all(&list, &rule) < 0)
		return compiler_refuse(
			compiler, rule,
			"is one too many of the rules that match one event");
	*ret_list = 0;
	if (!list.n_words)
		return 0;
	list.words[list.n_words - 1] |= (uint64_t)ENTRY_LAST << 48;
	return words_share(&compiler->words, list.words, list.n_words, ret_list);
}
