// SPDX-License-Identifier: Apache-2.0
/* Rules and policies that others make pointless, and policies that are there twice. */
#include <errno.h>

#include "parsed.h"
#include "util/cleanup.h"

/* Two rules of one section, and which of them is pointless: 0, 1, or none (-1). */
static const struct {
	const char *section, *first, *second;
	int pointless;
} pairs[] = {
	{"exec", "action: deny, paths: [/a/b]", "action: deny, paths: [/a/**]", 0},
	{"exec", "action: deny, paths: [/a/**]", "action: deny, paths: [/a/b, '/a/c/*']",
	 1},
	{"exec", "action: deny, paths: [/a]", "action: deny, paths: [/a]", 1},
	{"exec", "action: deny, paths: [/a]", "action: deny, paths: [/a, /b]", 0},
	{"exec", "action: deny, paths: [/a]", "action: kill, paths: [/a]", 0},
	{"exec", "action: kill, paths: [/a]", "action: deny, paths: [/a, /b]", -1},
	{"exec", "action: allow, paths: [/a/b]", "action: deny, paths: [/a/**]", 0},
	{"exec", "action: deny, paths: [/a/**]", "action: audit, paths: [/a/b]", -1},
	{"exec", "action: audit, paths: [/a/b]", "action: audit, paths: [/**]", 0},
	{"exec", "action: deny, paths: [/a/**], except: [/a/b]",
	 "action: deny, paths: [/a/b]", -1},
	{"exec", "action: deny, paths: [/a/b]", "action: deny, paths: ['/a/*']", -1},
	{"exec", "action: deny, paths: [/ab]", "action: deny, paths: [/a/**]", -1},
	{"exec", "action: deny, paths: [/a], fileless: true", "action: deny, paths: [/a]",
	 0},
	{"exec", "action: deny, fileless: true", "action: deny, paths: [/a]", -1},
	{"exec", "action: deny, fileless: true, stdio: socket",
	 "action: deny, fileless: true", 0},
	{"exec", "action: deny, drifted: true", "action: deny, fileless: true", -1},
	{"file", "action: audit, paths: [/a], from: {not: [/x, /y]}",
	 "action: audit, paths: [/a], from: {not: [/y, /x]}", 1},
	{"file", "action: audit, paths: [/a], from: {not: [/x]}",
	 "action: audit, paths: [/a], from: [/x]", -1},
	{"file", "action: audit, paths: [/a], from: [/x]", "action: audit, paths: [/a]",
	 0},
	{"file", "action: audit, owner: other", "action: audit, owner: self", -1},
	{"file", "action: deny, access: [read], paths: [/a]", "action: deny, paths: [/a]",
	 0},
	{"file", "action: deny, access: [read], paths: [/a]",
	 "action: deny, access: [write], paths: [/a]", -1},
	{"sockets", "action: deny, types: [raw]", "action: deny, types: [raw, 2]", 0},
	{"sockets", "action: deny, types: [raw], families: [inet]",
	 "action: deny, types: [raw]", 0},
	{"sockets", "action: deny, families: {not: [unix]}",
	 "action: deny, families: [inet]", -1},
	{"network", "action: deny, to: [10.1.0.0/16], ports: [5-7]",
	 "action: deny, to: [10.0.0.0/8], ports: [1-9]", 0},
	{"network", "action: deny, to: [10.1.0.0/16]", "action: deny, to: ['::/0']", -1},
	{"network", "action: deny, to: [10.1.0.0/16]", "action: deny, ports: [1]", -1},
	{"network", "action: deny, ports: [1]", "action: deny, to: [0.0.0.0/0, '::/0']",
	 -1},
};

Test(check, finds_rules_that_another_makes_pointless)
{
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		_cleanup_(parsed_clear) struct parsed parsed = {0};
		char spec[400], expected[64] = "";

		snprintf(spec, sizeof(spec),
			 "  %s:\n    rules:\n    - {%s}\n    - {%s}\n", pairs[i].section,
			 pairs[i].first, pairs[i].second);
		if (pairs[i].pointless >= 0)
			snprintf(expected, sizeof(expected),
				 "\"rule-%d\" of %s is pointless", pairs[i].pointless,
				 pairs[i].section);
		parsed = parse_spec(spec);
		cr_expect_eq(parsed.result, 0, "%s%s", spec, parsed.said);
		if (*expected)
			cr_expect(strstr(parsed.said, expected), "%s%s", spec,
				  parsed.said);
		cr_expect_eq(!!strstr(parsed.said, "pointless"), pairs[i].pointless >= 0,
			     "%s%s", spec, parsed.said);
	}
}

