/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of POLICY.md, Decision and Sections, each with its counterexample. */

#include "compiled.h"

#define EXEC(event)	 verdict_of(&compiled, exec(event))
#define CONNECT(address) verdict_of(&compiled, connect_to(address))

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

Test(image, name_that_does_not_count_is_neither_allowed_nor_excepted)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a",
		ANY "  exec: {default: deny, rules: [{action: allow, paths: [/app]}]}\n"
		    "  file: {rules: [{action: deny, paths: [\"/root/**\"], except: "
		    "[/root/ok]}]}\n"));
	struct eval_event app = exec("/app"), ok = open_as("/root/ok", ACCESS_READ);

	cr_assert_eq(verdict_of(&compiled, app), VERDICT_ALLOW);
	cr_assert_eq(verdict_of(&compiled, ok), VERDICT_ALLOW);
	app.untrusted_name = true;
	ok.untrusted_name = true;
	cr_assert_eq(verdict_of(&compiled, app), VERDICT_DENY);
	cr_assert_eq(verdict_of(&compiled, ok), VERDICT_DENY);
	cr_assert_eq(verdict_of(&compiled, open_as("/root/x", ACCESS_READ)),
		     VERDICT_DENY);
}

Test(image, identity_widens_deny_and_never_allow)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  exec: {default: deny, rules: [{action: allow, paths: [/app, "
			 "/tmp/x]}, {action: kill, paths: [/bin/sh]}]}\n"));
	struct eval_event event = exec("/tmp/x");

	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event.identity = "/bin/sh";
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_KILL);
	event.identity = "/nothing";
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event = exec("/tmp/y");
	event.identity = "/app";
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
}

Test(image, reading_and_writing_at_once_is_denied_when_either_is)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY
		"  file: {rules: [{action: deny, access: [write], paths: [/etc/x]}]}\n"));
	struct eval_result result;

	cr_assert_eq(verdict_of(&compiled, open_as("/etc/x", ACCESS_READ)),
		     VERDICT_ALLOW);
	cr_assert_eq(verdict_of(&compiled, open_as("/etc/x", ACCESS_WRITE)),
		     VERDICT_DENY);
	result = decide(&compiled, open_as("/etc/x", ACCESS_READ | ACCESS_WRITE));
	cr_assert_eq(result.decision.verdict, VERDICT_DENY);
	cr_assert_eq(result.decision.error, EACCES);
}

Test(image, reading_and_writing_at_once_is_allowed_when_both_are)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY
		"  file:\n    default: deny\n    rules:\n"
		"    - {action: allow, access: [read], paths: [\"/r/**\", \"/b/**\"]}\n"
		"    - {action: allow, access: [write], paths: [\"/w/**\", "
		"\"/b/**\"]}\n"));

	cr_assert_eq(verdict_of(&compiled, open_as("/r/x", ACCESS_READ)), VERDICT_ALLOW);
	cr_assert_eq(verdict_of(&compiled, open_as("/r/x", ACCESS_READ | ACCESS_WRITE)),
		     VERDICT_DENY);
	cr_assert_eq(verdict_of(&compiled, open_as("/w/x", ACCESS_READ | ACCESS_WRITE)),
		     VERDICT_DENY);
	cr_assert_eq(verdict_of(&compiled, open_as("/b/x", ACCESS_READ | ACCESS_WRITE)),
		     VERDICT_ALLOW);
}

Test(image, base_none_spares_nothing_unless_another_policy_of_the_tier_does)
{
	_cleanup_(compiled_clear) struct compiled bare =
		compile(NAMESPACED("p", ANY "  file: {default: deny, base: none}\n"));
	_cleanup_(compiled_clear) struct compiled both =
		compile(NAMESPACED("p", ANY "  file: {default: deny, base: none}\n")
				NAMESPACED("q", ANY "  file: {default: deny}\n"));

	cr_expect_eq(verdict_of(&bare, open_as("/dev/null", ACCESS_READ)), VERDICT_DENY);
	cr_expect_eq(verdict_of(&both, open_as("/dev/null", ACCESS_READ)), VERDICT_ALLOW);
}

