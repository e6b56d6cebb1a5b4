/* SPDX-License-Identifier: Apache-2.0 */

/* Sentences of POLICY.md that others get wrong, each with the event that shows it. */

#include "compiled.h"

#define EXEC_OF(...)                                                                     \
	{                                                                                \
		.kind = EVAL_EXEC, __VA_ARGS__                                           \
	}
#define READ_OF(...)                                                                     \
	{                                                                                \
		.kind = EVAL_OPEN, .access = ACCESS_READ, __VA_ARGS__                    \
	}
#define IPV4(a, b, c, d)                                                                 \
	.kind = EVAL_CONNECT, .family = AF_INET, .address_family = AF_INET,              \
	.address = {a, b, c, d}
#define MAPPED(a, b, c, d)                                                               \
	.kind = EVAL_CONNECT, .family = AF_INET6, .address_family = AF_INET6,            \
	.address = {[10] = 0xff, [11] = 0xff, [12] = a, b, c, d}

static const struct row {
	const char *sentence;
	const char *policies;
	struct eval_event event;
	enum verdict want;
	const char *rule; /* NULL: allowed */
} rows[] = {
	{"An audit rule of everything allows nothing under a default",
	 NAMESPACED("a", ANY "  exec: {default: deny, rules: [{name: all, action: audit, "
			     "paths: [\"/**\"]}]}\n"),
	 EXEC_OF(.path = "/bin/sh"), VERDICT_DENY, "default"},
	{"An audit-mode policy is decided by itself: what it allows lifts no other's "
	 "default",
	 NAMESPACED("a", ANY "  exec: {default: deny}\n")
		 NAMESPACED("b", AUDIT "  exec: {default: deny, rules: [{action: allow, "
				       "paths: [\"/**\"]}]}\n"),
	 EXEC_OF(.path = "/bin/sh"), VERDICT_DENY, "default"},
	{"A tenant's allow of everything lifts no list of the cluster's",
	 CLUSTER("a", ANY "  exec: {default: deny, rules: [{action: allow, paths: "
			  "[/app]}]}\n")
		 NAMESPACED("b", ANY "  exec: {default: deny, rules: [{action: allow, "
				     "paths: [\"/**\"]}]}\n"),
	 EXEC_OF(.path = "/bin/sh"), VERDICT_DENY, "default"},
	{"A tenant's allow lifts no denial of the cluster's",
	 CLUSTER("a", ANY "  exec: {rules: [{name: d, action: deny, paths: [/x]}]}\n")
		 NAMESPACED("b", ANY "  exec: {default: deny, rules: [{action: allow, "
				     "paths: [/x]}]}\n"),
	 EXEC_OF(.path = "/x"), VERDICT_DENY, "d"},
	{"A file that was moved to an excepted name is what it was",
	 NAMESPACED("a", ANY "  file: {rules: [{name: d, action: deny, paths: "
			     "[/etc/shadow, \"/etc/**\"], except: [/etc/hosts]}]}\n"),
	 READ_OF(.path = "/etc/hosts", .identity = "/etc/shadow"), VERDICT_DENY, "d"},
	{"A file that was moved away from a denied directory is what it was",
	 NAMESPACED("a", ANY "  file: {rules: [{name: d, action: deny, paths: "
			     "[/etc/shadow]}]}\n"),
	 READ_OF(.path = "/tmp/x", .identity = "/etc/shadow"), VERDICT_DENY, "d"},
	{"A file that is mounted on an excepted name is not excepted",
	 NAMESPACED("a", ANY "  file: {rules: [{name: d, action: deny, paths: "
			     "[\"/etc/**\"], except: [/etc/hosts]}]}\n"),
	 READ_OF(.path = "/etc/hosts", .untrusted_name = true), VERDICT_DENY, "d"},
	{"A program that is mounted on an allowed name is not allowed",
	 NAMESPACED("a", ANY "  exec: {default: deny, rules: [{action: allow, paths: "
			     "[/app/server]}]}\n"),
	 EXEC_OF(.path = "/app/server", .untrusted_name = true), VERDICT_DENY, "default"},
	{"An allowed file is no other file that is the same",
	 NAMESPACED("a", ANY "  exec: {default: deny, rules: [{action: allow, paths: "
			     "[/app/server]}]}\n"),
	 EXEC_OF(.path = "/tmp/x", .identity = "/app/server"), VERDICT_DENY, "default"},
	{"A program that is mounted on a spared name is not spared",
	 NAMESPACED("a",
		    ANY "  file: {rules: [{name: d, action: deny, paths: [/k], from: "
			"{not: [/usr/sbin/sshd]}}]}\n"),
	 READ_OF(.path = "/k", .program = "/usr/sbin/sshd", .untrusted_program = true),
	 VERDICT_DENY, "d"},
	{"An unknown program is not in `from: not`",
	 NAMESPACED("a",
		    ANY "  file: {rules: [{name: d, action: deny, paths: [/k], from: "
			"{not: [/usr/sbin/sshd]}}]}\n"),
	 READ_OF(.path = "/k"), VERDICT_DENY, "d"},
	{"The interpreter of an explicitly allowed script is allowed",
	 NAMESPACED("a", ANY "  exec: {default: deny, rules: [{action: allow, paths: "
			     "[/app/run.sh]}]}\n"),
	 EXEC_OF(.path = "/bin/sh", .script = "/app/run.sh"), VERDICT_ALLOW, NULL},
	{"... and by itself it is not",
	 NAMESPACED("a", ANY "  exec: {default: deny, rules: [{action: allow, paths: "
			     "[/app/run.sh]}]}\n"),
	 EXEC_OF(.path = "/bin/sh"), VERDICT_DENY, "default"},
	{"... nor under a default of the other tier, which does not allow the script",
	 CLUSTER("c", ANY "  exec: {default: deny}\n")
		 NAMESPACED("a", ANY "  exec: {default: deny, rules: [{action: allow, "
				     "paths: [/app/run.sh]}]}\n"),
	 EXEC_OF(.path = "/bin/sh", .script = "/app/run.sh"), VERDICT_DENY, "default"},
	{"... and a rule that denies it denies it",
	 NAMESPACED("a", ANY "  exec: {default: deny, rules: [{action: allow, paths: "
			     "[/app/run.sh]}, {name: d, action: deny, paths: "
			     "[/bin/sh]}]}\n"),
	 EXEC_OF(.path = "/bin/sh", .script = "/app/run.sh"), VERDICT_DENY, "d"},
	{"... unless it says `as: direct`",
	 NAMESPACED("a", ANY "  exec: {rules: [{name: d, action: deny, paths: [/bin/sh], "
			     "as: direct}]}\n"),
	 EXEC_OF(.path = "/bin/sh", .script = "/app/run.sh"), VERDICT_ALLOW, NULL},
	{"A UDP server's reply counts as connect",
	 NAMESPACED("a", ANY "  network: {default: deny}\n"),
	 {IPV4(192, 0, 2, 1), .protocol = IPPROTO_UDP, .port = 40000},
	 VERDICT_DENY,
	 "default"},
	{"Every IPv6 address is no IPv4 address",
	 NAMESPACED("a", ANY "  network: {rules: [{name: d, action: deny, to: "
			     "[\"::/0\"]}]}\n"),
	 {IPV4(192, 0, 2, 1), .protocol = IPPROTO_TCP, .port = 443},
	 VERDICT_ALLOW,
	 NULL},
	{"... nor a v4-mapped one",
	 NAMESPACED("a", ANY "  network: {rules: [{name: d, action: deny, to: "
			     "[\"::/0\"]}]}\n"),
	 {MAPPED(192, 0, 2, 1), .protocol = IPPROTO_TCP, .port = 443},
	 VERDICT_ALLOW,
	 NULL},
	{"... which every IPv4 address is",
	 NAMESPACED("a", ANY "  network: {rules: [{name: d, action: deny, to: "
			     "[0.0.0.0/0]}]}\n"),
	 {MAPPED(192, 0, 2, 1), .protocol = IPPROTO_TCP, .port = 443},
	 VERDICT_DENY,
	 "d"},
	{"A child with pipes or a socketpair on its descriptors is no reverse shell",
	 NAMESPACED("a", ANY "  exec: {rules: [{name: d, action: kill, paths: [/bin/sh], "
			     "stdio: socket}]}\n"),
	 EXEC_OF(.path = "/bin/sh", .program = "/usr/bin/node"), VERDICT_ALLOW, NULL},
	{"A change of owner alone is no drift",
	 NAMESPACED("a",
		    ANY "  exec: {rules: [{name: d, action: deny, drifted: true}]}\n"),
	 EXEC_OF(.path = "/app/server"), VERDICT_ALLOW, NULL},
	{"... and a rule for what drifted leaves the others as they are",
	 NAMESPACED("a", ANY "  exec: {rules: [{name: d, action: deny, drifted: true}, "
			     "{name: e, action: deny, paths: [/app/server]}]}\n"),
	 EXEC_OF(.path = "/app/server"), VERDICT_DENY, "e"},
	{"A default of files does not take what every process needs",
	 NAMESPACED("a", ANY "  file: {default: deny}\n"),
	 READ_OF(.path = "/dev/urandom"), VERDICT_ALLOW, NULL},
	{"A unix socket is under no default of network",
	 NAMESPACED("a", ANY "  network: {default: deny}\n"),
	 {.kind = EVAL_UNIX, .path = "/run/containerd/containerd.sock"},
	 VERDICT_ALLOW,
	 NULL},
};

Test(decision_counterexamples, each_sentence_holds)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		_cleanup_(compiled_clear) struct compiled compiled =
			compile(row->policies);
		struct eval_result result = decide(&compiled, row->event);

		cr_expect_eq(result.decision.verdict, row->want, "%s", row->sentence);
		if (row->rule && result.decision.verdict == row->want)
			cr_expect_str_eq(rule_name(&compiled, result.decision.rule),
					 row->rule, "%s", row->sentence);
	}
}
