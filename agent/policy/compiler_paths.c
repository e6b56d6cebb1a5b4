/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Sections exec and file: all path patterns become one automaton. A tag is what a pattern
 * says of its rule: twice the rule's number for `paths`, and one more for `except`; the
 * tags after those of the last rule are the base that a default of section file includes.
 */

#include <errno.h>
#include <stdlib.h>

#include "policy/automaton.h"
#include "policy/compiler.h"
#include "util/cleanup.h"

#define KINDS 4

/* What a process cannot do without under a default of section file. */
static const struct {
	const char *path;
	uint32_t access;
} base[] = {
	{"/lib/**", ACCESS_READ},
	{"/lib64/**", ACCESS_READ},
	{"/usr/lib/**", ACCESS_READ},
	{"/usr/lib64/**", ACCESS_READ},
	{"/etc/ld.so.cache", ACCESS_READ},
	{"/etc/ld.so.preload", ACCESS_READ},
	{"/dev/urandom", ACCESS_READ},
	{"/dev/random", ACCESS_READ},
	{"/dev/null", ACCESS_READ | ACCESS_WRITE},
	{"/dev/zero", ACCESS_READ | ACCESS_WRITE},
	{"/dev/full", ACCESS_READ | ACCESS_WRITE},
	{"/dev/tty", ACCESS_READ | ACCESS_WRITE},
	{"/dev/pts/*", ACCESS_READ | ACCESS_WRITE},
};

struct paths {
	struct compiler *compiler;
	struct automaton *automaton;
	struct automaton_tag *tags;
	uint32_t nothing; /* offset of the accept of a path that nothing matches */
};

static uint32_t base_tag(const struct compiler *compiler, uint32_t access)
{
	return 2 * (uint32_t)compiler->n_rules + (access & ACCESS_WRITE ? 1 : 0);
}

/* Bits of enum accept_kind that a rule's access takes part in. */
static uint32_t kinds_of(const struct compiled_rule *rule)
{
	uint32_t kinds = 0;

	if (rule->section == SECTION_EXEC)
		return 1U << ACCEPT_EXEC;
	if (rule->rule->access & ACCESS_READ)
		kinds |= 1U << ACCEPT_READ | 1U << ACCEPT_READ_WRITE;
	if (rule->rule->access & ACCESS_WRITE)
		kinds |= 1U << ACCEPT_WRITE | 1U << ACCEPT_READ_WRITE;
	return kinds;
}

static int add_patterns(struct paths *paths, char *const *texts, size_t n, uint32_t rule,
			uint32_t tag)
{
	for (size_t i = 0; i < n; i++) {
		int r = automaton_add(paths->automaton, texts[i], tag);

		if (r == -EINVAL)
			return compiler_refuse(paths->compiler, rule,
					       "has a pattern that can match nothing");
		if (r < 0)
			return r;
		/* Denied by what it is, too, see identities in lsm/abi.h. */
		if (!(tag % 2) && pattern_is_literal(texts[i]) &&
		    paths->compiler->rules[rule].verdict != VERDICT_ALLOW)
			paths->compiler->sections |= IMAGE_HAS_IDENTITIES;
	}
	return 0;
}

/* Where nothing that follows can take the rule back, those behind it make no difference.
 */
static void describe_tag(struct paths *paths, uint32_t number)
{
	static const uint32_t ranks[] = {[VERDICT_KILL] = 0,
					 [VERDICT_DENY] = 1,
					 [VERDICT_ALLOW] = 2,
					 [VERDICT_AUDIT] = 3};
	const struct compiler *compiler = paths->compiler;
	const struct compiled_rule *rule = &compiler->rules[number];
	struct automaton_tag tag = {
		.family = rule->group << KINDS | kinds_of(rule),
		.order = ranks[rule->verdict] * (uint32_t)compiler->n_rules + number,
		.decides = !rule->rule->n_except && !rule->rule->until,
	};

	paths->tags[2 * (size_t)number] = tag;
	tag.decides = false;
	paths->tags[2 * (size_t)number + 1] = tag;
}

