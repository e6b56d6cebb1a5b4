// SPDX-License-Identifier: Apache-2.0
/* How far what a policy says is enforced, and whether that is said. */
#include "parsed.h"
#include "util/cleanup.h"

/* A rule of a section, and how it comes out. */
static const struct {
	const char *spec;
	enum image_section section;
	enum enforcement enforcement;
	const char *open_ways; /* a part of them */
} rules[] = {
	{"exec: {rules: [{action: deny, paths: [/bin/sh]}]}", SECTION_EXEC, PARTIAL,
	 "run by the loader: ld.so /bin/x; executable mappings stay open"},
	{"exec: {rules: [{action: deny, paths: [/bin/sh]}]}", SECTION_EXEC, PARTIAL,
	 "a copy under another name stays open; what a symbolic link newly leads to"},
	{"exec: {rules: [{action: audit, paths: [/bin/*]}]}", SECTION_EXEC, PARTIAL,
	 "by name: hard links and bind mounts of what matches"},
	{"exec: {rules: [{action: allow, paths: [/bin/sh]}]}", SECTION_EXEC, ENFORCED,
	 NULL},
	{"exec: {rules: [{action: allow, strict: true, paths: [/bin/sh]}]}", SECTION_EXEC,
	 ENFORCED, NULL},
	{"exec: {rules: [{action: deny, strict: true, paths: [/bin/sh]}]}", SECTION_EXEC,
	 REFUSED, "; strict: it can be enforced only in part"},
	{"exec: {rules: [{action: kill, fileless: true}]}", SECTION_EXEC, PARTIAL,
	 "fileless: a tmpfs that is neither called shm"},
	{"exec: {rules: [{action: kill, fileless: false, paths: [/a/*]}]}", SECTION_EXEC,
	 PARTIAL, ""},
	{"exec: {rules: [{action: deny, drifted: true}]}", SECTION_EXEC, PARTIAL,
	 "drifted: a change in place that keeps the size"},
	{"exec: {rules: [{action: kill, paths: [/a], stdio: socket}]}", SECTION_EXEC,
	 PARTIAL, "stdio: a socket on another descriptor"},
	{"exec: {rules: [{action: deny, paths: [/a], as: direct}]}", SECTION_EXEC,
	 PARTIAL, ""},
	{"exec: {rules: [{action: deny, paths: [/a], multicall: by-name}]}", SECTION_EXEC,
	 PARTIAL, "multicall: any other name of the program"},
	{"exec: {rules: [{action: allow, paths: [/a], from: [/b]}]}", SECTION_EXEC,
	 PARTIAL, "from: what is loaded into a named program (LD_PRELOAD)"},
	{"exec: {rules: [{action: deny, paths: [/a], from: {not: [/b]}}]}", SECTION_EXEC,
	 PARTIAL, "from: what is loaded into a named program (LD_PRELOAD)"},
	{"exec: {rules: [{action: audit, paths: [/a], from: [/b]}]}", SECTION_EXEC,
	 PARTIAL, "from: a copy of a named program stays open"},
	{"sockets: {rules: [{action: deny, from: {not: [/b]}}]}", SECTION_SOCKETS,
	 PARTIAL, "from: what is loaded into a named program (LD_PRELOAD)"},
	{"network: {rules: [{action: audit, ports: [1], from: [/b]}]}", SECTION_NETWORK,
	 PARTIAL, "from: a copy of a named program stays open"},
	{"file: {rules: [{action: deny, access: [read], paths: [/a/*]}]}", SECTION_FILE,
	 PARTIAL, "by name: hard links"},
	{"file: {rules: [{action: deny, access: [write], paths: [/a/*]}]}", SECTION_FILE,
	 PARTIAL,
	 "write is judged at open: truncate, unlink, rename, link, chmod, chown and "
	 "xattr without an "
	 "open stay open; by name: hard links"},
	{"file: {rules: [{action: deny, owner: other, access: [read]}]}", SECTION_FILE,
	 ENFORCED, NULL},
	{"sockets: {rules: [{action: deny, strict: true, types: [raw]}]}",
	 SECTION_SOCKETS, ENFORCED, NULL},
	{"network: {rules: [{action: deny, ports: [1]}]}", SECTION_NETWORK, PARTIAL,
	 "SCTP's connectx stays open"},
	{"network: {rules: [{action: deny, protocols: {not: [tcp]}}]}", SECTION_NETWORK,
	 PARTIAL, "SCTP's connectx stays open"},
	{"network: {rules: [{action: deny, protocols: [tcp, udp]}]}", SECTION_NETWORK,
	 PARTIAL, "a connection that is there before the rule"},
	{"network: {rules: [{action: deny, direction: bind, ports: [1]}]}",
	 SECTION_NETWORK, REFUSED,
	 "direction: bind: it needs the hook socket_bind, which this version does not "
	 "attach"},
	{"network: {rules: [{action: deny, direction: listen}]}", SECTION_NETWORK,
	 REFUSED, "socket_listen"},
	{"network: {rules: [{action: deny, direction: accept}]}", SECTION_NETWORK,
	 REFUSED, "socket_accept"},
	{"network: {rules: [{action: deny, unix: [/run/x.sock]}]}", SECTION_NETWORK,
	 PARTIAL, "unix: a socket that its server bound by another name"},
	{"network: {rules: [{action: deny, unix: [\"/run/**\"]}]}", SECTION_NETWORK,
	 PARTIAL, "unix: by the name that its server bound a socket by"},
	{"network: {rules: [{action: deny, unix: [\"@*\"]}]}", SECTION_NETWORK, ENFORCED,
	 NULL},
	{"network: {rules: [{action: deny, to: [10.0.0.0/8, names]}]}", SECTION_NETWORK,
	 REFUSED, "to: names: names of hosts are reserved"},
	{"network: {rules: [{action: deny, to: {pods: {matchLabels: {a: b}}}}]}",
	 SECTION_NETWORK, REFUSED, "to: pods: addresses of pods are reserved"},
	{"network: {rules: [{action: deny, to: [services: [a/b]]}]}", SECTION_NETWORK,
	 REFUSED, "to: services: addresses of services are reserved"},
	{"capabilities: {rules: [{action: deny, capabilities: [NET_RAW]}]}",
	 SECTION_CAPABILITIES, REFUSED, "it needs the hook capable"},
	{"process: {rules: [{action: deny, operations: [ptrace, mount]}]}",
	 SECTION_PROCESS, REFUSED,
	 "ptrace: it needs the hook ptrace_access_check, which this version does not "
	 "attach; "
	 "mount: it needs the hooks sb_mount and move_mount, which this version does not "
	 "attach"},
};

