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
	/* Of the group at hand. */
	bool decided; /* an entry holds always */
	bool seen[RANK_COUNT]
		 [ENTRY_EXCEPTED + ENTRY_TRUSTED + 1]; /* one holds under these flags */
};

#define ENTRY_NAME_FLAGS (ENTRY_TRUSTED | ENTRY_EXCEPTED)

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

	return rule->verdict != VERDICT_ALLOW ||
	       compiler->groups[rule->group].defaults[rule->section] != RULE_NONE;
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
		uint32_t until = rule->rule && rule->rule->until ? ENTRY_UNTIL : 0;

		/* A default in the place of an allow: the base that it includes. */
		list->entries[list->n++] =
			(struct entry){.group = rule->group,
				       .rank = rule->rule ? rank_of(rule) : RANK_ALLOW,
				       .rule = candidate->rule,
				       .flags = candidate->flags | until};
	}
	for (uint32_t group = 0; group < compiler->n_groups; group++) {
		uint32_t rule = compiler->groups[group].defaults[section];

		if (rule != RULE_NONE)
			list->entries[list->n++] = (struct entry){.group = group,
								  .rank = RANK_DEFAULT,
								  .rule = rule,
								  .flags = ENTRY_DEFAULT};
	}
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

static int append(struct list *list, const struct entry *entry)
{
	bool *seen = &list->seen[entry->rank][entry->flags & ENTRY_NAME_FLAGS];

	if (list->decided || *seen)
		return 0;
	if (list->n_words == LIMIT_LIST)
		return -E2BIG;
	list->words[list->n_words++] = entry_word(list, entry);
	if (entry->flags & ENTRY_UNTIL)
		return 0;
	*seen = true;
	list->decided = !(entry->flags & ENTRY_NAME_FLAGS);
	return 0;
}

static int append_all(struct list *list, uint32_t *reterr_rule)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct entry *entry = &list->entries[i];

		if (i && list->entries[i - 1].group != entry->group) {
			drop_allows(list, list->entries[i - 1].group);
			list->decided = false;
			memset(list->seen, 0, sizeof(list->seen));
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
