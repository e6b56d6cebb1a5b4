// SPDX-License-Identifier: Apache-2.0
#include "import/kubearmor_paths.h"

#include <stdlib.h>

#include "util/cleanup.h"

/* Of one place, KubeArmor takes the rule that comes last; who wrote both may not have
 * meant it. */
static int check_conflict(struct ka_paths *paths, size_t at)
{
	const struct ka_element *element = &paths->elements[at];

	for (size_t i = 0; i < at; i++) {
		const struct ka_element *other = &paths->elements[i];
		enum ka_action a = element->rule->level.action,
			       b = other->rule->level.action;

		if (ka_same_place(element, other) && ka_same_source(element, other) &&
		    (element->extent == EXACT) == (other->extent == EXACT) && a != b &&
		    a != KA_AUDIT && b != KA_AUDIT)
			return import_lack(
				paths->policy->importer, element->rule->node,
				IMPORT_CONFLICT,
				"\"%.200s\" is allowed and blocked (also on line %u), "
				"and "
				"here what is denied is denied; decide for one",
				element->rule->node->text, other->rule->node->line);
	}
	return 0;
}

/* No rule of exec asks for the owner. Return: PARSE_E_WRONG when the rule is left out. */
static int lack_owner(struct ka_paths *paths, const struct ka_rule *rule)
{
	struct importer *importer = paths->policy->importer;

	if (rule->section != KA_PROCESS || !rule->owner_only)
		return 0;
	importer->lost_allow |= rule->level.action == KA_ALLOW;
	return import_lack(
		importer, rule->node, IMPORT_OWNER,
		"ownerOnly of a program: exec has no condition on the owner; deny "
		"\"%.200s\" to all, or leave it to the file's mode",
		rule->node->text);
}

/* Rules that have no equivalent, taken out before they can take from others. */
static int drop_owner_rules(struct ka_paths *paths)
{
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; !r && i < paths->n; i++) {
		const struct ka_element *element = &paths->elements[i];

		if (paths->section == KA_PROCESS && element->rule->owner_only)
			continue;
		paths->elements[kept++] = *element;
	}
	paths->n = kept;
	for (size_t i = 0; !r && i < paths->policy->n_rules; i++)
		if (paths->policy->rules[i].section == paths->section)
			r = lack_owner(paths, &paths->policy->rules[i]);
	return r;
}

static void elements_free(struct ka_element **elements)
{
	free(*elements);
}

int ka_convert_paths(struct ka_policy *policy, enum ka_section section)
{
	struct ka_paths paths = {
		.policy = policy,
		.section = section,
		.denies_by_default = ka_allows(policy, section),
	};
	_cleanup_(elements_free) struct ka_element *elements = NULL;
	int r = ka_elements_read(&paths);

	elements = paths.elements;
	if (!r)
		r = drop_owner_rules(&paths);
	for (size_t i = 0; !r && i < paths.n; i++)
		r = check_conflict(&paths, i);
	for (size_t i = 0; !r && i < paths.n; i++)
		r = ka_convert_element(&paths, &paths.elements[i]);
	if (!r)
		r = ka_convert_patterns(&paths);
	if (!r && paths.denies_by_default)
		r = draft_default(&policy->importer->draft, ka_section_of(&paths));
	return r;
}