Test(enforcement, each_rule_says_what_stays_open)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		_cleanup_(parsed_clear) struct parsed parsed = {0};
		const struct policy_rule *rule;
		char spec[300];

		snprintf(spec, sizeof(spec), "  %s\n", rules[i].spec);
		parsed = parse_spec(spec);
		rule = &only_policy(&parsed)->sections[rules[i].section].rules[0];
		cr_expect_eq(rule->enforcement, rules[i].enforcement, "%s is %d", spec,
			     (int)rule->enforcement);
		if (!rules[i].open_ways)
			cr_expect_null(rule->open_ways, "%s: %s", spec, rule->open_ways);
		else
			cr_expect(rule->open_ways &&
					  strstr(rule->open_ways, rules[i].open_ways),
				  "%s: %s", spec, rule->open_ways);
		cr_expect_eq(parsed.diagnostics.n, rule->enforcement == REFUSED,
			     "%s: a refused rule is told, once: %s", spec, parsed.said);
	}
}

Test(enforcement, a_refused_rule_is_a_warning_with_its_place)
{
	_cleanup_(parsed_clear) struct parsed parsed = parse_spec(
		"  process: {rules: [{name: no-mounts, action: kill, operations: "
		"[mount]}]}\n");

	cr_assert_str_eq(
		parsed.said,
		"t:5:21: warning: rule \"no-mounts\" of process is refused and in force "
		"nowhere; mount: it needs the hooks sb_mount and move_mount, which this "
		"version does not attach\n");
}

