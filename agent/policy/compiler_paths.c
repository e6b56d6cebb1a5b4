/* SPDX-License-Identifier: Apache-2.0 */

/* All patterns of paths become one automaton. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/compiler_paths.h"
#include "util/cleanup.h"

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

/* Where container runtimes and pods mount memory that is shared. */
static const char *const shm[] = {"/dev/shm/**", "/run/shm/**"};

static int add_pattern(struct paths *paths, const char *text, uint32_t rule, uint32_t tag)
{
	int r = automaton_add(paths->automaton, text, tag);

	return r == -EINVAL ? compiler_refuse(paths->compiler, rule,
					      "has a pattern that can match nothing")
			    : r;
}

/* By the names that it has in the root as well, where those are others. */
static int add_aliased(struct paths *paths, const char *text, uint32_t rule, uint32_t tag,
		       bool has_targets)
{
	const struct alias *first = NULL;
	size_t n = aliases_find(paths->compiler->aliases, text, &first);
	int r = add_pattern(paths, text, rule, tag);

	for (size_t i = 0; r == 0 && i < n; i++)
		if (has_targets || !first[i].is_target)
			r = add_pattern(paths, first[i].resolved, rule, tag);
	return r;
}

static int add_patterns(struct paths *paths, char *const *texts, size_t n, uint32_t rule,
			uint32_t tag)
{
	const struct compiled_rule *own = &paths->compiler->rules[rule];
	bool has_targets = tag != 2 * rule || own->verdict == VERDICT_ALLOW;
	int r = 0;

	/* Of a name that is meant alone no exception is another's either. */
	if (tag == 2 * rule + 1 && own->rule->by_name)
		has_targets = false;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_aliased(paths, texts[i], rule, tag, has_targets);
	return r;
}

/* Where nothing that follows can take the rule back, those behind it make no difference.
 * What goes by the caller's name is a world of its own. */
static void describe_tag(struct paths *paths, uint32_t number)
{
	static const uint32_t ranks[] = {[VERDICT_KILL] = 0,
					 [VERDICT_DENY] = 1,
					 [VERDICT_ALLOW] = 2,
					 [VERDICT_AUDIT] = 3};
	const struct compiler *compiler = paths->compiler;
	const struct compiled_rule *rule = &compiler->rules[number];
	uint32_t group = 2 * rule->group + (rule->rule->by_name ? 1 : 0);
	struct automaton_tag tag = {
		.family = group << KINDS | paths_kinds(rule),
		.order = ranks[rule->verdict] * (uint32_t)compiler->n_rules + number,
		.decides =
			!rule->rule->n_except && !rule->rule->until && !rule->condition,
	};

	paths->tags[2 * (size_t)number] = tag;
	tag.decides = false;
	paths->tags[2 * (size_t)number + 1] = tag;
}

/* Denied by what it is, too, see identities in lsm/abi.h; not where there is no directory
 * in front of a pattern, in which to look. */
static bool has_identity(const struct compiled_rule *rule)
{
	bool found = false;

	if (rule->verdict == VERDICT_ALLOW || rule->rule->by_name)
		return false;
	for (size_t i = 0; !found && i < rule->rule->n_paths; i++)
		found = strncmp(rule->rule->paths[i], "/**", 3) != 0;
	/* An abstract name is no file's. */
	for (size_t i = 0; !found && i < rule->rule->n_unix; i++)
		found = rule->rule->unix_names[i][0] == '/' &&
			strncmp(rule->rule->unix_names[i], "/**", 3) != 0;
	return found;
}

static int add_rule(struct paths *paths, uint32_t number)
{
	const struct compiled_rule *rule = &paths->compiler->rules[number];
	const struct policy_rule *own = rule->rule;
	int r;

	describe_tag(paths, number);
	if (has_identity(rule))
		paths->compiler->sections |= IMAGE_HAS_IDENTITIES;
	if (!own->n_paths && !own->n_unix)
		paths->pathless[paths->n_pathless++] = number;
	r = add_patterns(paths, own->paths, own->n_paths, number, 2 * number);
	if (r == 0)
		r = add_patterns(paths, own->unix_names, own->n_unix, number, 2 * number);
	if (r == 0)
		r = add_patterns(paths, own->except, own->n_except, number,
				 2 * number + 1);
	return r;
}

