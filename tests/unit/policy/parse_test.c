// SPDX-License-Identifier: Apache-2.0
/* What a text without errors becomes. */
#include <errno.h>

#include "parsed.h"
#include "policy/array.h"
#include "util/cleanup.h"

static const char whole[] =
	"apiVersion: lsmd.io/v1alpha1\n"
	"kind: LsmPolicy\n"
	"metadata: {name: web, namespace: shop, labels: {a: b}, annotations: {c: d}}\n"
	"spec:\n"
	"  description: The web tier.\n"
	"  podSelector:\n"
	"    matchLabels: {app: web}\n"
	"    matchExpressions: [{key: tier, operator: In, values: [front, edge]}]\n"
	"  nodeSelector: {matchExpressions: [{key: gpu, operator: DoesNotExist}]}\n"
	"  containers: [web, init-*]\n"
	"  mode: audit\n"
	"  severity: 3\n"
	"  tags: [pci, web]\n"
	"  message: ask the web team\n"
	"  exec:\n"
	"    default: deny\n"
	"    rules:\n"
	"    - {name: no-shells, action: kill, paths: [/bin/sh, '/usr/bin/nc*'], except: "
	"[/usr/bin/nc.x],\n"
	"       severity: 9, tags: [shell, pci], message: no shells, errno: 2}\n"
	"    - {action: allow, paths: [/**]}\n"
	"  file:\n"
	"    rules:\n"
	"    - {name: secrets, action: deny, access: [write], paths: [/etc/shadow]}\n"
	"    - {name: logs, action: audit, paths: [/var/log/**]}\n"
	"  sockets:\n"
	"    default: allow\n"
	"    rules:\n"
	"    - {name: raw, action: deny, types: [raw, 10], families: [unix, INET, 40]}\n"
	"    - {name: ip, action: deny, families: {not: [unix, local, inet, inet6, "
	"netlink]}}\n"
	"    - {name: tcp, action: audit, protocols: [tcp, 17]}\n"
	"  network:\n"
	"    default: {connect: deny}\n"
	"    rules:\n"
	"    - name: c2\n"
	"      action: deny\n"
	"      direction: connect\n"
	"      to: [0.0.0.0/0, '::/0', 192.0.2.1, '2001:db8::1', '::ffff:10.0.0.0/104']\n"
	"      except: [10.0.0.0/8]\n"
	"      ports: [4444, 6660-6669, '22', 6665-6670, 23]\n"
	"      protocols: [tcp, udp]\n";

Test(parse, reads_a_policy_s_own_fields)
{
	_cleanup_(parsed_clear) struct parsed parsed = parse(whole);
	const struct policy *policy = only_policy(&parsed);
	const struct label_selector *pods = &policy->pod_selector;

	cr_assert_str_eq(parsed.said, "");
	cr_assert_eq(policy->kind, POLICY_NAMESPACED);
	cr_assert_str_eq(policy->name, "web");
	cr_assert_str_eq(policy->name_space, "shop");
	cr_assert_str_eq(policy->description, "The web tier.");
	cr_assert_str_eq(policy->source, "t");
	cr_assert_eq(policy->line, 1);
	cr_assert(policy->audit_mode);
	cr_assert_eq(policy->severity, 3);
	cr_assert_eq(policy->enforcement, ENFORCED);
	cr_assert_eq(policy->n_containers, 2);
	cr_assert_str_eq(policy->containers[1], "init-*");
	cr_assert(pods->present);
	cr_assert_eq(pods->n_requirements, 2);
	cr_assert_eq(pods->requirements[0].op, SELECTOR_IN);
	cr_assert_str_eq(pods->requirements[0].values[0], "web");
	cr_assert_str_eq(pods->requirements[1].key, "tier");
	cr_assert_eq(pods->requirements[1].n_values, 2);
	cr_assert_eq(policy->node_selector.requirements[0].op, SELECTOR_DOES_NOT_EXIST);
	cr_assert_not(policy->namespace_selector.present);
}