static int add_rules(struct paths *paths)
{
	const struct compiler *compiler = paths->compiler;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < compiler->n_rules; i++) {
		const struct compiled_rule *rule = &compiler->rules[i];

		if (rule->section > SECTION_FILE || !rule->rule ||
		    !compiler_matters(compiler, i))
			continue;
		describe_tag(paths, i);
		r = add_patterns(paths, rule->rule->paths, rule->rule->n_paths, i, 2 * i);
		if (r == 0)
			r = add_patterns(paths, rule->rule->except, rule->rule->n_except,
					 i, 2 * i + 1);
	}
	return r;
}

static bool has_base(const struct compiler *compiler)
{
	for (uint32_t i = 0; i < compiler->n_groups; i++)
		if (compiler->groups[i].base != RULE_NONE)
			return true;
	return false;
}

static int add_base(struct paths *paths)
{
	const struct compiler *compiler = paths->compiler;
	int r = 0;

	for (uint32_t i = 0; i < 2; i++)
		paths->tags[2 * compiler->n_rules + i] = (struct automaton_tag){
			.family = compiler->n_groups << KINDS, .order = i};
	for (size_t i = 0; r == 0 && has_base(compiler) && i < ARRAY_SIZE(base); i++)
		r = automaton_add(paths->automaton, base[i].path,
				  base_tag(compiler, base[i].access));
	return r;
}

/* The base is as if each policy that sets the default with its base allowed it. */
static int allow_base(const struct compiler *compiler, uint32_t tag, uint32_t kind,
		      struct candidates *candidates)
{
	if (kind == ACCEPT_EXEC ||
	    (kind != ACCEPT_READ && tag != base_tag(compiler, ACCESS_WRITE)))
		return 0;
	for (uint32_t i = 0; i < compiler->n_groups; i++) {
		uint32_t rule = compiler->groups[i].base;

		if (rule != RULE_NONE &&
		    candidates_add(candidates, rule, ENTRY_TRUSTED) < 0)
			return -ENOMEM;
	}
	return 0;
}

/*
 * Reading and writing at once is allowed where both are, each perhaps by another rule.
 * Such a rule stands in the list for the two.
 */
static int allow_both(const struct compiler *compiler, const uint32_t *tags, size_t n,
		      struct candidates *candidates)
{
	uint32_t allowed[LIMIT_GROUPS] = {0};