static int add_rules(struct paths *paths)
{
	const struct compiler *compiler = paths->compiler;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < compiler->n_rules; i++)
		if (goes_by_path(&compiler->rules[i]) && !compiler->rules[i].in_shm &&
		    compiler_matters(compiler, i))
			r = add_rule(paths, i);
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

	for (size_t i = 0; r == 0 && has_base(compiler) && i < ARRAY_SIZE(base); i++)
		r = automaton_add(paths->automaton, base[i].path,
				  extra_tag(compiler, base[i].access & ACCESS_WRITE
							      ? TAG_BASE_WRITE
							      : TAG_BASE_READ));
	return r;
}

static int add_shm(struct paths *paths)
{
	const struct compiler *compiler = paths->compiler;
	bool wanted = compiler->facts[SECTION_EXEC] & FACT_FILELESS;
	int r = 0;

	for (size_t i = 0; r == 0 && wanted && i < ARRAY_SIZE(shm); i++)
		r = automaton_add(paths->automaton, shm[i], extra_tag(compiler, TAG_SHM));
	return r;
}

static int add_programs(struct paths *paths)
{
	const struct compiler *compiler = paths->compiler;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < compiler->n_programs; i++)
		r = add_patterns(paths, compiler->programs[i].paths,
				 compiler->programs[i].n, compiler->programs[i].rule,
				 extra_tag(compiler, TAG_PROGRAMS + i));
	return r;
}

/* Each is of a family of its own: of several, all are told. */
static void describe_extras(struct paths *paths)
{
	const struct compiler *compiler = paths->compiler;

	for (uint32_t i = 0; i < TAG_EXTRAS; i++)
		paths->tags[extra_tag(compiler, i)] = (struct automaton_tag){
			.family = ((2 * compiler->n_groups) << KINDS) + i,
			.decides = true,
		};
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

/* The rule that a tag is of, or a set's first one; the base is nobody's. */
static uint32_t rule_of(const struct compiler *compiler, uint32_t tag)
{
	uint32_t programs = extra_tag(compiler, TAG_PROGRAMS);

	return tag < programs ? tag / 2 : compiler->programs[tag - programs].rule;
}

static int make_automaton(struct paths *paths)
{
	_cleanup_(freep) uint32_t *accepts = NULL;
	struct compiler *compiler = paths->compiler;
	uint32_t tag = 0;
	int r = automaton_build(paths->automaton, paths->tags, &tag);

	if (r == -E2BIG)
		return compiler_refuse(compiler, rule_of(compiler, tag),
				       "has patterns that multiply with those of others");
	if (r == 0)
		r = paths_accepts(paths, &accepts);
	if (r == 0)
		r = automaton_minimise(paths->automaton, accepts);
	if (r == 0)
		r = put_automaton(paths);
	if (r == -E2BIG)
		return compiler_refuse(
			compiler, rule_of(compiler, automaton_heaviest(paths->automaton)),
			"has paths that do not fit into an image");
	return r;
}

int compiler_paths(struct compiler *compiler)
{
	_cleanup_(automaton_freep) struct automaton *automaton = NULL;
	_cleanup_(freep) struct automaton_tag *tags =
		calloc(extra_tag(compiler, TAG_EXTRAS), sizeof(*tags));
	_cleanup_(freep) uint32_t *pathless =
		calloc(compiler->n_rules + 1, sizeof(*pathless));
	struct paths paths = {.compiler = compiler, .tags = tags, .pathless = pathless};
	int r;

	if (!tags || !pathless)
		return -ENOMEM;
	r = automaton_new(&automaton);
	if (r < 0)
		return r;
	paths.automaton = automaton;
	describe_extras(&paths);
	r = add_rules(&paths);
	if (r == 0)
		r = add_base(&paths);
	if (r == 0)
		r = add_shm(&paths);
	if (r == 0)
		r = add_programs(&paths);
	return r < 0 ? r : make_automaton(&paths);
}