Test(parse, reads_exec)
{
	_cleanup_(parsed_clear) struct parsed parsed = parse(whole);
	const struct policy_section *exec = &only_policy(&parsed)->sections[SECTION_EXEC];
	const struct policy_rule *rule = &exec->rules[0];

	cr_assert(exec->present);
	cr_assert(exec->default_deny);
	cr_assert_eq(exec->n_rules, 2);
	cr_assert_str_eq(rule->name, "no-shells");
	cr_assert_eq(rule->line, 18);
	cr_assert_eq(rule->action, ACTION_KILL);
	cr_assert_eq(rule->section, SECTION_EXEC);
	cr_assert_eq(rule->access, ACCESS_EXEC);
	cr_assert_eq(rule->n_paths, 2);
	cr_assert_str_eq(rule->paths[1], "/usr/bin/nc*");
	cr_assert_str_eq(rule->except[0], "/usr/bin/nc.x");
	cr_assert_eq(rule->error, ENOENT);
	cr_assert_eq(exec->rules[1].error, EPERM);
	cr_assert_str_eq(exec->rules[1].name, "rule-1");
	cr_assert_eq(exec->rules[1].number, 1);
}

Test(parse, reads_what_a_policy_prevents_and_no_other_annotation)
{
	_cleanup_(parsed_clear) struct parsed parsed = parse(
		"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\n"
		"metadata: {name: a, annotations: {lsmd.io/prevents: Some rule, "
		"lsmd.io/how: exact, x: [1]}}\n"
		"spec: {exec: {default: deny}}\n"
		"---\napiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\n"
		"metadata: {name: b, annotations: }\nspec: {exec: {default: deny}}\n");

	cr_assert_eq(parsed.policies.n, 2, "%s", parsed.said);
	cr_expect_str_eq(parsed.policies.items[0]->prevents, "Some rule");
	cr_expect_str_eq(parsed.policies.items[0]->how, "exact");
	cr_expect_null(parsed.policies.items[1]->prevents);
	cr_expect_null(parsed.policies.items[1]->how);
}

Test(parse, gives_rules_what_the_spec_says_of_all)
{
	_cleanup_(parsed_clear) struct parsed parsed = parse(whole);
	const struct policy_rule *rules =
		only_policy(&parsed)->sections[SECTION_EXEC].rules;

	cr_assert_eq(rules[0].severity, 9);
	cr_assert_str_eq(rules[0].message, "no shells");
	cr_assert_eq(rules[0].n_tags, 3);
	cr_assert_str_eq(rules[0].tags[0], "pci");
	cr_assert_str_eq(rules[0].tags[1], "web");
	cr_assert_str_eq(rules[0].tags[2], "shell");
	cr_assert_eq(rules[1].severity, 3);
	cr_assert_str_eq(rules[1].message, "ask the web team");
	cr_assert_eq(rules[1].n_tags, 2);
}

Test(parse, reads_file)
{
	_cleanup_(parsed_clear) struct parsed parsed = parse(whole);
	const struct policy_section *file = &only_policy(&parsed)->sections[SECTION_FILE];

	cr_assert_not(file->default_deny);
	cr_assert_eq(file->rules[0].access, ACCESS_WRITE);
	cr_assert_eq(file->rules[0].error, EACCES);
	cr_assert_eq(file->rules[1].access, ACCESS_READ | ACCESS_WRITE);
	cr_assert_eq(file->rules[1].action, ACTION_AUDIT);
}

static void assert_ranges(const struct number_set *set, const struct number_range *ranges,
			  size_t n)
{
	cr_assert_not(set->any);
	cr_assert_eq(set->n_ranges, n);
	for (size_t i = 0; i < n; i++) {
		cr_assert_eq(set->ranges[i].first, ranges[i].first);
		cr_assert_eq(set->ranges[i].last, ranges[i].last);
	}
}

