// SPDX-License-Identifier: Apache-2.0
/* What KubeArmor's rules on paths are about, and which of them goes before which. */
#include <errno.h>
#include <string.h>

#include "import/kubearmor_paths.h"
#include "import/path.h"
#include "policy/array.h"
#include "util/cleanup.h"

bool ka_is_static(const struct ka_rule *rule)
{
	return rule->owner_only || rule->read_only;
}

bool ka_lets_pass(const struct ka_rule *rule)
{
	return rule->level.action == KA_ALLOW ||
	       (rule->level.action == KA_BLOCK && ka_is_static(rule));
}

static int add_element(struct ka_paths *paths, const struct ka_element *element)
{
	struct ka_element *grown = array_grow(paths->elements, paths->n, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	paths->elements = grown;
	grown[paths->n++] = *element;
	return import_count_rule(paths->policy->importer, element->rule->node);
}

/* A directory is two: itself, which is listed, and what is in it. */
static int add_source(struct ka_paths *paths, const struct ka_rule *rule,
		      const char *source)
{
	struct ka_element element = {
		.rule = rule,
		.extent = EXACT,
		.path = rule->node->text,
		.length = rule->node->n,
		.source = source,
	};
	int r;

	if (rule->match == KA_PATH)
		return add_element(paths, &element);
	if (paths->section == KA_FILE) {
		element.is_directory = true;
		element.length--;
		r = add_element(paths, &element);
		if (r)
			return r;
	}
	element.extent = rule->recursive ? BELOW : CHILDREN;
	element.is_directory = false;
	element.length = rule->node->n;
	return add_element(paths, &element);
}

int ka_elements_read(struct ka_paths *paths)
{
	int r = 0;

	for (size_t i = 0; !r && i < paths->policy->n_rules; i++) {
		const struct ka_rule *rule = &paths->policy->rules[i];

		if (rule->section != paths->section ||
		    (rule->match != KA_PATH && rule->match != KA_DIRECTORY))
			continue;
		if (!rule->n_sources)
			r = add_source(paths, rule, NULL);
		for (size_t s = 0; !r && s < rule->n_sources; s++)
			r = add_source(paths, rule, rule->sources[s]);
	}
	return r;
}

static bool begins_with(const struct ka_element *element,
			const struct ka_element *directory)
{
	return element->length >= directory->length &&
	       !memcmp(element->path, directory->path, directory->length);
}

bool ka_same_place(const struct ka_element *a, const struct ka_element *b)
{
	return a->length == b->length && !memcmp(a->path, b->path, a->length);
}

bool ka_covers(const struct ka_element *outer, const struct ka_element *inner)
{
	if (outer->extent == EXACT)
		return inner->extent == EXACT && ka_same_place(outer, inner);
	if (outer->extent == BELOW)
		return begins_with(inner, outer) &&
		       (inner->extent != EXACT || inner->length > outer->length);
	if (inner->extent == CHILDREN)
		return ka_same_place(outer, inner);
	return inner->extent == EXACT && inner->length > outer->length &&
	       begins_with(inner, outer) &&
	       !memchr(inner->path + outer->length, '/', inner->length - outer->length);
}

bool ka_same_source(const struct ka_element *a, const struct ka_element *b)
{
	return a->source && b->source ? !strcmp(a->source, b->source)
				      : a->source == b->source;
}

/* Does @a decide before @b where both fit? */
static bool outranks(const struct ka_element *a, const struct ka_element *b)
{
	if (a->source && b->source && strcmp(a->source, b->source) != 0)
		return false;
	if (!a->source != !b->source)
		return a->source;
	if ((a->extent == EXACT) != (b->extent == EXACT))
		return a->extent == EXACT;
	return a->length > b->length;
}

bool ka_takes_from(const struct ka_element *a, const struct ka_element *b)
{
	return a->rule != b->rule && ka_lets_pass(a->rule) && outranks(a, b);
}

/* Owned. */
static char *pattern_of(const struct ka_element *element)
{
	_cleanup_(freep) char *path = strndup(element->path, element->length);
	const char *after = element->extent == CHILDREN ? "*"
			    : element->extent == BELOW	? "**"
							: "";

	if (!path)
		return NULL;
	if (element->is_directory || !element->length)
		after = "/";
	return path_literal("", path, after);
}

int ka_add_pattern(json_t *list, const struct ka_element *element)
{
	_cleanup_(freep) char *pattern = pattern_of(element);

	return pattern ? json_add_string(list, pattern) : -ENOMEM;
}
