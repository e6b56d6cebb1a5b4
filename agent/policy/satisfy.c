// SPDX-License-Identifier: Apache-2.0
#include "policy/satisfy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/glob.h"
#include "policy/host.h"
#include "util/cleanup.h"

#define NAMESPACE_NAME_LABEL "kubernetes.io/metadata.name"
#define NAMESPACE_DEFAULT    "default"
#define ANY		     "any" /* where a requirement takes whatever there is */

enum scope {
	SCOPE_POD,
	SCOPE_NAMESPACE,
	SCOPE_NODE,
	SCOPE_COUNT,
};

struct group {
	const struct policy *const *policies;
	size_t n;
};

struct selection made_up_selection(const struct made_up *made_up)
{
	return (struct selection){
		.name_space = made_up->name_space,
		.container = made_up->container,
		.pod_labels = &made_up->labels,
		.namespace_labels = &made_up->namespace_labels,
		.node_labels = &made_up->node_labels,
		.cgroup = made_up->cgroup,
		.unit = made_up->unit,
	};
}

void made_up_clear(struct made_up *made_up)
{
	free(made_up->name_space);
	free(made_up->container);
	free(made_up->cgroup);
	free(made_up->unit);
	labels_clear(&made_up->labels);
	labels_clear(&made_up->namespace_labels);
	labels_clear(&made_up->node_labels);
	*made_up = (struct made_up){0};
}

static const struct label_selector *selector_of(const struct policy *policy,
						enum scope scope)
{
	switch (scope) {
	case SCOPE_POD:
		return &policy->pod_selector;
	case SCOPE_NAMESPACE:
		return &policy->namespace_selector;
	case SCOPE_NODE:
	case SCOPE_COUNT:
		break;
	}
	return &policy->node_selector;
}

/* Do all requirements of a key hold for a value? @value NULL: without the label. */
static bool all_hold(const struct group *group, enum scope scope, const char *key,
		     const char *value)
{
	struct label label = {.key = (char *)key, .value = (char *)value};
	const struct labels labels = {.items = &label, .n = value ? 1 : 0};

	for (size_t i = 0; i < group->n; i++) {
		const struct label_selector *selector =
			selector_of(group->policies[i], scope);

		for (size_t k = 0; k < selector->n_requirements; k++) {
			const struct label_selector one = {
				.requirements = &selector->requirements[k],
				.n_requirements = 1};

			if (!strcmp(selector->requirements[k].key, key) &&
			    !label_selector_matches(&one, &labels))
				return false;
		}
	}
	return true;
}

/* A value that a requirement of the key names, and that all others of it hold for. */
static const char *find_named(const struct group *group, enum scope scope,
			      const char *key)
{
	for (size_t i = 0; i < group->n; i++) {
		const struct label_selector *selector =
			selector_of(group->policies[i], scope);

		for (size_t k = 0; k < selector->n_requirements; k++) {
			const struct selector_requirement *requirement =
				&selector->requirements[k];

			if (requirement->op != SELECTOR_IN ||
			    strcmp(requirement->key, key) != 0)
				continue;
			for (size_t v = 0; v < requirement->n_values; v++)
				if (all_hold(group, scope, key, requirement->values[v]))
					return requirement->values[v];
		}
	}
	return NULL;
}

/* @value: the one to be tried first; it stays where it is, NULL too, when it will do. */
static bool find_value(const struct group *group, enum scope scope, const char *key,
		       const char **value)
{
	if (all_hold(group, scope, key, *value))
		return true;
	*value = find_named(group, scope, key);
	if (*value)
		return true;
	*value = ANY;
	return all_hold(group, scope, key, ANY);
}

