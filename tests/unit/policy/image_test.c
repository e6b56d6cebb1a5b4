/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of POLICY.md, Decision, each with its counterexample; and what an image
 * holds. */

#include "compiled.h"

#define EXEC(event) verdict_of(&compiled, exec(event))

Test(image, nothing_that_matters_is_no_image)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  exec: {rules: [{action: allow, paths: [/bin/sh]}]}\n"));

	cr_assert_null(compiled.image);
}

Test(image, deny_denies_what_it_names_alone)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(
		NAMESPACED("a", ANY "  exec: {rules: [{name: no-shells, action: deny, "
				    "paths: [/bin/sh, \"/usr/bin/nc*\"]}]}\n"));
	struct eval_result result = decide(&compiled, exec("/bin/sh"));

	cr_assert_eq(result.decision.verdict, VERDICT_DENY);
	cr_assert_eq(result.decision.error, EPERM);
	cr_assert_str_eq(rule_name(&compiled, result.decision.rule), "no-shells");
	cr_assert_eq(EXEC("/usr/bin/ncat"), VERDICT_DENY);
	cr_assert_eq(EXEC("/bin/bash"), VERDICT_ALLOW);
	cr_assert_eq(verdict_of(&compiled, open_as("/bin/sh", ACCESS_READ)),
		     VERDICT_ALLOW);
}

Test(image, kill_is_before_deny_before_allow_before_default_in_any_order)
{
	static const char *const rules[] = {"{action: allow, paths: [\"/a/**\"]}",
					    "{action: deny, paths: [\"/a/b/**\"]}",
					    "{action: kill, paths: [/a/b/c]}"};
	static const unsigned orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		_cleanup_(compiled_clear) struct compiled compiled = {0};
		char text[1024];

		snprintf(text, sizeof(text),
			 NAMESPACED("a",
				    ANY "  exec: {default: deny, rules: [%s, %s, %s]}\n"),
			 rules[orders[i][0]], rules[orders[i][1]], rules[orders[i][2]]);
		compiled = compile(text);
		cr_assert_eq(EXEC("/a/b/c"), VERDICT_KILL);
		cr_assert_eq(EXEC("/a/b/d"), VERDICT_DENY);
		cr_assert_eq(EXEC("/a/c"), VERDICT_ALLOW);
		cr_assert_eq(EXEC("/b"), VERDICT_DENY);
	}
}

Test(image, audit_of_everything_weakens_no_default)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY
		"  exec: {default: deny, rules: [{action: audit, paths: [\"/**\"]}]}\n"));
	struct eval_result result = decide(&compiled, exec("/bin/sh"));

	cr_assert_eq(result.decision.verdict, VERDICT_DENY);
	cr_assert_eq(result.n_audits, 1);
	cr_assert_eq(result.audits[0].verdict, VERDICT_AUDIT);
}

Test(image, audit_alone_never_denies)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  exec: {rules: [{action: audit, paths: [/bin/sh]}]}\n"));
	struct eval_result result = decide(&compiled, exec("/bin/sh"));

	cr_assert_eq(result.decision.verdict, VERDICT_ALLOW);
	cr_assert_eq(result.n_audits, 1);
	cr_assert_eq(decide(&compiled, exec("/bin/ls")).n_audits, 0);
}

Test(image, tenant_cannot_loosen_what_the_cluster_denies)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(
		CLUSTER("c", ANY "  exec: {rules: [{action: deny, paths: [/bin/sh]}]}\n")
			NAMESPACED("t", ANY "  exec: {default: deny, rules: [{action: "
					    "allow, paths: [\"/**\"]}]}\n"));

	cr_assert_eq(EXEC("/bin/sh"), VERDICT_DENY);
	cr_assert_eq(EXEC("/bin/ls"), VERDICT_ALLOW);
}

Test(image, tenant_cannot_allow_under_the_clusters_default)
{
	_cleanup_(compiled_clear) struct compiled compiled =
		compile(CLUSTER("c", ANY "  exec: {default: deny, rules: [{action: "
					 "allow, paths: [/app]}]}\n")
				NAMESPACED("t", ANY "  exec: {rules: [{action: allow, "
						    "paths: [\"/**\"]}]}\n"));

	cr_assert_eq(EXEC("/app"), VERDICT_ALLOW);
	cr_assert_eq(EXEC("/bin/sh"), VERDICT_DENY);
}

