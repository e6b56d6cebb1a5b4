// SPDX-License-Identifier: Apache-2.0
#include "policy/aliases.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/room.h"
#include "util/cleanup.h"

static int compare(const struct alias *a, const char *written, const char *resolved)
{
	int order = strcmp(a->written, written);

	return order ? order : strcmp(a->resolved, resolved);
}

/* The first that is not below a path, and what it is resolved to; the end where all are.
 */
static size_t find_place(const struct aliases *aliases, const char *written,
			 const char *resolved)
{
	size_t first = 0, end = aliases->n;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (compare(&aliases->items[middle], written, resolved) < 0)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

static void alias_clear(struct alias *alias)
{
	free(alias->written);
	free(alias->resolved);
}

int aliases_add(struct aliases *aliases, const struct alias *alias)
{
	size_t place = find_place(aliases, alias->written, alias->resolved);
	struct alias copy;

	if (place < aliases->n &&
	    !compare(&aliases->items[place], alias->written, alias->resolved))
		return 0;
	if (room_for(&aliases->items, &aliases->room, aliases->n + 1) < 0)
		return -ENOMEM;
	copy = (struct alias){.written = strdup(alias->written),
			      .resolved = strdup(alias->resolved),
			      .is_target = alias->is_target,
			      .made = alias->made};
	if (!copy.written || !copy.resolved) {
		alias_clear(&copy);
		return -ENOMEM;
	}
	memmove(&aliases->items[place + 1], &aliases->items[place],
		(aliases->n++ - place) * sizeof(copy));
	aliases->items[place] = copy;
	return 0;
}

size_t aliases_find(const struct aliases *aliases, const char *written,
		    const struct alias **ret_first)
{
	size_t first, end;

	if (!aliases || !aliases->n)
		return 0;
	first = find_place(aliases, written, "");
	for (end = first; end < aliases->n; end++)
		if (strcmp(aliases->items[end].written, written) != 0)
			break;
	*ret_first = &aliases->items[first];
	return end - first;
}

bool aliases_equal(const struct aliases *a, const struct aliases *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->items[i].is_target != b->items[i].is_target ||
		    compare(&a->items[i], b->items[i].written, b->items[i].resolved) != 0)
			return false;
	return true;
}

struct copying {
	const struct aliases *from;
	struct aliases to;
};

static void copying_clear(struct copying *copying)
{
	aliases_clear(&copying->to);
}

static int copy_those_of(const char *written, void *data)
{
	struct copying *copying = data;
	const struct alias *first = NULL;
	size_t n = aliases_find(copying->from, written, &first);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = aliases_add(&copying->to, &first[i]);
	return r;
}

int aliases_copy(const struct aliases *aliases, const struct policy_list *policies,
		 struct aliases *ret_aliases)
{
	_cleanup_(copying_clear) struct copying copying = {.from = aliases};
	int r = 0;

	if (policies && aliases->n)
		r = aliases_visit(policies, copy_those_of, &copying);
	for (size_t i = 0; !policies && r == 0 && i < aliases->n; i++)
		r = aliases_add(&copying.to, &aliases->items[i]);
	if (r < 0)
		return r;
	*ret_aliases = copying.to;
	copying.to = (struct aliases){0};
	return 0;
}

void aliases_clear(struct aliases *aliases)
{
	for (size_t i = 0; i < aliases->n; i++)
		alias_clear(&aliases->items[i]);
	free(aliases->items);
	*aliases = (struct aliases){0};
}

/* --- the paths of policies
 * ---------------------------------------------------------------- */

struct visit {
	int (*visit)(const char *written, void *data);
	void *data;
};

static int visit_all(const struct visit *visit, char *const *paths, size_t n)
{
	int r = 0;

	/* An abstract socket's name is no file's. */
	for (size_t i = 0; r == 0 && i < n; i++)
		if (paths[i][0] == '/')
			r = visit->visit(paths[i], visit->data);
	return r;
}

static int visit_rule(const struct visit *visit, const struct policy_rule *rule)
{
	int r = visit_all(visit, rule->from, rule->n_from);

	if (r == 0)
		r = visit_all(visit, rule->paths, rule->n_paths);
	if (r == 0)
		r = visit_all(visit, rule->except, rule->n_except);
	return r == 0 ? visit_all(visit, rule->unix_names, rule->n_unix) : r;
}

int aliases_visit(const struct policy_list *policies,
		  int (*visit)(const char *written, void *data), void *data)
{
	const struct visit with = {visit, data};
	int r = 0;

	for (size_t i = 0; i < policies->n; i++)
		for (size_t s = 0; s < SECTION_COUNT; s++) {
			const struct policy_section *section =
				&policies->items[i]->sections[s];

			for (size_t j = 0; r == 0 && j < section->n_rules; j++)
				if (section->rules[j].enforcement != REFUSED)
					r = visit_rule(&with, &section->rules[j]);
		}
	return r;
}