Test(parse, reads_sockets_by_name_and_number)
{
	_cleanup_(parsed_clear) struct parsed parsed = parse(whole);
	const struct policy_rule *rules =
		only_policy(&parsed)->sections[SECTION_SOCKETS].rules;

	assert_ranges(&rules[0].types, (struct number_range[]){{3, 3}, {10, 10}}, 2);
	assert_ranges(&rules[0].families, (struct number_range[]){{1, 2}, {40, 40}}, 2);
	cr_assert(rules[0].protocols.any);
	cr_assert_not(rules[0].families.negate);
	assert_ranges(&rules[1].families,
		      (struct number_range[]){{1, 2}, {10, 10}, {16, 16}}, 3);
	cr_assert(rules[1].families.negate);
	assert_ranges(&rules[2].protocols,
		      (struct number_range[]){{6, 6}, {17, 17}, {256, 256}, {262, 262}},
		      4);
}

Test(parse, reads_network)
{
	static const uint8_t ten[16] = {10}, test[16] = {192, 0, 2, 1};
	_cleanup_(parsed_clear) struct parsed parsed = parse(whole);
	const struct policy_section *network =
		&only_policy(&parsed)->sections[SECTION_NETWORK];
	const struct policy_rule *rule = &network->rules[0];

	cr_assert(network->default_deny);
	cr_assert_eq(rule->n_to, 5);
	cr_assert(rule->to[0].is_v4);
	cr_assert_eq(rule->to[0].length, 0);
	cr_assert_not(rule->to[1].is_v4);
	cr_assert_eq(rule->to[1].length, 0);
	cr_assert_eq(rule->to[2].length, 32);
	cr_assert_arr_eq(rule->to[2].address, test, sizeof(test));
	cr_assert_eq(rule->to[3].length, 128);
	cr_assert(rule->to[4].is_v4, "a v4-mapped prefix is IPv4");
	cr_assert_eq(rule->to[4].length, 8);
	cr_assert_arr_eq(rule->to[4].address, ten, sizeof(ten));
	cr_assert_eq(rule->n_not_to, 1);
	assert_ranges(&rule->ports,
		      (struct number_range[]){{22, 23}, {4444, 4444}, {6660, 6670}}, 3);
	assert_ranges(&rule->protocols,
		      (struct number_range[]){{6, 6}, {17, 17}, {256, 256}, {262, 262}},
		      4);
}

Test(parse, reads_a_cluster_policy)
{
	_cleanup_(parsed_clear) struct parsed parsed =
		parse("{apiVersion: lsmd.io/v1alpha1, kind: ClusterLsmPolicy, metadata: "
		      "{name: all.nodes},\n"
		      " spec: {namespaceSelector: {matchLabels: {a: b}}, exec: {default: "
		      "deny}}}\n");
	const struct policy *policy = only_policy(&parsed);

	cr_assert_eq(policy->kind, POLICY_CLUSTER);
	cr_assert_str_eq(policy->name_space, "");
	cr_assert_eq(policy->namespace_selector.n_requirements, 1);
}

Test(parse, the_namespace_is_default_where_none_is_said)
{
	_cleanup_(parsed_clear) struct parsed parsed =
		parse_spec("  exec: {default: deny}\n");

	cr_assert_str_eq(only_policy(&parsed)->name_space, "default");
}

