/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_SELECTOR_H
#define LSMD_POLICY_SELECTOR_H

/* Label selectors as Kubernetes has them (meta/v1 LabelSelector), and which pod a policy
 * selects. */

#include <stdbool.h>
#include <stddef.h>

struct label {
	char *key;
	char *value;
};

/* Labels sorted by key; owned by whoever holds the struct. */
struct labels {
	struct label *items;
	size_t n;
};

enum selector_operator {
	SELECTOR_IN,
	SELECTOR_NOT_IN, /* holds also where the key is absent */
	SELECTOR_EXISTS,
	SELECTOR_DOES_NOT_EXIST,
};

struct selector_requirement {
	char *key;
	enum selector_operator op;
	char **values;
	size_t n_values;
};

/* matchLabels are requirements of SELECTOR_IN with one value. None at all: selects
 * everything. */
struct label_selector {
	bool present;
	struct selector_requirement *requirements;
	size_t n_requirements;
};

struct policy;

/* What a policy's selection looks at. All borrowed. */
struct selection {
	const char *name_space;
	const char *pod_uid;
	const char *container; /* NULL: the pod's own cgroup, before its containers are
				  known */
	const struct labels *pod_labels;
	const struct labels *namespace_labels; /* NULL: not known, as empty */
	const struct labels *node_labels;      /* NULL: not known, as empty */
	char *const *exempt_namespaces; /* selected by name alone, as kube-system is */
	size_t n_exempt_namespaces;
	/* Of the host instead of a pod: below the hierarchy's root, without a "/" in
	 * front. NULL: a pod's, which the members above tell of. */
	const char *cgroup;
	const char *unit; /* what systemd calls that cgroup; NULL: none of its own */
};

const char *labels_get(const struct labels *labels, const char *key);
/** labels_add() - Add or replace; copies. Return: 0, -ENOMEM. */
int labels_add(struct labels *labels, const char *key, const char *value);
/**
 * labels_parse() - Add labels as kubectl writes them: KEY=VALUE,KEY=VALUE.
 * @reterr_why: with -EINVAL, what is wrong and what would be right; owned
 * Return: 0, -EINVAL, -ENOMEM; with an error some may have been added.
 */
int labels_parse(const char *text, struct labels *labels, char **reterr_why);
bool labels_equal(const struct labels *a, const struct labels *b);
void labels_clear(struct labels *labels);

/* The node's own pods are there: a policy for everybody must not stop them. */
#define NAMESPACE_SYSTEM "kube-system"

/**
 * namespace_is_exempt() - Is a namespace selected only where a policy names it?
 * @exempt: besides NAMESPACE_SYSTEM
 */
bool namespace_is_exempt(const char *name, char *const *exempt, size_t n_exempt);

bool label_selector_matches(const struct label_selector *selector,
			    const struct labels *labels);
void label_selector_clear(struct label_selector *selector);

/**
 * policy_selects() - Does @policy apply to a container, or a cgroup of the host?
 *
 * With @selection->container NULL a policy that names containers does not apply: the
 * container will get a slot of its own.
 */
bool policy_selects(const struct policy *policy, const struct selection *selection);

/** policy_names_namespace() - Is it of that namespace, or does it ask for it by name? */
bool policy_names_namespace(const struct policy *policy, const char *name_space);

#endif
