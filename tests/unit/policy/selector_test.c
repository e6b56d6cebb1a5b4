// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <errno.h>

#include "parsed.h"
#include "policy/glob.h"
#include "policy/selector.h"
#include "util/cleanup.h"

static struct labels labels_of(const char *first, const char *value)
{
	struct labels labels = {0};

	cr_assert_eq(labels_add(&labels, first, value), 0);
	return labels;
}

Test(selector, labels_are_sorted_and_replaced)
{
	_cleanup_(labels_clear) struct labels labels = {0}, other = {0};
	static const char *const keys[] = {"m", "c", "z", "a", "c"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		cr_assert_eq(labels_add(&labels, keys[i], i == 4 ? "new" : "old"), 0);
	cr_assert_eq(labels.n, 4);
	for (size_t i = 1; i < labels.n; i++)
		cr_assert_lt(strcmp(labels.items[i - 1].key, labels.items[i].key), 0);
	cr_assert_str_eq(labels_get(&labels, "c"), "new");
	cr_assert_null(labels_get(&labels, "b"));
	cr_assert_not(labels_equal(&labels, &other));
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		cr_assert_eq(labels_add(&other, keys[i], i == 4 ? "new" : "old"), 0);
	cr_assert(labels_equal(&labels, &other));
	cr_assert_eq(labels_add(&other, "z", "changed"), 0);
	cr_assert_not(labels_equal(&labels, &other));
}

Test(selector, operators_hold_as_in_kubernetes)
{
	static const struct {
		const char *selector;
		bool matches, matches_none; /* labels {app: web}, and no labels */
	} cases[] = {
		{"{}", true, true},
		{"{matchLabels: {}}", true, true},
		{"{matchLabels: {app: web}}", true, false},
		{"{matchLabels: {app: db}}", false, false},
		{"{matchLabels: {app: web, tier: x}}", false, false},
		{"{matchExpressions: [{key: app, operator: In, values: [db, web]}]}",
		 true, false},
		{"{matchExpressions: [{key: app, operator: NotIn, values: [db]}]}", true,
		 true},
		{"{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}",
		 false, true},
		{"{matchExpressions: [{key: app, operator: Exists}]}", true, false},
		{"{matchExpressions: [{key: app, operator: DoesNotExist}]}", false, true},
		{"{matchExpressions: [{key: app, operator: Exists, values: []}]}", true,
		 false},
		{"{matchLabels: {app: web}, matchExpressions: [{key: x, operator: "
		 "Exists}]}",
		 false, false},
	};
	_cleanup_(labels_clear) struct labels labels = labels_of("app", "web");
	const struct labels none = {0};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(parsed_clear) struct parsed parsed = {0};
		const struct label_selector *selector;
		char spec[200];

		snprintf(spec, sizeof(spec),
			 "  podSelector: %s\n  exec: {default: deny}\n",
			 cases[i].selector);
		parsed = parse_spec(spec);
		selector = &only_policy(&parsed)->pod_selector;
		cr_expect_eq(label_selector_matches(selector, &labels), cases[i].matches,
			     "%s", spec);
		cr_expect_eq(label_selector_matches(selector, &none),
			     cases[i].matches_none, "%s", spec);
		cr_expect_eq(label_selector_matches(selector, NULL),
			     cases[i].matches_none, "%s", spec);
	}
}

/* Does the policy select the pod shop/web-0 {app: web} on a node {gpu: none}? */
static bool selects(const char *kind, const char *metadata, const char *spec,
		    const char *name_space, const char *container)
{
	_cleanup_(labels_clear) struct labels pod = labels_of("app", "web");
	_cleanup_(labels_clear) struct labels namespace = labels_of("team", "shop");
	_cleanup_(labels_clear) struct labels node = labels_of("gpu", "none");
	const struct selection selection = {
		.name_space = name_space,
		.pod_uid = "uid-1",
		.container = container,
		.pod_labels = &pod,
		.namespace_labels = &namespace,
		.node_labels = &node,
	};
	_cleanup_(parsed_clear) struct parsed parsed = {0};
	char text[600];

	snprintf(text, sizeof(text),
		 "apiVersion: lsmd.io/v1alpha1\nkind: %s\nmetadata: {%s}\n"
		 "spec: {%s, exec: {default: deny}}\n",
		 kind, metadata, spec);
	parsed = parse(text);
	return policy_selects(only_policy(&parsed), &selection);
}