Test(image, default_of_files_includes_its_base)
{
	_cleanup_(compiled_clear) struct compiled compiled =
		compile(NAMESPACED("a", ANY "  file: {default: deny}\n"));

	cr_assert_eq(verdict_of(&compiled,
				open_as("/lib64/ld-linux-x86-64.so.2", ACCESS_READ)),
		     VERDICT_ALLOW);
	cr_assert_eq(verdict_of(&compiled, open_as("/lib64/x", ACCESS_WRITE)),
		     VERDICT_DENY);
	cr_assert_eq(
		verdict_of(&compiled, open_as("/dev/null", ACCESS_READ | ACCESS_WRITE)),
		VERDICT_ALLOW);
	cr_assert_eq(verdict_of(&compiled, open_as("/dev/sda", ACCESS_READ)),
		     VERDICT_DENY);
	cr_assert_eq(verdict_of(&compiled, open_as("/proc/1/mem", ACCESS_READ)),
		     VERDICT_DENY);
}

Test(image, socket_fields_must_all_hold)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  sockets:\n    rules:\n"
			 "    - {action: deny, families: [inet], types: [raw]}\n"
			 "    - {action: deny, families: [packet]}\n"));
	struct eval_event event = {
		.kind = EVAL_SOCKET, .family = AF_INET, .type = SOCK_RAW};

	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
	event.type = SOCK_STREAM;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event.family = AF_INET6;
	event.type = SOCK_RAW;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event.family = AF_PACKET;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
}

Test(image, all_families_but_some)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(
		NAMESPACED("a", ANY "  sockets: {rules: [{action: deny, families: {not: "
				    "[unix, inet, inet6, netlink]}}]}\n"));
	struct eval_event event = {.kind = EVAL_SOCKET, .type = SOCK_DGRAM};

	for (event.family = 1; event.family < 64; event.family++) {
		bool in = event.family == AF_UNIX || event.family == AF_INET ||
			  event.family == AF_INET6 || event.family == AF_NETLINK;

		cr_assert_eq(verdict_of(&compiled, event),
			     in ? VERDICT_ALLOW : VERDICT_DENY);
	}
}

Test(image, protocol_that_is_not_said_is_the_types_own)
{
	_cleanup_(compiled_clear) struct compiled compiled =
		compile(NAMESPACED("a", ANY "  sockets: {rules: [{action: deny, "
					    "families: [inet], protocols: [tcp]}]}\n"));
	struct eval_event event = {
		.kind = EVAL_SOCKET, .family = AF_INET, .type = SOCK_STREAM};

	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
	event.protocol = 262;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
	event.protocol = 0;
	event.type = SOCK_DGRAM;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
}

Test(image, addresses_but_for_some)
{
	_cleanup_(compiled_clear) struct compiled compiled =
		compile(NAMESPACED("a", ANY "  network: {rules: [{action: deny, to: "
					    "[0.0.0.0/0], except: [10.0.0.0/8]}]}\n"));

	cr_assert_eq(CONNECT("9.255.255.255"), VERDICT_DENY);
	cr_assert_eq(CONNECT("10.0.0.0"), VERDICT_ALLOW);
	cr_assert_eq(CONNECT("10.255.255.255"), VERDICT_ALLOW);
	cr_assert_eq(CONNECT("11.0.0.0"), VERDICT_DENY);
	cr_assert_eq(CONNECT("255.255.255.255"), VERDICT_DENY);
	cr_assert_eq(CONNECT("2001:db8::1"), VERDICT_ALLOW);
}

Test(image, mapped_address_is_judged_as_ipv4)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  network: {rules: [{action: deny, to: [1.2.3.4]}]}\n"));

	cr_assert_eq(CONNECT("::ffff:1.2.3.4"), VERDICT_DENY);
	cr_assert_eq(CONNECT("::ffff:1.2.3.5"), VERDICT_ALLOW);
}

Test(image, every_ipv6_address_is_no_ipv4_one)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  network: {rules: [{action: deny, to: [\"::/0\"]}]}\n"));

	cr_assert_eq(CONNECT("2001:db8::1"), VERDICT_DENY);
	cr_assert_eq(CONNECT("1.2.3.4"), VERDICT_ALLOW);
	cr_assert_eq(CONNECT("::ffff:1.2.3.4"), VERDICT_ALLOW);
}

Test(image, unspecified_address_is_judged_as_loopback)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY
		"  network: {rules: [{action: deny, to: [127.0.0.0/8, \"::1\"]}]}\n"));

	cr_assert_eq(CONNECT("0.0.0.0"), VERDICT_DENY);
	cr_assert_eq(CONNECT("::"), VERDICT_DENY);
	cr_assert_eq(CONNECT("::ffff:0.0.0.0"), VERDICT_DENY);
	cr_assert_eq(CONNECT("::2"), VERDICT_ALLOW);
}