	for (size_t i = 0; i < n; i++) {
		const struct compiled_rule *rule;

		if (tags[i] >= 2 * compiler->n_rules || tags[i] % 2 ||
		    (i + 1 < n && tags[i + 1] == tags[i] + 1))
			continue;
		rule = &compiler->rules[tags[i] / 2];
		if (rule->verdict != VERDICT_ALLOW || rule->section != SECTION_FILE ||
		    rule->rule->until)
			continue;
		allowed[rule->group] |= rule->rule->access & (ACCESS_READ | ACCESS_WRITE);
		if (allowed[rule->group] == (ACCESS_READ | ACCESS_WRITE) &&
		    candidates_add(candidates, tags[i] / 2, ENTRY_TRUSTED) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* A rule whose `except` matches as well holds for names that do not count alone. */
static int add_rule(const struct compiler *compiler, uint32_t number, bool excepted,
		    uint32_t kind, struct candidates *candidates)
{
	const struct compiled_rule *rule = &compiler->rules[number];
	const uint32_t both = ACCESS_READ | ACCESS_WRITE;

	if (!(kinds_of(rule) & 1U << kind))
		return 0;
	if (rule->verdict != VERDICT_ALLOW)
		return candidates_add(candidates, number, excepted ? ENTRY_EXCEPTED : 0);
	if (excepted ||
	    (kind == ACCEPT_READ_WRITE && (rule->rule->access & both) != both))
		return 0;
	return candidates_add(candidates, number, ENTRY_TRUSTED);
}

static int make_list(const struct paths *paths, const uint32_t *tags, size_t n,
		     uint32_t kind, uint32_t *ret_list)
{
	_cleanup_(candidates_clear) struct candidates candidates = {0};
	struct compiler *compiler = paths->compiler;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		bool excepted = i + 1 < n && tags[i + 1] == tags[i] + 1;

		if (tags[i] >= 2 * compiler->n_rules)
			r = allow_base(compiler, tags[i], kind, &candidates);
		else if (tags[i] % 2 == 0)
			r = add_rule(compiler, tags[i] / 2, excepted, kind, &candidates);
	}
	if (r == 0 && kind == ACCEPT_READ_WRITE)
		r = allow_both(compiler, tags, n, &candidates);
	if (r < 0)
		return r;
	return compiler_list(compiler, kind == ACCEPT_EXEC ? SECTION_EXEC : SECTION_FILE,
			     &candidates, ret_list);
}

/* Offset of the accept of a path that matches patterns of these tags; 0: as if of none.
 */
static int make_accept(const struct paths *paths, const uint32_t *tags, size_t n,
		       uint32_t *ret_accept)
{
	uint32_t lists[KINDS];
	uint64_t words[ACCEPT_WORDS];
	int r = 0;

	for (uint32_t kind = 0; r == 0 && kind < KINDS; kind++)
		r = make_list(paths, tags, n, kind, &lists[kind]);
	if (r < 0)
		return r;
	words[0] = WORD(lists[ACCEPT_EXEC], lists[ACCEPT_READ]);
	words[1] = WORD(lists[ACCEPT_WRITE], lists[ACCEPT_READ_WRITE]);
	words[2] = 0;
	*ret_accept = 0;
	if (!paths->nothing && !words[0] && !words[1] && !words[2])
		return 0;
	return words_share(&paths->compiler->words, words, ACCEPT_WORDS, ret_accept);
}

static int make_accepts(struct paths *paths, uint32_t **ret_accepts)
{
	const struct sets *sets = &paths->automaton->tag_sets;
	_cleanup_(freep) uint32_t *accepts = calloc(sets->n + 1, sizeof(*accepts));
	int r;

	if (!accepts)
		return -ENOMEM;
	r = make_accept(paths, NULL, 0, &paths->nothing);
	for (uint32_t i = 1; r == 0 && i < sets->n; i++) {
		size_t n;
		const uint32_t *tags = sets_get(sets, i, &n);

		r = make_accept(paths, tags, n, &accepts[i]);
		if (r == 0 && accepts[i] == paths->nothing)
			accepts[i] = 0;
	}
	if (r < 0)
		return r;
	*ret_accepts = TAKE_PTR(accepts);
	return 0;
}

static int put_automaton(struct paths *paths)
{
	struct words *words = &paths->compiler->words;
	_cleanup_(freep) uint64_t *items = NULL;
	uint32_t start, offset;
	size_t n;
	int r = automaton_pack(paths->automaton, words->n, LIMIT_IMAGE_WORDS, &items, &n,
			       &start);

	if (r == 0)
		r = words_put(words, items, n, &offset);
	if (r == 0)
		words->items[IMAGE_H_AUTOMATON] = WORD(start, paths->nothing);
	return r;
}

static int make_automaton(struct paths *paths)
{
	_cleanup_(freep) uint32_t *accepts = NULL;
	uint32_t tag = 0;
	int r = automaton_build(paths->automaton, paths->tags, &tag);

	if (r == -E2BIG)
		return compiler_refuse(paths->compiler, tag / 2,
				       "has patterns that multiply with those of others");
	if (r == 0)
		r = make_accepts(paths, &accepts);
	if (r == 0)
		r = automaton_minimise(paths->automaton, accepts);
	if (r == 0)
		r = put_automaton(paths);
	if (r == -E2BIG)
		return compiler_refuse(paths->compiler,
				       automaton_heaviest(paths->automaton) / 2,
				       "has paths that do not fit into an image");
	return r;
}

int compiler_paths(struct compiler *compiler)
{
	_cleanup_(automaton_freep) struct automaton *automaton = NULL;
	_cleanup_(freep) struct automaton_tag *tags =
		calloc(2 * compiler->n_rules + 2, sizeof(*tags));
	struct paths paths = {.compiler = compiler, .tags = tags};
	int r;

	if (!tags)
		return -ENOMEM;
	r = automaton_new(&automaton);
	if (r < 0)
		return r;
	paths.automaton = automaton;
	r = add_rules(&paths);
	if (r == 0)
		r = add_base(&paths);
	return r < 0 ? r : make_automaton(&paths);
}
