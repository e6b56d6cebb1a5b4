// SPDX-License-Identifier: Apache-2.0
#include "policy/selector.h"

#include <stdlib.h>
#include <string.h>

#include "policy/array.h"
#include "policy/glob.h"
#include "policy/host.h"
#include "policy/model.h"
#include "util/cleanup.h"

/* The label that Kubernetes gives every namespace, and nobody can change. */
#define NAMESPACE_NAME_LABEL "kubernetes.io/metadata.name"

static const struct labels no_labels;

static bool requirement_holds(const struct selector_requirement *requirement,
			      const char *value)
{
	bool listed = value &&
		      strings_contain(requirement->values, requirement->n_values, value);

	switch (requirement->op) {
	case SELECTOR_IN:
		return listed;
	case SELECTOR_NOT_IN:
		return !listed;
	case SELECTOR_EXISTS:
		return value;
	case SELECTOR_DOES_NOT_EXIST:
		return !value;
	}
	return false;
}

/* @implied: a label that is there besides @labels, or NULL. */
static bool matches_with(const struct label_selector *selector,
			 const struct labels *labels, const struct label *implied)
{
	for (size_t i = 0; i < selector->n_requirements; i++) {
		const struct selector_requirement *requirement =
			&selector->requirements[i];
		const char *value = labels_get(labels, requirement->key);

		if (implied && !strcmp(requirement->key, implied->key))
			value = implied->value;
		if (!requirement_holds(requirement, value))
			return false;
	}
	return true;
}

bool label_selector_matches(const struct label_selector *selector,
			    const struct labels *labels)
{
	return matches_with(selector, labels ? labels : &no_labels, NULL);
}

void label_selector_clear(struct label_selector *selector)
{
	for (size_t i = 0; i < selector->n_requirements; i++) {
		free(selector->requirements[i].key);
		strings_clear(&selector->requirements[i].values,
			      &selector->requirements[i].n_values);
	}
	free(selector->requirements);
	*selector = (struct label_selector){0};
}

/* Does the selector ask for this very namespace by its name? */
static bool names_namespace(const struct label_selector *selector, const char *name)
{
	for (size_t i = 0; i < selector->n_requirements; i++) {
		const struct selector_requirement *requirement =
			&selector->requirements[i];

		if (requirement->op == SELECTOR_IN &&
		    !strcmp(requirement->key, NAMESPACE_NAME_LABEL) &&
		    strings_contain(requirement->values, requirement->n_values, name))
			return true;
	}
	return false;
}

bool namespace_is_exempt(const char *name, char *const *exempt, size_t n_exempt)
{
	return !strcmp(name, NAMESPACE_SYSTEM) || strings_contain(exempt, n_exempt, name);
}

bool policy_names_namespace(const struct policy *policy, const char *name_space)
{
	return policy->kind == POLICY_NAMESPACED
		       ? !strcmp(policy->name_space, name_space)
		       : names_namespace(&policy->namespace_selector, name_space);
}

/*
 * A policy for "everything" must not stop the node's own pods (DESIGN.md 11): the
 * system's namespace, and those that are exempt like it, are selected by a policy in
 * them, or by their name, or by the uid of one of their pods.
 */
static bool selects_namespace(const struct policy *policy,
			      const struct selection *selection)
{
	struct label implied = {
		.key = (char *)NAMESPACE_NAME_LABEL,
		.value = (char *)selection->name_space,
	};
	const struct labels *labels = selection->namespace_labels;

	if (policy->kind == POLICY_NAMESPACED)
		return !strcmp(policy->name_space, selection->name_space);
	if (namespace_is_exempt(selection->name_space, selection->exempt_namespaces,
				selection->n_exempt_namespaces) &&
	    !policy->pod_uid &&
	    !names_namespace(&policy->namespace_selector, selection->name_space))
		return false;
	return matches_with(&policy->namespace_selector, labels ? labels : &no_labels,
			    &implied);
}

static bool selects_container(const struct policy *policy, const char *container)
{
	if (!policy->n_containers)
		return true;
	if (!container)
		return false;
	for (size_t i = 0; i < policy->n_containers; i++)
		if (glob_matches(policy->containers[i], container))
			return true;
	return false;
}

static bool selects_pod(const struct policy *policy, const struct selection *selection)
{
	if (host_is_all(policy))
		return false;
	if (policy->pod_uid &&
	    (!selection->pod_uid || strcmp(policy->pod_uid, selection->pod_uid) != 0))
		return false;
	return selects_namespace(policy, selection) &&
	       selects_container(policy, selection->container) &&
	       label_selector_matches(&policy->pod_selector, selection->pod_labels);
}

bool policy_selects(const struct policy *policy, const struct selection *selection)
{
	if (policy->enforcement == REFUSED ||
	    !label_selector_matches(&policy->node_selector, selection->node_labels))
		return false;
	return selection->cgroup ? host_selects(policy, selection)
				 : selects_pod(policy, selection);
}