Test(check, says_which_rule_decides_instead)
{
	_cleanup_(parsed_clear) struct parsed parsed = parse_spec(
		"  exec:\n    rules:\n    - {name: a, action: deny, paths: [/a/b]}\n"
		"    - {name: b, action: kill, paths: [/a/**]}\n");

	cr_assert_str_eq(
		parsed.said,
		"t:7:1: warning: rule \"a\" of exec is pointless, \"b\" (line 8) decides "
		"whatever it matches; drop one of them\n");
}

static char *check(const struct policy_list *policies, int expected)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};

	cr_assert_eq(policy_check(policies, &diagnostics), expected);
	return said(&diagnostics);
}

#define POLICY(kind, metadata, spec)                                                     \
	"---\napiVersion: lsmd.io/v1alpha1\nkind: " kind "\nmetadata: {" metadata "}\n"  \
	"spec: {" spec "}\n"
#define ALLOWS "exec: {rules: [{action: allow, paths: [/a]}]}"
#define DENIES "exec: {default: deny}"

Test(check, an_allow_rule_needs_a_default_in_its_tier)
{
	static const struct {
		const char *text;
		bool pointless;
	} cases[] = {
		{POLICY("LsmPolicy", "name: a", ALLOWS), true},
		{POLICY("LsmPolicy", "name: a", ALLOWS)
			 POLICY("LsmPolicy", "name: b", DENIES),
		 false},
		{POLICY("LsmPolicy", "name: a", ALLOWS)
			 POLICY("LsmPolicy", "name: b, namespace: x", DENIES),
		 true},
		{POLICY("LsmPolicy", "name: a", ALLOWS)
			 POLICY("ClusterLsmPolicy", "name: b", DENIES),
		 true},
		{POLICY("LsmPolicy", "name: a", ALLOWS)
			 POLICY("LsmPolicy", "name: b", DENIES ", mode: audit"),
		 true},
		{POLICY("LsmPolicy", "name: a", "mode: audit, " ALLOWS)
			 POLICY("LsmPolicy", "name: b", DENIES),
		 true},
		{POLICY("LsmPolicy", "name: a",
			"mode: audit, exec: {default: deny, rules: [{action: allow, "
			"paths: [/a]}]}"),
		 false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(parsed_clear) struct parsed parsed = parse(cases[i].text);
		_cleanup_(freep) char *messages = NULL;

		cr_assert_eq(parsed.result, 0, "%s", parsed.said);
		messages = check(&parsed.policies, 0);
		cr_expect_eq(!!strstr(messages, "\"rule-0\" of exec is pointless"),
			     cases[i].pointless, "%s%s", cases[i].text, messages);
	}
}

Test(check, two_policies_of_one_name_are_an_error)
{
	_cleanup_(parsed_clear) struct parsed a =
		parse(POLICY("LsmPolicy", "name: a", DENIES));
	_cleanup_(parsed_clear) struct parsed b =
		parse(POLICY("LsmPolicy", "name: a", DENIES));
	_cleanup_(parsed_clear) struct parsed c =
		parse(POLICY("ClusterLsmPolicy", "name: a", DENIES));
	struct policy *items[] = {a.policies.items[0], c.policies.items[0],
				  b.policies.items[0]};
	const struct policy_list twice = {items, 3}, once = {items, 2};
	_cleanup_(freep) char *messages = check(&twice, -EINVAL);
	_cleanup_(freep) char *nothing = check(&once, 0);

	cr_assert_str_eq(
		messages,
		"t:2:1: error: LsmPolicy \"default/a\" is there already, at t:2; "
		"give each a name of its own, or drop one\n");
	cr_assert_str_eq(nothing, "");
}
