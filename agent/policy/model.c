// SPDX-License-Identifier: Apache-2.0
#include "policy/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/array.h"
#include "policy/rule.h"

bool number_set_has(const struct number_set *set, uint32_t number)
{
	bool found = false;

	for (size_t i = 0; !found && i < set->n_ranges; i++)
		found = set->ranges[i].first <= number && number <= set->ranges[i].last;
	return set->any || found != set->negate;
}

static void number_set_clear(struct number_set *set)
{
	free(set->ranges);
	*set = (struct number_set){0};
}

void policy_rule_clear(struct policy_rule *rule)
{
	free(rule->name);
	free(rule->message);
	free(rule->open_ways);
	strings_clear(&rule->tags, &rule->n_tags);
	strings_clear(&rule->from, &rule->n_from);
	strings_clear(&rule->paths, &rule->n_paths);
	strings_clear(&rule->except, &rule->n_except);
	number_set_clear(&rule->families);
	number_set_clear(&rule->types);
	number_set_clear(&rule->protocols);
	number_set_clear(&rule->ports);
	strings_clear(&rule->unix_names, &rule->n_unix);
	free(rule->to);
	free(rule->not_to);
	*rule = (struct policy_rule){0};
}

static void section_clear(struct policy_section *section)
{
	for (size_t i = 0; i < section->n_rules; i++)
		policy_rule_clear(&section->rules[i]);
	free(section->rules);
	free(section->default_open_ways);
	*section = (struct policy_section){0};
}

static void policy_free(struct policy *policy)
{
	free(policy->name_space);
	free(policy->name);
	free(policy->description);
	free(policy->prevents);
	free(policy->how);
	free(policy->source);
	free(policy->pod_uid);
	free(policy->open_ways);
	label_selector_clear(&policy->pod_selector);
	label_selector_clear(&policy->namespace_selector);
	label_selector_clear(&policy->node_selector);
	strings_clear(&policy->containers, &policy->n_containers);
	strings_clear(&policy->units, &policy->n_units);
	strings_clear(&policy->cgroups, &policy->n_cgroups);
	for (size_t i = 0; i < SECTION_COUNT; i++)
		section_clear(&policy->sections[i]);
	free(policy);
}

struct policy *policy_ref(struct policy *policy)
{
	policy->references++;
	return policy;
}

struct policy *policy_unref(struct policy *policy)
{
	if (policy && !--policy->references)
		policy_free(policy);
	return NULL;
}

int policy_list_copy(const struct policy_list *list, struct policy_list *ret_list)
{
	struct policy_list copy = {0};

	if (list->n > 0) {
		copy.items = calloc(list->n, sizeof(*copy.items));
		if (!copy.items)
			return -ENOMEM;
	}
	for (; copy.n < list->n; copy.n++)
		copy.items[copy.n] = policy_ref(list->items[copy.n]);
	*ret_list = copy;
	return 0;
}

/* Policies are immutable and shared. */
bool policy_list_same(const struct policy_list *a, const struct policy_list *b)
{
	return a->n == b->n &&
	       (a->n == 0 || !memcmp(a->items, b->items, a->n * sizeof(*a->items)));
}

void policy_list_clear(struct policy_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		policy_unref(list->items[i]);
	free(list->items);
	*list = (struct policy_list){0};
}

static int compare(const void *a, const void *b)
{
	const struct policy *left = *(struct policy *const *)a;
	const struct policy *right = *(struct policy *const *)b;
	int order;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	order = strcmp(left->name_space, right->name_space);
	return order ? order : strcmp(left->name, right->name);
}

void policy_list_sort(struct policy_list *list)
{
	if (list->n)
		qsort(list->items, list->n, sizeof(struct policy *), compare);
}
