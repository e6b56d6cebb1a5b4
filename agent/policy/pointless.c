// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "policy/array.h"
#include "policy/model_names.h"
#include "policy/parse.h"
#include "policy/path.h"
#include "policy/prefix.h"
#include "policy/rule.h"

#define ITEMS_MAX 1024

static bool set_equal(const struct number_set *a, const struct number_set *b)
{
	return a->any == b->any && a->negate == b->negate && a->n_ranges == b->n_ranges &&
	       (!a->n_ranges ||
		!memcmp(a->ranges, b->ranges, a->n_ranges * sizeof(*a->ranges)));
}

/*
 * Ranges of a set are ascending and do not touch: one of @outer must hold each of @inner.
 */
static bool set_covers(const struct number_set *outer, const struct number_set *inner)
{
	size_t o = 0;

	if (outer->any || set_equal(outer, inner))
		return true;
	if (inner->any || outer->negate || inner->negate)
		return false;
	for (size_t i = 0; i < inner->n_ranges; i++) {
		while (o < outer->n_ranges &&
		       outer->ranges[o].last < inner->ranges[i].last)
			o++;
		if (o == outer->n_ranges ||
		    outer->ranges[o].first > inner->ranges[i].first)
			return false;
	}
	return true;
}

static bool texts_cover(char *const *outer, size_t n_outer, char *const *inner,
			size_t n_inner)
{
	bool covered = true;

	for (size_t i = 0; covered && i < n_inner; i++) {
		covered = false;
		for (size_t o = 0; !covered && o < n_outer; o++)
			covered = path_covers(outer[o], inner[i]);
	}
	return covered;
}

/* A rule without paths is about all objects, also those without a name. */
static bool paths_cover(const struct policy_rule *outer, const struct policy_rule *inner)
{
	if (!outer->n_unix != !inner->n_unix)
		return false;
	if (!texts_cover(outer->unix_names, outer->n_unix, inner->unix_names,
			 inner->n_unix))
		return false;
	if (!outer->n_paths)
		return true;
	return inner->n_paths &&
	       texts_cover(outer->paths, outer->n_paths, inner->paths, inner->n_paths);
}

static bool contains_all(const struct policy_rule *outer, const struct policy_rule *inner)
{
	for (size_t i = 0; i < inner->n_from; i++)
		if (!strings_contain(outer->from, outer->n_from, inner->from[i]))
			return false;
	return true;
}

static bool programs_cover(const struct policy_rule *outer,
			   const struct policy_rule *inner)
{
	if (!outer->n_from)
		return true;
	return inner->n_from && outer->from_not == inner->from_not &&
	       contains_all(outer, inner) && contains_all(inner, outer);
}

/* Does @outer hold whenever @inner does? What goes by the caller's name covers no other.
 */
static bool conditions_cover(const struct policy_rule *outer,
			     const struct policy_rule *inner)
{
	return (!outer->fileless || inner->fileless) &&
	       (!outer->drifted || inner->drifted) &&
	       (!outer->stdio_socket || inner->stdio_socket) &&
	       (!outer->direct || inner->direct) && outer->by_name == inner->by_name &&
	       (outer->owner == OWNER_ANY || outer->owner == inner->owner) &&
	       programs_cover(outer, inner);
}

static bool prefixes_cover(const struct policy_rule *outer,
			   const struct policy_rule *inner)
{
	bool covered = true;

	if (!outer->n_to)
		return true;
	if (!inner->n_to)
		return false;
	for (size_t i = 0; covered && i < inner->n_to; i++) {
		covered = false;
		for (size_t o = 0; !covered && o < outer->n_to; o++)
			covered = prefix_covers(&outer->to[o], &inner->to[i]);
	}
	return covered;
}

/* Does @outer match whatever @inner does? What it excepts it may not. */
static bool covers(const struct policy_rule *outer, const struct policy_rule *inner)
{
	if (outer->n_except || outer->n_not_to || (inner->access & ~outer->access))
		return false;
	return paths_cover(outer, inner) && conditions_cover(outer, inner) &&
	       prefixes_cover(outer, inner) &&
	       set_covers(&outer->families, &inner->families) &&
	       set_covers(&outer->types, &inner->types) &&
	       set_covers(&outer->protocols, &inner->protocols) &&
	       set_covers(&outer->ports, &inner->ports);
}

/*
 * Where both match, does @by alone decide (POLICY.md, Decision)? A kill does over a deny,
 * either over an allow. An audit rule reports whatever else is decided. Of two that cover
 * each other, and do the same, the first one is the reason.
 */
static bool outranks(const struct policy_rule *by, const struct policy_rule *rule)
{
	if (by->action == rule->action)
		return by->number < rule->number || !covers(rule, by);
	if (rule->action == ACTION_DENY)
		return by->action == ACTION_KILL;
	return rule->action == ACTION_ALLOW &&
	       (by->action == ACTION_DENY || by->action == ACTION_KILL);
}

static bool hides(const struct policy_rule *by, const struct policy_rule *rule)
{
	return by != rule && by->enforcement != REFUSED && covers(by, rule) &&
	       outranks(by, rule);
}

static size_t count_items(const struct policy_section *section)
{
	size_t n = 0;

	for (size_t i = 0; i < section->n_rules; i++)
		n += section->rules[i].n_paths + section->rules[i].n_unix +
		     section->rules[i].n_to + section->rules[i].n_from + 1;
	return n;
}

static int warn_rule(const struct policy *policy, const struct policy_section *section,
		     const struct policy_rule *rule, struct diagnostics *diagnostics)
{
	if (rule->enforcement == REFUSED)
		return 0;
	for (size_t i = 0; i < section->n_rules; i++)
		if (hides(&section->rules[i], rule))
			return diagnostics_add(diagnostics, SEVERITY_WARNING,
					       policy->source, rule->line, 1,
					       "rule \"%s\" of %s is pointless, \"%s\" "
					       "(line %u) decides whatever "
					       "it matches; drop one of them",
					       rule->name, section_names[rule->section],
					       section->rules[i].name,
					       section->rules[i].line);
	return 0;
}

int rules_warn_pointless(const struct policy *policy, struct diagnostics *diagnostics)
{
	int r = 0;

	for (size_t s = 0; s < SECTION_COUNT; s++) {
		const struct policy_section *section = &policy->sections[s];

		if (count_items(section) > ITEMS_MAX)
			continue;
		for (size_t i = 0; !r && i < section->n_rules; i++)
			r = warn_rule(policy, section, &section->rules[i], diagnostics);
	}
	return r;
}
