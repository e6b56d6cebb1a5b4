// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

/* `lsmctl import --from-falco`, over files. What is read of them is tests/unit/import's.
 */

TestSuite(ctl_import_falco, .init = start_server, .fini = stop_server, .timeout = 60);

#define RULE(name, more)                                                                 \
	"- {rule: " name ", desc: d, condition: c, output: o, priority: NOTICE" more "}" \
	"\n"
#define POLICY                                                                           \
	"apiVersion: lsmd.io/v1alpha1\nkind: ClusterLsmPolicy\n"                         \
	"metadata: {name: no-packets, annotations: {lsmd.io/prevents: Packets, "         \
	"lsmd.io/how: \"exact\"}}\n"                                                     \
	"spec: {sockets: {rules: [{action: deny, families: [packet]}]}}\n"

/* Ask about rules files (@second: NULL for none) with POLICY. Return: the exit status. */
static int ask(const char *first, const char *second, const char *output)
{
	const char *policy = write_text("policy.yaml", POLICY);
	const char *one = write_text("1.yaml", first);
	const char *two = write_text("2.yaml", second ? second : "[]\n");

	setenv(SOCKET_ENVIRONMENT, "/nowhere", 1);
	if (output)
		run("import", "--from-falco", "--policies", policy, "-o", output, one,
		    two);
	else
		run("import", "--from-falco", "--policies", policy, one, two);
	return lsmctl.code;
}

Test(ctl_import_falco, all_prevented_is_0_and_needs_no_lsmd)
{
	cr_expect_eq(ask(RULE("Packets", ""), NULL, NULL), 0, "%s", lsmctl.err);
	cr_expect_str_eq(lsmctl.err, "");
	cr_expect_str_eq(lsmctl.out, "RULE     PRIORITY  POLICY      STATE     HOW\n"
				     "Packets  notice    no-packets  enforced  exact\n"
				     "\nprevented: 1, open: 0\n");
}

Test(ctl_import_falco, a_rule_without_a_policy_is_1)
{
	cr_expect_eq(ask(RULE("Packets", "") RULE("Ptrace", ""), NULL, NULL), 1);
	cr_expect(!!strstr(lsmctl.out,
			   "Ptrace   notice    -           -         no policy\n"),
		  "%s", lsmctl.out);
	cr_expect(!!strstr(lsmctl.out, "\nprevented: 1, open: 1\n"), "%s", lsmctl.out);
}

Test(ctl_import_falco, a_rule_that_is_off_is_not_open)
{
	cr_expect_eq(ask(RULE("Ptrace", ""), "- {rule: Ptrace, enabled: false}\n", NULL),
		     0);
	cr_expect(!!strstr(lsmctl.out, "disabled; no policy\n"), "%s", lsmctl.out);
}

Test(ctl_import_falco, what_changes_a_rule_is_told_with_its_place)
{
	_cleanup_(freep) char *told = NULL;

	cr_expect_eq(ask(RULE("Packets", ""),
			 "- {rule: Packets, append: true, condition: and not x}\n", NULL),
		     0);
	cr_assert(asprintf(&told, "exact; %s/2.yaml:1 changes what it detects: compare\n",
			   server.directory) > 0);
	cr_expect(!!strstr(lsmctl.out, told), "%s", lsmctl.out);
}

Test(ctl_import_falco, rules_about_other_events_have_no_policy)
{
	cr_expect_eq(ask(RULE("Login", ", source: okta"), NULL, NULL), 1);
	cr_expect(!!strstr(lsmctl.out,
			   "no policy: its events are of okta, not of a container\n"),
		  "%s", lsmctl.out);
}

Test(ctl_import_falco, json_has_all_of_it)
{
	json_t *json, *rule, *policy;

	cr_expect_eq(ask(RULE("Packets", ""), NULL, "json"), 0);
	json = json_loads(lsmctl.out, 0, NULL);
	rule = json_array_get(json_object_get(json, "rules"), 0);
	policy = json_object_get(rule, "policy");
	cr_expect_str_eq(json_string_value(json_object_get(rule, "rule")), "Packets");
	cr_expect_str_eq(json_string_value(json_object_get(rule, "priority")), "notice");
	cr_expect_str_eq(json_string_value(json_object_get(policy, "name")),
			 "no-packets");
	cr_expect_str_eq(json_string_value(json_object_get(policy, "how")), "exact");
	cr_expect_eq(json_integer_value(json_object_get(json, "prevented")), 1);
	json_decref(json);
}

Test(ctl_import_falco, wrong_input_and_usage_are_2)
{
	cr_expect_eq(ask("kind: KubeArmorPolicy\n", NULL, NULL), 2);
	cr_expect(!!strstr(lsmctl.err, "a rules file of Falco is a list"), "%s",
		  lsmctl.err);
	cr_expect_eq(ask(RULE("Packets", ""), NULL, "yaml"), 2);
	cr_expect_eq(run("import", "--from-falco", "/nowhere/rules.yaml"), 2);
	cr_expect_eq(run("import", "--from-falco"), 2);
	cr_expect_eq(run("import", "--policies", "/nowhere", "-"), 2);
	cr_expect_eq(run("import", "--from-falco", "--partial", "-"), 2);
}