Test(image, unspecified_ipv6_address_can_be_the_ipv4_loopback)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  network: {rules: [{action: deny, to: [127.0.0.1]}]}\n"));

	cr_assert_eq(CONNECT("::"), VERDICT_DENY);
	cr_assert_eq(CONNECT("::1"), VERDICT_ALLOW);
}

Test(image, address_within_nat64_is_judged_as_both)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(
		NAMESPACED("a", ANY "  network: {rules: [{action: deny, to: [1.2.3.4]}, "
				    "{action: kill, to: [\"64:ff9b::505:505\"]}]}\n"));

	cr_assert_eq(CONNECT("64:ff9b::1.2.3.4"), VERDICT_DENY);
	cr_assert_eq(CONNECT("64:ff9b::5.5.5.5"), VERDICT_KILL);
	cr_assert_eq(CONNECT("64:ff9b::1.2.3.5"), VERDICT_ALLOW);
	cr_assert_eq(CONNECT("64:ff9b:0:0:0:1:102:304"), VERDICT_ALLOW);
}

Test(image, ports_are_those_of_protocols_that_have_them)
{
	static const uint32_t with[] = {6, 17, 33, 132, 136, 256, 262};
	static const uint32_t without[] = {0,  1,   2,	 5,   7,   47,
					   58, 255, 257, 261, 263, 65535};
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  network: {rules: [{action: deny, ports: [53]}]}\n"));

	for (size_t i = 0; i < ARRAY_SIZE(with); i++)
		cr_assert_eq(verdict_of(&compiled, connect_by("1.1.1.1", 53, with[i])),
			     VERDICT_DENY, "%u", with[i]);
	for (size_t i = 0; i < ARRAY_SIZE(without); i++)
		cr_assert_eq(verdict_of(&compiled, connect_by("1.1.1.1", 53, without[i])),
			     VERDICT_ALLOW, "%u", without[i]);
	cr_assert_eq(verdict_of(&compiled, connect_by("1.1.1.1", 54, IPPROTO_UDP)),
		     VERDICT_ALLOW);
}

Test(image, tcp_is_mptcp_and_smc_too)
{
	_cleanup_(compiled_clear) struct compiled compiled =
		compile(NAMESPACED("a", ANY "  network: {rules: [{action: deny, "
					    "protocols: [tcp], ports: [80-90]}]}\n"));
	struct eval_event smc = connect_by("1.1.1.1", 85, 0);

	cr_assert_eq(verdict_of(&compiled, connect_by("1.1.1.1", 90, 262)), VERDICT_DENY);
	cr_assert_eq(verdict_of(&compiled, connect_by("1.1.1.1", 90, 256)), VERDICT_DENY);
	cr_assert_eq(verdict_of(&compiled, connect_by("1.1.1.1", 91, 6)), VERDICT_ALLOW);
	cr_assert_eq(verdict_of(&compiled, connect_by("1.1.1.1", 85, 17)), VERDICT_ALLOW);
	smc.family = 43;
	cr_assert_eq(verdict_of(&compiled, smc), VERDICT_DENY);
}

Test(image, network_default_leaves_other_families_and_disconnects_alone)
{
	_cleanup_(compiled_clear) struct compiled compiled =
		compile(NAMESPACED("a", ANY "  network: {default: deny}\n"));
	struct eval_event event = connect_to("1.1.1.1");

	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
	event.address_family = AF_UNSPEC;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event.address_family = AF_UNIX;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
}

Test(image, short_address_is_closed_where_something_is_denied)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  network: {rules: [{action: deny, to: [1.1.1.1]}]}\n"));
	_cleanup_(compiled_clear) struct compiled audits = compile(NAMESPACED(
		"a", ANY "  network: {rules: [{action: audit, to: [1.1.1.1]}]}\n"));
	struct eval_event event = connect_to("2.2.2.2");
	struct eval_result result;

	event.length = 15;
	result = decide(&compiled, event);
	cr_assert_eq(result.decision.verdict, VERDICT_DENY);
	cr_assert_eq(result.decision.rule, RULE_CLOSED);
	cr_assert_eq(verdict_of(&audits, event), VERDICT_ALLOW);
	event.length = 16;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event = connect_to("2001::1");
	event.length = 23;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
	event.length = 24;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event.length = 1;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
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
