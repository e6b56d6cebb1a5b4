/* SPDX-License-Identifier: Apache-2.0 */

/* What a path that matches some patterns means: the lists of each kind of access, and the
 * program sets. */

#include <errno.h>
#include <stdlib.h>

#include "policy/compiler_paths.h"
#include "util/cleanup.h"

#define ACCESS_BOTH (ACCESS_READ | ACCESS_WRITE)

/* A path: its tags, ascending. */
struct match {
	const struct paths *paths;
	const uint32_t *tags;
	size_t n;
};

uint32_t paths_kinds(const struct compiled_rule *rule)
{
	uint32_t kinds = 0;

	if (rule->section == SECTION_EXEC)
		return 1U << ACCEPT_EXEC;
	if (rule->section == SECTION_NETWORK)
		return 1U << ACCEPT_UNIX;
	if (rule->rule->access & ACCESS_READ)
		kinds |= 1U << ACCEPT_READ | 1U << ACCEPT_READ_WRITE;
	if (rule->rule->access & ACCESS_WRITE)
		kinds |= 1U << ACCEPT_WRITE | 1U << ACCEPT_READ_WRITE;
	return kinds;
}

static bool has_tag(const struct match *match, uint32_t tag)
{
	size_t first = 0, end = match->n;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (match->tags[middle] < tag)
			first = middle + 1;
		else
			end = middle;
	}
	return first < match->n && match->tags[first] == tag;
}

static bool has_extra(const struct match *match, uint32_t extra)
{
	return has_tag(match, extra_tag(match->paths->compiler, extra));
}

static bool is_excepted(const struct match *match, uint32_t rule)
{
	return has_tag(match, 2 * rule + 1);
}

/* The base is as if each policy that sets the default with its base allowed it. */
static int allow_base(const struct match *match, uint32_t kind,
		      struct candidates *candidates)
{
	const struct compiler *compiler = match->paths->compiler;
	bool read = has_extra(match, TAG_BASE_READ) && kind == ACCEPT_READ;
	bool write = has_extra(match, TAG_BASE_WRITE) && kind >= ACCEPT_READ &&
		     kind <= ACCEPT_READ_WRITE;

