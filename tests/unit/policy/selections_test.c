/* SPDX-License-Identifier: Apache-2.0 */

/* Containers made up to fit selectors, and which of them a change is compared for. */

#include "parsed.h"
#include "policy/satisfy.h"
#include "policy/selections.h"
#include "util/cleanup.h"

#define POLICY(kind, metadata, selection, rule)                                          \
	"---\napiVersion: lsmd.io/v1alpha1\nkind: " kind "\nmetadata: {name: " metadata  \
	"}\n"                                                                            \
	"spec:\n" selection "  exec: {rules: [" rule "]}\n"
#define NAMESPACED(metadata, selection, rule)                                            \
	POLICY("LsmPolicy", metadata, selection, rule)
#define CLUSTER(metadata, selection, rule)                                               \
	POLICY("ClusterLsmPolicy", metadata, selection, rule)
#define DENY  "{action: deny, paths: [/a]}"
#define ALLOW "{action: allow, paths: [/a]}"

/* "shop/main app=web": of the policies of a text together. "": nothing fits. */
static char *fit(const char *text)
{
	struct parsed parsed = parse(text);
	_cleanup_(made_up_clear) struct made_up made_up = {0};
	const struct labels *const all[] = {&made_up.labels, &made_up.namespace_labels,
					    &made_up.node_labels};
	char *line = NULL;
	size_t size;
	FILE *file = open_memstream(&line, &size);
	int r;

	cr_assert_eq(parsed.result, 0, "%s", parsed.said);
	r = satisfy_policies((const struct policy *const *)parsed.policies.items,
			     parsed.policies.n, &made_up);
	cr_assert_geq(r, 0);
	if (r == 0)
		fprintf(file, "%s/%s", made_up.name_space,
			made_up.container ? made_up.container : "");
	for (size_t k = 0; k < ARRAY_SIZE(all); k++)
		for (size_t i = 0; i < all[k]->n; i++)
			fprintf(file, " %s=%s", all[k]->items[i].key,
				all[k]->items[i].value);
	fclose(file);
	parsed_clear(&parsed);
	return line;
}

static void expect(const char *text, const char *wanted)
{
	_cleanup_(freep) char *got = fit(text);

	cr_expect_str_eq(got, wanted, "%s\n--- instead of\n%s", got, wanted);
}

Test(satisfy, as_little_as_is_asked_for)
{
	expect(NAMESPACED("a", "  podSelector: {}\n", DENY), "default/");
	expect(NAMESPACED("a, namespace: shop",
			  "  podSelector: {matchLabels: {app: web}}\n", DENY),
	       "shop/ app=web");
	expect(NAMESPACED("a",
			  "  podSelector: {matchExpressions: [{key: x, operator: NotIn, "
			  "values: [a]}, {key: z, operator: DoesNotExist}]}\n",
			  DENY),
	       "default/");
	expect(NAMESPACED("a",
			  "  podSelector: {matchExpressions: [{key: x, operator: "
			  "Exists}]}\n",
			  DENY),
	       "default/ x=any");
	expect(NAMESPACED("a",
			  "  podSelector: {}\n  nodeSelector: {matchLabels: {pool: p}}\n",
			  DENY),
	       "default/ pool=p");
}

Test(satisfy, requirements_of_one_key_together)
{
	expect(NAMESPACED("a",
			  "  podSelector: {matchExpressions: [{key: x, operator: In, "
			  "values: [a, b]}, {key: x, operator: NotIn, values: [a]}]}\n",
			  DENY),
	       "default/ x=b");
	expect(NAMESPACED("a",
			  "  podSelector: {matchExpressions: [{key: x, operator: "
			  "Exists}, {key: x, operator: DoesNotExist}]}\n",
			  DENY),
	       "");
	expect(NAMESPACED("a", "  podSelector: {matchLabels: {x: a}}\n", DENY)
		       NAMESPACED("b", "  podSelector: {matchLabels: {x: b}}\n", DENY),
	       "");
	expect(NAMESPACED("a", "  podSelector: {matchLabels: {x: a}}\n", DENY)
		       NAMESPACED("b", "  podSelector: {matchLabels: {z: b}}\n", DENY),
	       "default/ x=a z=b");
}