static int add_labels(const struct group *group, enum scope scope,
		      const struct policy *policy, struct labels *labels)
{
	const struct label_selector *selector = selector_of(policy, scope);

	for (size_t i = 0; i < selector->n_requirements; i++) {
		const char *key = selector->requirements[i].key, *value = NULL;

		if (scope == SCOPE_NAMESPACE && !strcmp(key, NAMESPACE_NAME_LABEL))
			continue;
		if (!find_value(group, scope, key, &value))
			return SATISFY_E_NONE;
		if (value && labels_add(labels, key, value) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int set_labels(const struct group *group, enum scope first,
		      struct made_up *made_up)
{
	struct labels *const labels[SCOPE_COUNT] = {
		[SCOPE_POD] = &made_up->labels,
		[SCOPE_NAMESPACE] = &made_up->namespace_labels,
		[SCOPE_NODE] = &made_up->node_labels,
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < group->n; i++)
		for (unsigned scope = first; r == 0 && scope < SCOPE_COUNT; scope++)
			r = add_labels(group, (enum scope)scope, group->policies[i],
				       labels[scope]);
	return r;
}

static int set_namespace(const struct group *group, struct made_up *made_up)
{
	const char *name = NULL;

	for (size_t i = 0; i < group->n && !name; i++)
		if (group->policies[i]->kind == POLICY_NAMESPACED)
			name = group->policies[i]->name_space;
	if (!name) {
		name = NAMESPACE_DEFAULT;
		if (!find_value(group, SCOPE_NAMESPACE, NAMESPACE_NAME_LABEL, &name))
			return SATISFY_E_NONE;
	}
	made_up->name_space = strdup(name);
	return made_up->name_space ? 0 : -ENOMEM;
}

/* The name that a glob is, its stars and question marks filled in. */
static char *name_of(const char *glob)
{
	char *name = strdup(glob);

	for (char *c = name; c && *c; c++)
		if (*c == '*' || *c == '?')
			*c = 'x';
	return name;
}

static bool has_container(const struct policy *policy, const char *container)
{
	for (size_t i = 0; i < policy->n_containers; i++)
		if (glob_matches(policy->containers[i], container))
			return true;
	return !policy->n_containers;
}

static bool all_have(const struct group *group, const char *container)
{
	for (size_t i = 0; i < group->n; i++)
		if (!has_container(group->policies[i], container))
			return false;
	return true;
}

static int set_container(const struct group *group, struct made_up *made_up)
{
	bool is_asked = false;

	for (size_t i = 0; i < group->n; i++) {
		const struct policy *policy = group->policies[i];

		for (size_t k = 0; k < policy->n_containers; k++) {
			_cleanup_(freep) char *name = name_of(policy->containers[k]);

			if (!name)
				return -ENOMEM;
			is_asked = true;
			if (all_have(group, name)) {
				made_up->container = TAKE_PTR(name);
				return 0;
			}
		}
	}
	return is_asked ? SATISFY_E_NONE : 0;
}

static int check(const struct group *group, const struct made_up *made_up)
{
	const struct selection selection = made_up_selection(made_up);

	for (size_t i = 0; i < group->n; i++)
		if (!policy_selects(group->policies[i], &selection))
			return SATISFY_E_NONE;
	return 0;
}

int satisfy_policies(const struct policy *const *policies, size_t n,
		     struct made_up *ret_made_up)
{
	const struct group group = {.policies = policies, .n = n};
	_cleanup_(made_up_clear) struct made_up made_up = {0};
	int r = set_namespace(&group, &made_up);

	if (r == 0)
		r = set_container(&group, &made_up);
	if (r == 0)
		r = set_labels(&group, SCOPE_POD, &made_up);
	if (r == 0)
		r = check(&group, &made_up);
	if (r)
		return r;
	*ret_made_up = made_up;
	made_up = (struct made_up){0};
	return 0;
}

static int set_unit(struct made_up *made_up, const char *glob)
{
	made_up->unit = name_of(glob);
	return made_up->unit ? host_cgroup_of_unit(made_up->unit, &made_up->cgroup)
			     : -ENOMEM;
}

static int set_cgroup(struct made_up *made_up, const char *glob)
{
	made_up->cgroup = name_of(glob + (*glob == '/'));
	return made_up->cgroup ? 0 : -ENOMEM;
}

/* One of the globs that a policy lists, first units, then cgroups; if all select it. */
static int try_place(const struct group *group, const struct policy *policy, size_t place,
		     struct made_up *ret_made_up)
{
	_cleanup_(made_up_clear) struct made_up made_up = {0};
	int r = place < policy->n_units
			? set_unit(&made_up, policy->units[place])
			: set_cgroup(&made_up, policy->cgroups[place - policy->n_units]);

	if (r == 0)
		r = set_labels(group, SCOPE_NODE, &made_up);
	if (r == 0)
		r = check(group, &made_up);
	if (r)
		return r;
	*ret_made_up = made_up;
	made_up = (struct made_up){0};
	return 0;
}

int satisfy_on_host(const struct policy *const *policies, size_t n,
		    struct made_up *ret_made_up)
{
	const struct group group = {.policies = policies, .n = n};
	int r = SATISFY_E_NONE;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; r == SATISFY_E_NONE &&
				   k < policies[i]->n_units + policies[i]->n_cgroups;
		     k++)
			r = try_place(&group, policies[i], k, ret_made_up);
	return r;
}