Test(parse, reads_several_documents_and_lists_in_reason_order)
{
	_cleanup_(parsed_clear) struct parsed parsed = parse(
		"---\n"
		"apiVersion: lsmd.io/v1alpha1\n"
		"kind: LsmPolicy\n"
		"metadata: {name: z, namespace: a}\n"
		"spec: &spec {exec: {default: deny}}\n"
		"---\n"
		"apiVersion: v1\n"
		"kind: List\n"
		"items:\n"
		"- {apiVersion: lsmd.io/v1alpha1, kind: LsmPolicy,\n"
		"   metadata: {name: a, namespace: b}, spec: {file: {default: deny}}}\n"
		"- {apiVersion: lsmd.io/v1alpha1, kind: ClusterLsmPolicy,\n"
		"   metadata: {name: m}, spec: {file: {default: deny}}, status: {x: y}}\n"
		"---\n");

	cr_assert_eq(parsed.result, 0, "%s", parsed.said);
	cr_assert_eq(parsed.policies.n, 3);
	cr_assert_str_eq(parsed.policies.items[0]->name, "m");
	cr_assert_str_eq(parsed.policies.items[1]->name, "z");
	cr_assert_str_eq(parsed.policies.items[2]->name, "a");
	cr_assert_eq(parsed.policies.items[2]->line, 10);
}

Test(parse, reads_what_the_api_server_answers)
{
	_cleanup_(parsed_clear) struct parsed parsed =
		parse("{\"kind\":\"LsmPolicyList\",\"apiVersion\":\"lsmd.io/"
		      "v1alpha1\",\"metadata\":"
		      "{\"resourceVersion\":\"7\"},\"items\":[{\"apiVersion\":\"lsmd.io/"
		      "v1alpha1\","
		      "\"kind\":\"LsmPolicy\",\"metadata\":{\"creationTimestamp\":null,"
		      "\"generation\":1,"
		      "\"managedFields\":[{\"f:spec\":{}}],\"name\":\"web\","
		      "\"namespace\":\"shop\","
		      "\"resourceVersion\":\"5\",\"uid\":\"1-2\"},\"spec\":{\"exec\":{"
		      "\"default\":\"deny\"},"
		      "\"message\":\"\\ud83d\\ude00\"}}]}");

	cr_assert_str_eq(only_policy(&parsed)->name_space, "shop");
}

Test(parse, anchors_and_merge_keys_work)
{
	_cleanup_(parsed_clear) struct parsed parsed =
		parse_spec("  exec:\n"
			   "    rules:\n"
			   "    - &base {name: a, action: deny, paths: &p [/a]}\n"
			   "    - {<<: *base, name: b, action: kill, except: [/b]}\n"
			   "  file: {rules: [{action: deny, paths: *p}]}\n");
	const struct policy *policy = only_policy(&parsed);

	cr_assert_str_eq(policy->sections[SECTION_EXEC].rules[1].paths[0], "/a");
	cr_assert_eq(policy->sections[SECTION_EXEC].rules[1].action, ACTION_KILL);
	cr_assert_str_eq(policy->sections[SECTION_FILE].rules[0].paths[0], "/a");
}

Test(parse, a_text_without_policies_is_a_warning)
{
	_cleanup_(parsed_clear) struct parsed parsed = parse("# later\n");

	cr_assert_eq(parsed.result, 0);
	cr_assert_eq(parsed.policies.n, 0);
	cr_assert_str_eq(
		parsed.said,
		"t: warning: there is no policy in it; write one, or remove it\n");
}

Test(parse, an_error_changes_nothing_for_the_caller)
{
	struct policy *mark = (struct policy *)&mark;
	struct diagnostics diagnostics = {0};
	struct policy_list policies = {&mark, 7};
	const char text[] = POLICY_HEAD "  exec: {default: deny}\n---\nkind: x\n";

	cr_assert_eq(policy_parse(text, strlen(text), "t", &diagnostics, &policies),
		     -EINVAL);
	cr_assert_eq(policies.items, &mark);
	cr_assert_eq(policies.n, 7);
	diagnostics_clear(&diagnostics);
}

Test(parse, policies_are_shared_by_reference)
{
	_cleanup_(parsed_clear) struct parsed parsed =
		parse_spec("  exec: {default: deny}\n");
	struct policy *policy = policy_ref(parsed.policies.items[0]);

	policy_list_clear(&parsed.policies);
	cr_assert_str_eq(policy->name, "web");
	cr_assert_null(policy_unref(policy));
	cr_assert_null(policy_unref(NULL));
}