Test(image, tenant_can_tighten)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(
		CLUSTER("c", ANY "  exec: {default: deny, rules: [{action: "
				 "allow, paths: [\"/bin/*\"]}]}\n")
			NAMESPACED(
				"t", ANY
				"  exec: {rules: [{action: kill, paths: [/bin/sh]}]}\n"));

	cr_assert_eq(EXEC("/bin/sh"), VERDICT_KILL);
	cr_assert_eq(EXEC("/bin/ls"), VERDICT_ALLOW);
}

Test(image, allows_add_up_within_a_tier)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(
		NAMESPACED("a", ANY "  exec: {default: deny, rules: [{action: "
				    "allow, paths: [/a]}]}\n")
			NAMESPACED("b", ANY
				   "  exec: {rules: [{action: allow, paths: [/b]}]}\n"));

	cr_assert_eq(EXEC("/a"), VERDICT_ALLOW);
	cr_assert_eq(EXEC("/b"), VERDICT_ALLOW);
	cr_assert_eq(EXEC("/c"), VERDICT_DENY);
}

Test(image, policy_in_audit_mode_is_decided_as_if_alone)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(
		NAMESPACED("a", AUDIT "  exec: {default: deny, rules: [{action: allow, "
				      "paths: [/a]}, {action: kill, paths: [/k]}]}\n")
			NAMESPACED("b", ANY "  exec: {default: deny, rules: [{action: "
					    "allow, paths: [\"/**\"]}]}\n"));
	struct eval_result result;

	/* The other's allow does not spare its report, nor its allow the other's denial.
	 */
	result = decide(&compiled, exec("/b"));
	cr_assert_eq(result.decision.verdict, VERDICT_ALLOW);
	cr_assert_eq(result.n_audits, 1);
	cr_assert_eq(result.audits[0].verdict, VERDICT_DENY);
	result = decide(&compiled, exec("/k"));
	cr_assert_eq(result.decision.verdict, VERDICT_ALLOW);
	cr_assert_eq(result.audits[0].verdict, VERDICT_KILL);
	cr_assert_eq(decide(&compiled, exec("/a")).n_audits, 0);
}

Test(image, reason_is_the_first_by_policy_and_rule)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(
		NAMESPACED(
			"b", ANY
			"  exec: {rules: [{name: b0, action: deny, paths: [/a, /b]}]}\n")
			NAMESPACED(
				"a", ANY
				"  exec: {rules: [{name: a0, action: deny, paths: [/a]}, "
				"{name: a1, action: deny, paths: [\"/**\"]}]}\n"));

	cr_assert_str_eq(
		rule_name(&compiled, decide(&compiled, exec("/a")).decision.rule), "a0");
	cr_assert_str_eq(
		rule_name(&compiled, decide(&compiled, exec("/b")).decision.rule), "a1");
}

Test(image, default_is_a_rule_of_the_first_policy_that_sets_it)
{
	_cleanup_(compiled_clear) struct compiled compiled =
		compile(NAMESPACED("b", ANY "  network: {default: deny}\n")
				NAMESPACED("a", ANY "  network: {default: deny}\n"));
	struct image_rule_info info;

	cr_assert_eq(image_rule(compiled.image,
				decide(&compiled, connect_to("1.1.1.1")).decision.rule,
				&info),
		     0);
	cr_assert_str_eq(info.policy, "a");
	cr_assert_str_eq(info.rule, "default");
	cr_assert_str_eq(info.section_name, "network");
	cr_assert_str_eq(info.kind, "LsmPolicy");
	cr_assert(info.is_default);
	cr_assert_eq(image_rule(compiled.image, compiled.image->n_rules, &info), -ENOENT);
}

Test(image, same_policies_give_the_same_words_in_any_order)
{
	static const char a[] = NAMESPACED(
		"a", ANY "  exec: {rules: [{action: deny, paths: [/a, \"/x/**\"]}]}\n");
	static const char b[] = NAMESPACED(
		"b", ANY "  network: {rules: [{action: deny, to: [10.0.0.0/8]}]}\n");
	char text[2048];
	_cleanup_(compiled_clear) struct compiled first = {0}, second = {0};

	snprintf(text, sizeof(text), "%s%s", a, b);
	first = compile(text);
	snprintf(text, sizeof(text), "%s%s", b, a);
	second = compile(text);
	cr_assert_eq(first.image->n_words, second.image->n_words);
	cr_assert_arr_eq(first.image->words, second.image->words,
			 first.image->n_words * sizeof(*first.image->words));
	cr_assert_arr_eq(first.image->hash, second.image->hash,
			 sizeof(first.image->hash));
}