	for (uint32_t i = 0; (read || write) && i < compiler->n_groups; i++) {
		uint32_t rule = compiler->groups[i].base;

		if (rule != RULE_NONE &&
		    candidates_add(candidates, rule, ENTRY_TRUSTED) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* An allow rule of files that matches, to be added to others. */
struct allowance {
	uint32_t group;
	uint32_t rule;
	uint64_t condition;
	uint32_t access;
};

struct allowances {
	struct allowance *items;
	size_t n;
	uint32_t always[LIMIT_GROUPS]; /* access that is allowed without a condition */
};

static void allowances_clear(struct allowances *allowances)
{
	free(allowances->items);
}

static void note_allowance(const struct match *match, uint32_t number,
			   struct allowances *allowances)
{
	const struct compiled_rule *rule = &match->paths->compiler->rules[number];

	if (rule->verdict != VERDICT_ALLOW || rule->section != SECTION_FILE ||
	    rule->rule->until || is_excepted(match, number))
		return;
	if (!rule->condition)
		allowances->always[rule->group] |= rule->rule->access & ACCESS_BOTH;
	allowances->items[allowances->n++] =
		(struct allowance){.group = rule->group,
				   .rule = number,
				   .condition = rule->condition,
				   .access = rule->rule->access & ACCESS_BOTH};
}

static int compare_allowances(const void *a, const void *b)
{
	const struct allowance *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->condition != y->condition)
		return x->condition < y->condition ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

static bool is_alike(const struct allowance *a, const struct allowance *b)
{
	return a->group == b->group && a->condition == b->condition;
}

/* All of the base may be read. */
static void note_base(const struct match *match, struct allowances *allowances)
{
	const struct compiler *compiler = match->paths->compiler;

	for (uint32_t i = 0; i < compiler->n_groups; i++)
		if (compiler->groups[i].base != RULE_NONE)
			allowances->always[i] |= ACCESS_READ;
}

static int gather_allowances(const struct match *match, struct allowances *ret_allowances)
{
	const struct paths *paths = match->paths;

	if (has_extra(match, TAG_BASE_READ) || has_extra(match, TAG_BASE_WRITE))
		note_base(match, ret_allowances);
	ret_allowances->items =
		calloc(match->n + paths->n_pathless + 1, sizeof(*ret_allowances->items));
	if (!ret_allowances->items)
		return -ENOMEM;
	for (size_t i = 0; i < match->n; i++)
		if (match->tags[i] < extra_tag(paths->compiler, 0) &&
		    match->tags[i] % 2 == 0)
			note_allowance(match, match->tags[i] / 2, ret_allowances);
	for (size_t i = 0; i < paths->n_pathless; i++)
		note_allowance(match, paths->pathless[i], ret_allowances);
	qsort(ret_allowances->items, ret_allowances->n, sizeof(*ret_allowances->items),
	      compare_allowances);
	return 0;
}

/*
 * Reading and writing at once is allowed where both are, each perhaps by another rule, or
 * reading by the base. Such a rule stands in the list for the two, so one of the two must
 * hold whenever this one does: they have one condition, or the other one has none.
 */
static int allow_both(const struct match *match, struct candidates *candidates)
{
	_cleanup_(allowances_clear) struct allowances allowances = {0};
	int r = gather_allowances(match, &allowances);
	size_t end;

	for (size_t i = 0; r == 0 && i < allowances.n; i = end) {
		const struct allowance *first = &allowances.items[i];
		uint32_t access = allowances.always[first->group];

		for (end = i;
		     end < allowances.n && is_alike(first, &allowances.items[end]); end++)
			access |= allowances.items[end].access;
		if (access == ACCESS_BOTH)
			r = candidates_add(candidates, first->rule, ENTRY_TRUSTED);
	}
	return r;
}

/* By whatever name, counting or not, and by the one that the caller gives; but never by
 * what the file is. */
static int add_by_name(uint32_t number, bool excepted, struct candidates *candidates)
{
	int r = candidates_add(candidates, number, ENTRY_EXCEPTED);

	if (r == 0 && !excepted)
		r = candidates_add(candidates, number, ENTRY_TRUSTED);
	return r == 0 && !excepted ? candidates_add(candidates, number, ENTRY_CALLED) : r;
}

/* A rule whose `except` matches as well holds for names that do not count alone. */
static int add_candidate(const struct match *match, uint32_t number, uint32_t kind,
			 struct candidates *candidates)
{
	const struct compiled_rule *rule = &match->paths->compiler->rules[number];
	bool excepted = is_excepted(match, number - (rule->in_shm ? 1 : 0));

	if (!(paths_kinds(rule) & 1U << kind))
		return 0;
	if (rule->verdict != VERDICT_ALLOW)
		return rule->rule->by_name
			       ? add_by_name(number, excepted, candidates)
			       : candidates_add(candidates, number,
						excepted ? ENTRY_EXCEPTED : 0);
	if (excepted || (kind == ACCEPT_READ_WRITE &&
			 (rule->rule->access & ACCESS_BOTH) != ACCESS_BOTH))
		return 0;
	return candidates_add(candidates, number, ENTRY_TRUSTED);
}

/* A rule that matches; of one with `fileless` its twin too, where that is so by name. */
static int add_rule(const struct match *match, uint32_t number, uint32_t kind,
		    struct candidates *candidates)
{
	const struct compiled_rule *rule = &match->paths->compiler->rules[number];
	int r = add_candidate(match, number, kind, candidates);

	if (r == 0 && rule->rule->fileless && has_extra(match, TAG_SHM))
		r = add_candidate(match, number + 1, kind, candidates);
	return r;
}

static int make_list(const struct match *match, uint32_t kind, uint32_t *ret_list)
{
	static const enum image_section sections[KINDS] = {
		[ACCEPT_EXEC] = SECTION_EXEC,	    [ACCEPT_READ] = SECTION_FILE,
		[ACCEPT_WRITE] = SECTION_FILE,	    [ACCEPT_READ_WRITE] = SECTION_FILE,
		[ACCEPT_UNIX] = SECTION_NO_DEFAULT,
	};
	_cleanup_(candidates_clear) struct candidates candidates = {0};
	const struct paths *paths = match->paths;
	int r = allow_base(match, kind, &candidates);

	for (size_t i = 0; r == 0 && i < match->n; i++)
		if (match->tags[i] < extra_tag(paths->compiler, 0) &&
		    match->tags[i] % 2 == 0)
			r = add_rule(match, match->tags[i] / 2, kind, &candidates);
	for (size_t i = 0; r == 0 && i < paths->n_pathless; i++)
		r = add_rule(match, paths->pathless[i], kind, &candidates);
	if (r == 0 && kind == ACCEPT_READ_WRITE)
		r = allow_both(match, &candidates);
	if (r < 0)
		return r;
	return compiler_list(paths->compiler, sections[kind], &candidates, ret_list);
}

static uint32_t programs_of(const struct match *match)
{
	uint32_t programs = 0;

	for (uint32_t i = 0; i < match->paths->compiler->n_programs; i++)
		if (has_extra(match, TAG_PROGRAMS + i))
			programs |= 1U << i;
	return programs;
}

/* Offset of the accept of a path; 0: as if it matched nothing. */
static int make_accept(const struct match *match, uint32_t *ret_accept)
{
	uint32_t lists[KINDS];
	uint64_t words[ACCEPT_WORDS];
	int r = 0;

	for (uint32_t kind = 0; r == 0 && kind < KINDS; kind++)
		r = make_list(match, kind, &lists[kind]);
	if (r < 0)
		return r;
	words[0] = WORD(lists[ACCEPT_EXEC], lists[ACCEPT_READ]);
	words[1] = WORD(lists[ACCEPT_WRITE], lists[ACCEPT_READ_WRITE]);
	words[2] = WORD(lists[ACCEPT_UNIX], programs_of(match));
	*ret_accept = 0;
	if (!match->paths->nothing && !words[0] && !words[1] && !words[2])
		return 0;
	return words_share(&match->paths->compiler->words, words, ACCEPT_WORDS,
			   ret_accept);
}

int paths_accepts(struct paths *paths, uint32_t **ret_accepts)
{
	const struct sets *sets = &paths->automaton->tag_sets;
	_cleanup_(freep) uint32_t *accepts = calloc(sets->n + 1, sizeof(*accepts));
	struct match match = {.paths = paths};
	uint32_t nothing;
	int r;

	if (!accepts)
		return -ENOMEM;
	r = make_accept(&match, &nothing);
	if (r < 0)
		return r;
	paths->nothing = nothing;
	for (uint32_t i = 1; r == 0 && i < sets->n; i++) {
		match.tags = sets_get(sets, i, &match.n);
		r = make_accept(&match, &accepts[i]);
		if (r == 0 && accepts[i] == paths->nothing)
			accepts[i] = 0;
	}
	if (r < 0)
		return r;
	*ret_accepts = TAKE_PTR(accepts);
	return 0;
}