Test(enforcement, defaults_say_what_stays_open)
{
	_cleanup_(parsed_clear) struct parsed parsed =
		parse_spec("  exec: {default: deny}\n  file: {default: deny}\n"
			   "  sockets: {default: deny}\n  network: {default: deny}\n");
	const struct policy_section *sections = only_policy(&parsed)->sections;

	cr_assert_str_eq(parsed.said, "");
	cr_assert_eq(sections[SECTION_EXEC].default_enforcement, PARTIAL);
	cr_assert(strstr(sections[SECTION_EXEC].default_open_ways, "run by the loader"));
	cr_assert_eq(sections[SECTION_FILE].default_enforcement, PARTIAL);
	cr_assert(strstr(sections[SECTION_FILE].default_open_ways,
			 "write is judged at open"));
	cr_assert_eq(sections[SECTION_SOCKETS].default_enforcement, ENFORCED);
	cr_assert(strstr(sections[SECTION_FILE].default_open_ways,
			 "base: /proc/self is denied as well"));
	cr_assert_null(sections[SECTION_SOCKETS].default_open_ways);
	cr_assert_eq(sections[SECTION_NETWORK].default_enforcement, PARTIAL);
}

Test(enforcement, what_a_default_cannot_do_is_left_out_and_told)
{
	_cleanup_(parsed_clear) struct parsed parsed =
		parse_spec("  exec: {default: deny, libraries: judge}\n"
			   "  network: {default: {connect: allow, listen: deny}}\n"
			   "  capabilities: {default: deny}\n");
	const struct policy_section *sections = only_policy(&parsed)->sections;

	cr_assert_str_eq(
		parsed.said,
		"t:5:36: warning: \"libraries: judge\" of exec is refused and in force "
		"nowhere; "
		"it needs the hook mmap_file, which this version does not attach\n"
		"t:6:47: warning: \"listen: deny\" of network is refused and in force "
		"nowhere; "
		"it needs the hook socket_listen, which this version does not attach\n"
		"t:7:27: warning: \"default: deny\" of capabilities is refused and in "
		"force nowhere; "
		"it needs the hook capable, which this version does not attach\n");
	cr_assert(sections[SECTION_EXEC].default_deny);
	cr_assert_not(sections[SECTION_NETWORK].default_deny);
	cr_assert_eq(sections[SECTION_NETWORK].default_enforcement, PARTIAL);
	cr_assert_not(sections[SECTION_CAPABILITIES].default_deny);
}

Test(enforcement, isolate_leaves_the_rest_in_force)
{
	_cleanup_(parsed_clear) struct parsed parsed =
		parse_spec("  isolate: true\n  exec: {default: deny}\n");
	const struct policy *policy = only_policy(&parsed);

	cr_assert_eq(policy->enforcement, PARTIAL);
	cr_assert(strstr(policy->open_ways, "isolate: it needs"));
	cr_assert(
		strstr(parsed.said, "t:5:3: warning: \"isolate\" is refused; it needs"));
}

Test(enforcement, errno_without_a_denial_is_told)
{
	_cleanup_(parsed_clear) struct parsed parsed =
		parse_spec("  exec: {rules: [{action: audit, paths: [/a], errno: 1}]}\n");

	cr_assert_str_eq(parsed.said,
			 "t:5:54: warning: \"errno\" has no effect, a rule of action "
			 "audit denies nothing; leave it out\n");
}

Test(enforcement, what_is_denied_to_a_program_alone_is_told)
{
	_cleanup_(parsed_clear) struct parsed parsed = parse_spec(
		"  exec: {rules: [{action: deny, paths: [/a], from: [/b]}]}\n");

	cr_assert_str_eq(parsed.said,
			 "t:5:52: warning: a copy of a program escapes what is denied to "
			 "the program; deny it to all others, as {not: [...]} does\n");
}