Test(image, tells_which_hooks_ask_it_and_which_of_them_may_deny)
{
	static const struct {
		const char *spec;
		uint32_t asks, denies;
	} cases[] = {
		{"  network: {default: deny}\n",
		 IMAGE_HAS(SECTION_NETWORK) | IMAGE_HAS_SENDMSG,
		 IMAGE_HAS(SECTION_NETWORK) | IMAGE_HAS_SENDMSG},
		{"  network: {rules: [{action: audit, ports: [1]}]}\n",
		 IMAGE_HAS(SECTION_NETWORK) | IMAGE_HAS_SENDMSG, 0},
		{"  sockets: {rules: [{action: kill, types: [raw]}]}\n",
		 IMAGE_HAS(SECTION_SOCKETS), IMAGE_HAS(SECTION_SOCKETS)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(compiled_clear) struct compiled compiled = {0};
		char text[1024];

		snprintf(text, sizeof(text), NAMESPACED("a", ANY "%s"), cases[i].spec);
		compiled = compile(text);
		cr_expect_eq(compiled.image->words[IMAGE_H_SECTIONS],
			     WORD(cases[i].asks, cases[i].denies), "%s", cases[i].spec);
	}
}

Test(image, denial_by_hand_ends_at_its_time)
{
	_cleanup_(compiled_clear) struct compiled compiled = {
		.parsed = parse(CLUSTER(
			"c",
			ANY "  exec: {rules: [{action: deny, paths: [/bin/sh]}]}\n"))};
	struct eval_event event = exec("/bin/sh");

	compiled.parsed.policies.items[0]->sections[SECTION_EXEC].rules[0].until = 1000;
	cr_assert_eq(image_compile(&compiled.parsed.policies,
				   &compiled.parsed.diagnostics, &compiled.image),
		     0);
	event.now = 999;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
	event.now = 1000;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
}

Test(image, too_many_policies_in_audit_mode_are_refused_by_name)
{
	_cleanup_(compiled_clear) struct compiled compiled = {0};
	_cleanup_(freep) char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	for (unsigned i = 0; i < LIMIT_GROUPS; i++)
		fprintf(file,
			"---\napiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: "
			"{name: p%u}\n"
			"spec:\n" AUDIT "  exec: {default: deny}\n",
			100 + i);
	fclose(file);
	compiled.parsed = parse(text);
	cr_assert_eq(compiled.parsed.result, 0);
	cr_assert_eq(image_compile(&compiled.parsed.policies,
				   &compiled.parsed.diagnostics, &compiled.image),
		     -E2BIG);
	cr_assert_eq(compiled.parsed.diagnostics.n_errors, 1);
	cr_assert(strstr(
		compiled.parsed.diagnostics.items[compiled.parsed.diagnostics.n - 1]
			.message,
		"p161"));
}

Test(image, of_a_sandbox_has_neither_exec_nor_file)
{
	_cleanup_(compiled_clear) struct compiled compiled = {
		.parsed = parse(CLUSTER("c",
					ANY "  exec: {default: deny}\n"
					    "  file: {default: deny}\n"
					    "  sockets: {rules: [{action: deny, types: "
					    "[raw]}]}\n"))};
	struct eval_event open = open_as("/etc/shadow", ACCESS_READ);
	struct eval_event raw = {
		.kind = EVAL_SOCKET, .family = AF_INET, .type = SOCK_RAW, .protocol = 1};

	compile_parsed(&compiled, &(struct image_options){0});
	cr_expect_eq(verdict_of(&compiled, exec("/pause")), VERDICT_DENY);
	cr_expect_eq(verdict_of(&compiled, open), VERDICT_DENY);
	compiled.image = image_unref(compiled.image);
	compile_parsed(&compiled, &(struct image_options){.sandbox = true});
	cr_expect_eq(verdict_of(&compiled, exec("/pause")), VERDICT_ALLOW);
	cr_expect_eq(verdict_of(&compiled, open), VERDICT_ALLOW);
	cr_expect_eq(verdict_of(&compiled, raw), VERDICT_DENY);
}