Test(satisfy, namespaces)
{
	expect(CLUSTER("a",
		       "  podSelector: {}\n  namespaceSelector: {matchLabels: {team: "
		       "t}}\n",
		       DENY),
	       "default/ team=t");
	expect(CLUSTER("a",
		       "  podSelector: {}\n  namespaceSelector: {matchLabels: "
		       "{kubernetes.io/metadata.name: kube-system}}\n",
		       DENY),
	       "kube-system/");
	expect(CLUSTER("a",
		       "  podSelector: {}\n  namespaceSelector: {matchExpressions: "
		       "[{key: kubernetes.io/metadata.name, operator: NotIn, values: "
		       "[default]}]}\n",
		       DENY),
	       "any/");
	expect(NAMESPACED("a, namespace: x", "  podSelector: {}\n", DENY)
		       NAMESPACED("b, namespace: z", "  podSelector: {}\n", DENY),
	       "");
}

Test(satisfy, containers)
{
	expect(NAMESPACED("a", "  podSelector: {}\n  containers: [\"init-*\"]\n", DENY),
	       "default/init-x");
	expect(NAMESPACED("a", "  podSelector: {}\n  containers: [web, app]\n", DENY)
		       NAMESPACED("b", "  podSelector: {}\n  containers: [app]\n", DENY),
	       "default/app");
	expect(NAMESPACED("a", "  podSelector: {}\n  containers: [web]\n", DENY)
		       NAMESPACED("b", "  podSelector: {}\n  containers: [app]\n", DENY),
	       "");
}

static size_t count(const char *old, const char *new)
{
	struct parsed parsed[] = {parse(old), parse(new)};
	const struct policy_list lists[] = {parsed[0].policies, parsed[1].policies};
	_cleanup_(selections_clear) struct selections selections = {0};
	size_t n;

	for (size_t i = 0; i < 2; i++)
		cr_assert_eq(parsed[i].result, 0, "%s", parsed[i].said);
	cr_assert_eq(selections_of(lists, &selections), 0);
	n = selections.n;
	for (size_t i = 0; i < 2; i++)
		parsed_clear(&parsed[i]);
	return n;
}

#define WEB  "  podSelector: {matchLabels: {app: web}}\n"
#define TIER "  podSelector: {matchLabels: {tier: front}}\n"

Test(selections, what_does_not_change_is_not_compared)
{
	static const char one[] = NAMESPACED("a", WEB, DENY),
			  two[] = NAMESPACED("b", TIER, DENY);
	_cleanup_(freep) char *both = NULL;

	cr_assert_gt(asprintf(&both, "%s%s", one, two), 0);
	cr_expect_eq(count(one, one), 0);
	cr_expect_eq(count(both, both), 0);
	/* For tier=front alone, and for both labels. */
	cr_expect_eq(count(one, both), 2);
}

Test(selections, a_changed_label_is_two_containers)
{
	cr_expect_eq(count(NAMESPACED("a", WEB, DENY), NAMESPACED("a", TIER, DENY)), 2);
}

#define UNIT(name) "  unitSelector: {names: [" name "]}\n"

Test(selections, units_and_cgroups_of_the_host)
{
	cr_expect_eq(count("", CLUSTER("a", UNIT("web.service"), DENY)), 1);
	cr_expect_eq(count("", CLUSTER("a", UNIT("web*.service"), DENY)), 1);
	cr_expect_eq(count("", CLUSTER("a", "  cgroups: [/batch/**]\n", DENY)), 1);
	cr_expect_eq(count(CLUSTER("a", UNIT("a.service"), DENY),
			   CLUSTER("a", UNIT("b.service"), DENY)),
		     2);
	/* A pod and a unit for which the same changes are one difference. */
	cr_expect_eq(count("", CLUSTER("a", WEB UNIT("web.service"), DENY)), 1);
}

Test(selections, an_allow_rule_is_compared_beside_the_default_it_is_for)
{
	static const char default_deny[] = "---\napiVersion: lsmd.io/v1alpha1\nkind: "
					   "LsmPolicy\nmetadata: {name: d}\n"
					   "spec:\n" TIER "  exec: {default: deny}\n";
	_cleanup_(freep) char *old = NULL, *new = NULL;

	cr_assert_gt(asprintf(&old, "%s%s", default_deny, NAMESPACED("a", WEB, ALLOW)),
		     0);
	cr_assert_gt(asprintf(&new, "%s%s", default_deny,
			      NAMESPACED("a", WEB, "{action: allow, paths: [/b]}")),
		     0);
	cr_expect_eq(count(old, new), 2);
}