Test(policy_selects, by_namespace_labels_and_node)
{
	static const struct {
		const char *kind, *metadata, *spec;
		bool selects;
	} cases[] = {
		{"LsmPolicy", "name: a, namespace: shop", "mode: audit", true},
		{"LsmPolicy", "name: a, namespace: shop", "podSelector: {}", true},
		{"LsmPolicy", "name: a", "mode: audit", false},
		{"LsmPolicy", "name: a, namespace: shop",
		 "podSelector: {matchLabels: {app: web}}", true},
		{"LsmPolicy", "name: a, namespace: shop",
		 "podSelector: {matchLabels: {app: db}}", false},
		{"LsmPolicy", "name: a, namespace: shop",
		 "nodeSelector: {matchLabels: {gpu: none}}", true},
		{"LsmPolicy", "name: a, namespace: shop",
		 "nodeSelector: {matchLabels: {gpu: a100}}", false},
		{"ClusterLsmPolicy", "name: a", "mode: audit", true},
		{"ClusterLsmPolicy", "name: a",
		 "namespaceSelector: {matchLabels: {team: shop}}", true},
		{"ClusterLsmPolicy", "name: a",
		 "namespaceSelector: {matchLabels: {team: pay}}", false},
		{"ClusterLsmPolicy", "name: a",
		 "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}",
		 true},
		{"ClusterLsmPolicy", "name: a",
		 "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: pay}}",
		 false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		cr_expect_eq(selects(cases[i].kind, cases[i].metadata, cases[i].spec,
				     "shop", "web"),
			     cases[i].selects, "%s {%s} {%s}", cases[i].kind,
			     cases[i].metadata, cases[i].spec);
}

Test(policy_selects, containers_by_glob)
{
	const char *kind = "LsmPolicy", *metadata = "name: a, namespace: shop";

	cr_assert(selects(kind, metadata, "containers: [web, 'init-*']", "shop", "web"));
	cr_assert(selects(kind, metadata, "containers: [web, 'init-*']", "shop",
			  "init-db"));
	cr_assert_not(
		selects(kind, metadata, "containers: [web, 'init-*']", "shop", "side"));
	cr_assert_not(selects(kind, metadata, "containers: [web]", "shop", NULL),
		      "the pod's own cgroup is no container");
	cr_assert(selects(kind, metadata, "mode: audit", "shop", NULL));
}

Test(policy_selects, the_system_s_namespace_only_where_it_is_named)
{
	const char *cluster = "ClusterLsmPolicy";

	cr_assert_not(selects(cluster, "name: a", "mode: audit", "kube-system", "web"));
	cr_assert_not(selects(cluster, "name: a",
			      "namespaceSelector: {matchLabels: {team: shop}}",
			      "kube-system", "web"));
	cr_assert_not(selects(cluster, "name: a",
			      "namespaceSelector: {matchExpressions: [{key: "
			      "kubernetes.io/metadata.name,"
			      " operator: NotIn, values: [kube-system]}]}",
			      "kube-system", "web"));
	cr_assert(selects(cluster, "name: a",
			  "namespaceSelector: {matchLabels: "
			  "{kubernetes.io/metadata.name: kube-system}}",
			  "kube-system", "web"));
	cr_assert(selects("LsmPolicy", "name: a, namespace: kube-system", "mode: audit",
			  "kube-system", "web"));
}

Test(policy_selects, an_exempt_namespace_only_where_it_is_named)
{
	static const struct labels none;
	static char monitoring[] = "monitoring";
	static char *const exempt[] = {monitoring};
	static const struct {
		const char *spec;
		bool selects;
	} cases[] = {
		{"exec: {default: deny}", false},
		{"exec: {default: deny}, namespaceSelector: {matchLabels: "
		 "{kubernetes.io/metadata.name: monitoring}}",
		 true},
		{"exec: {default: deny}, namespaceSelector: {matchLabels: "
		 "{kubernetes.io/metadata.name: kube-system}}",
		 false},
	};
	struct selection selection = {.name_space = monitoring, .pod_labels = &none};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(freep) char *text = NULL;

		cr_assert(asprintf(&text,
				   "{apiVersion: lsmd.io/v1alpha1, kind: "
				   "ClusterLsmPolicy, metadata: {name: a}, spec: {%s}}",
				   cases[i].spec) > 0);
		{
			_cleanup_(parsed_clear) struct parsed parsed = parse(text);

			selection.exempt_namespaces = exempt;
			selection.n_exempt_namespaces = 1;
			cr_expect_eq(policy_selects(parsed.policies.items[0], &selection),
				     cases[i].selects, "%s", cases[i].spec);
		}
	}
	selection.n_exempt_namespaces = 0;
	cr_expect(!namespace_is_exempt(monitoring, NULL, 0));
	cr_expect(namespace_is_exempt("kube-system", NULL, 0));
}

Test(policy_selects, a_denial_by_hand_is_one_pod_s_in_whatever_namespace)
{
	static const struct labels none;
	struct selection selection = {.name_space = "kube-system", .pod_labels = &none};
	_cleanup_(parsed_clear) struct parsed parsed =
		parse("apiVersion: lsmd.io/v1alpha1\nkind: ClusterLsmPolicy\nmetadata: "
		      "{name: a}\n"
		      "spec: {exec: {default: deny}}\n");
	struct policy *policy = parsed.policies.items[0];

	policy->pod_uid = strdup("uid-1");
	cr_assert_not(policy_selects(policy, &selection));
	selection.pod_uid = "uid-2";
	cr_assert_not(policy_selects(policy, &selection));
	selection.pod_uid = "uid-1";
	cr_assert(policy_selects(policy, &selection));
}

Test(glob, matches_stars_and_question_marks)
{
	static const struct {
		const char *pattern, *name;
		bool matches;
	} cases[] = {
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "abc", true},
		{"a*c", "abbbc", true},
		{"a*c", "abcd", false},
		{"?", "a", true},
		{"?", "", false},
		{"a?c", "abc", true},
		{"*a*b", "xaxbxab", true},
		{"*a*b", "xaxbx", false},
		{"a**b", "ab", true},
		{"init-*", "init-", true},
		{"init-*", "init", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		cr_expect_eq(glob_matches(cases[i].pattern, cases[i].name),
			     cases[i].matches, "%s %s", cases[i].pattern, cases[i].name);
}

Test(glob, takes_no_exponential_time)
{
	char name[3000], pattern[1000];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (size_t i = 0; i < sizeof(pattern) - 2; i += 2)
		memcpy(pattern + i, "*a", 2);
	memcpy(pattern + sizeof(pattern) - 2, "b", 2);
	cr_assert_not(glob_matches(pattern, name));
}

Test(labels, are_read_as_kubectl_writes_them)
{
	_cleanup_(labels_clear) struct labels labels = {0};
	_cleanup_(freep) char *why = NULL;

	cr_assert_eq(labels_parse("a=b,c.d/e=,,f=g=", &labels, &why), -EINVAL);
	cr_expect_str_eq(labels_get(&labels, "a"), "b");
	cr_expect_str_eq(labels_get(&labels, "c.d/e"), "");
	cr_expect(!!strstr(why, "\"g=\" is no label's value"), "%s", why);
}

Test(labels, say_what_is_wrong_with_them)
{
	static const char *const wrong[] = {"a", "=b", "a b=c", "a=b,c"};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		_cleanup_(labels_clear) struct labels labels = {0};
		_cleanup_(freep) char *why = NULL;

		cr_expect_eq(labels_parse(wrong[i], &labels, &why), -EINVAL, "%s",
			     wrong[i]);
		cr_expect_not_null(why);
	}
}
