// SPDX-License-Identifier: Apache-2.0
/* What is said of a text with errors, word for word. */
#include <dirent.h>
#include <errno.h>

#include "../corpus.h"
#include "parsed.h"
#include "util/cleanup.h"

struct wrong {
	const char *text;
	const char *expected;
};

static void assert_spec_says(const struct wrong *wrong, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_(parsed_clear) struct parsed parsed = parse_spec(wrong[i].text);

		cr_expect_eq(parsed.result, -EINVAL, "%s is %d", wrong[i].text,
			     parsed.result);
		cr_expect_str_eq(parsed.said, wrong[i].expected, "%s\nsays: %s not: %s",
				 wrong[i].text, parsed.said, wrong[i].expected);
	}
}

#define ASSERT_SPEC_SAYS(wrong) assert_spec_says(wrong, ARRAY_SIZE(wrong))

Test(parse_error, documents)
{
	static const struct wrong wrong[] = {
		{"a", "t:1:1: error: a document is a map with apiVersion, kind, metadata "
		      "and spec, "
		      "not a string\n"},
		{"[]", "t:1:1: error: a document is a map with apiVersion, kind, "
		       "metadata and spec, "
		       "not a list\n"},
		{"a: b",
		 "t:1:1: error: the document has no \"kind\"; add \"kind: LsmPolicy\"\n"},
		{"kind: 3", "t:1:7: error: \"kind\" takes a string, not a number; "
			    "give \"LsmPolicy\"\n"},
		{"kind: LsmPolizy", "t:1:7: error: kind \"LsmPolizy\" is not known; "
				    "did you mean \"LsmPolicy\"?\n"},
		{"kind: ConfigMap", "t:1:7: error: kind \"ConfigMap\" is not known; "
				    "give LsmPolicy or ClusterLsmPolicy\n"},
		{"kind: KubeArmorPolicy",
		 "t:1:7: error: a KubeArmorPolicy is not a policy of lsmd; "
		 "translate it with \"lsmctl import\"\n"},
		{"kind: List", "t:1:1: error: a List without a list of \"items\"; "
			       "add the policies there\n"},
		{"kind: List\nitems: {}",
		 "t:2:8: error: a List without a list of \"items\"; "
		 "add the policies there\n"},
		{"kind: LsmPolicy\nmetadata: {name: a}\nspec: {exec: {default: deny}}",
		 "t:1:1: error: the document has no \"apiVersion\"; "
		 "add \"apiVersion: lsmd.io/v1alpha1\"\n"},
		{"apiVersion: v1\nkind: LsmPolicy\nmetadata: {name: a}\nspec: {exec: "
		 "{default: deny}}",
		 "t:1:13: error: apiVersion \"v1\" is not known; give "
		 "\"lsmd.io/v1alpha1\"\n"},
		{"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\n",
		 "t:1:1: error: a policy has no \"metadata\"; add it\n"
		 "t:1:1: error: a policy has no \"spec\"; add it\n"},
		{"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {nam: "
		 "x}\nspek: {}\n",
		 "t:3:12: error: unknown key \"nam\" in \"metadata\"; did you mean "
		 "\"name\"?\n"
		 "t:3:11: error: \"metadata\" has no \"name\"; add it\n"
		 "t:4:1: error: unknown key \"spek\" in a policy; did you mean "
		 "\"spec\"?\n"
		 "t:1:1: error: a policy has no \"spec\"; add it\n"},
		{"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\n"
		 "metadata: {name: Web_1, namespace: -a}\nspec: {exec: {default: "
		 "deny}}\n",
		 "t:3:18: error: \"Web_1\" is no object's name; a name is at most 253 "
		 "lower-case "
		 "letters, digits, \"-\" and \".\", a letter or digit first and last\n"
		 "t:3:36: error: \"-a\" is no namespace's name; a name is at most 63 "
		 "lower-case "
		 "letters, digits and \"-\", a letter or digit first and last\n"},
		{"apiVersion: lsmd.io/v1alpha1\nkind: ClusterLsmPolicy\n"
		 "metadata: {name: a, namespace: b}\nspec: {exec: {default: deny}}\n",
		 "t:3:21: error: a ClusterLsmPolicy has no namespace; leave it out, "
		 "select with "
		 "namespaceSelector, or make it an LsmPolicy\n"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		_cleanup_(parsed_clear) struct parsed parsed = parse(wrong[i].text);

		cr_expect_eq(parsed.result, -EINVAL);
		cr_expect_str_eq(parsed.said, wrong[i].expected, "%s\nsays: %s not: %s",
				 wrong[i].text, parsed.said, wrong[i].expected);
	}
}

#define OK "  exec: {default: deny}\n"

Test(parse_error, spec)
{
	static const struct wrong wrong[] = {
		{"  {}\n", "t:5:3: error: the policy says nothing; "
			   "add exec, file, sockets or network\n"},
		{OK "  mode: enforced\n", "t:6:9: error: \"mode\" cannot be "
					  "\"enforced\"; did you mean \"enforce\"? "
					  "(enforce or audit)\n"},
		{OK "  mode: dry\n",
		 "t:6:9: error: \"mode\" cannot be \"dry\"; give enforce or audit\n"},
		{OK "  severity: 11\n",
		 "t:6:13: error: \"severity\" is 11; give a number from 1 to 10\n"},
		{OK "  severity: high\n",
		 "t:6:13: error: \"severity\" takes a number, not a string; "
		 "give one from 1 to 10 without quotes\n"},
		{OK "  severity: 1.5\n",
		 "t:6:13: error: \"severity\" takes a number, not a "
		 "floating-point number; give one from 1 to 10 without quotes\n"},
		{OK "  description: [a]\n",
		 "t:6:16: error: \"description\" takes a string, not a list; "
		 "give one string\n"},
		{OK "  description: 12\n",
		 "t:6:16: error: \"description\" takes a string, not a "
		 "number; put quotes around 12\n"},
		{OK "  description: ''\n", "t:6:16: error: \"description\" is empty; "
					   "say something or leave it out\n"},
		{OK "  description:\n", "t:6:15: error: \"description\" has no value; "
					"give one or leave it out\n"},
		{OK "  tags: [a, 'b,c']\n",
		 "t:6:13: error: tag \"b,c\" has a comma, is too long or spans lines; "
		 "a tag is at most 64 bytes on one line, without commas\n"},
		{OK "  tags: [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, a, r]\n",
		 "t:6:61: error: more than 16 tags; leave some out\n"},
		{OK "  tags: []\n", "t:6:9: error: \"tags\" is an empty list; "
				    "add an item or leave it out\n"},
		{OK "  tags: a\n",
		 "t:6:9: error: \"tags\" takes a list, not a string; write [...]\n"},
		{OK "  containers: [Web]\n",
		 "t:6:16: error: \"Web\" can match no container; their names are of "
		 "lower-case "
		 "letters, digits and \"-\", and globs of \"*\" and \"?\"\n"},
		{OK "  namespaceSelector: {}\n",
		 "t:6:3: error: an LsmPolicy selects in its own namespace alone; leave "
		 "namespaceSelector out, or make it a ClusterLsmPolicy\n"},
		{OK "  podSelektor: {}\n",
		 "t:6:3: error: unknown key \"podSelektor\" in \"spec\"; "
		 "did you mean \"podSelector\"?\n"},
		{OK "  rules: {}\n", "t:6:3: error: unknown key \"rules\" in \"spec\"; "
				     "known are description, "
				     "podSelector, namespaceSelector, nodeSelector, "
				     "unitSelector, cgroups, containers, "
				     "mode, severity, tags, message, exec, file, "
				     "sockets, network, capabilities, "
				     "process, isolate\n"},
		{OK "  isolate: 1\n",
		 "t:6:12: error: \"isolate\" takes a boolean, not a number; "
		 "give true or false\n"},
		{OK "  podSelector: {app: web}\n",
		 "t:6:17: error: unknown key \"app\" in a selector; known are "
		 "matchLabels, "
		 "matchExpressions\n"},
		{OK "  podSelector: {matchLabels: {app: true, -x: a, y: 'a b'}}\n",
		 "t:6:36: error: a label's value is a string, not a boolean; put quotes "
		 "around true\n"
		 "t:6:42: error: \"-x\" is no label's key; a key is an optional DNS "
		 "prefix and \"/\", "
		 "then at most 63 letters, digits, \"-\", \"_\" and \".\"\n"
		 "t:6:52: error: \"a b\" is no label's value; a value is at most 63 "
		 "letters, digits, "
		 "\"-\", \"_\" and \".\", a letter or digit first and last\n"},
		{OK "  podSelector: {matchExpressions: [{key: a, operator: in, values: "
		    "[b]}]}\n",
		 "t:6:55: error: \"operator\" cannot be \"in\"; did you mean \"In\"? "
		 "(In, NotIn, Exists or DoesNotExist)\n"},
		{OK "  podSelector: {matchExpressions: [{key: a, operator: In},"
		    " {key: b, operator: Exists, values: [c]}, {operator: Exists}]}\n",
		 "t:6:36: error: operator In without values; add \"values\"\n"
		 "t:6:60: error: operator Exists takes no values; leave \"values\" out\n"
		 "t:6:101: error: an expression has no \"key\"; add it\n"},
	};

	ASSERT_SPEC_SAYS(wrong);
}

Test(parse_error, sections_and_rules)
{
	static const struct wrong wrong[] = {
		{"  exec: {}\n", "t:5:9: error: \"exec\" is empty; add \"default\" or "
				 "\"rules\", or leave it out\n"},
		{"  exec: deny\n", "t:5:9: error: \"exec\" is a map, not a string; "
				   "write \"key: value\"\n"},
		{"  exec: {default: audit}\n",
		 "t:5:19: error: \"default\" cannot be \"audit\"; "
		 "give allow or deny\n"},
		{"  exec: {rules: []}\n", "t:5:17: error: \"rules\" is an empty list; "
					  "add an item or leave it out\n"},
		{"  exec: {rules: [/bin/sh]}\n",
		 "t:5:18: error: a rule of exec is a map, not a string; write \"key: "
		 "value\"\n"},
		{"  exec: {rules: [{action: deny}]}\n",
		 "t:5:18: error: an empty rule, it says not what it matches; "
		 "add paths; [\"/**\"] are all\n"},
		{"  sockets: {rules: [{action: deny}]}\n",
		 "t:5:21: error: an empty rule, it says not what it matches; "
		 "add families, types or protocols\n"},
		{"  exec: {rules: [{paths: [/a]}]}\n",
		 "t:5:18: error: a rule of exec has no \"action\"; add it\n"},
		{"  exec: {rules: [{action: block, paths: [/a]}]}\n",
		 "t:5:27: error: \"action\" cannot be \"block\"; give audit, allow, deny "
		 "or kill\n"},
		{"  exec: {rules: [{action: deny, path: [/a]}]}\n",
		 "t:5:33: error: unknown key \"path\" in a rule of exec; did you mean "
		 "\"paths\"?\n"},
		{"  exec: {rules: [{action: deny, paths: [/a], ports: [1]}]}\n",
		 "t:5:46: error: unknown key \"ports\" in a rule of exec; known are "
		 "name, action, errno, "
		 "severity, tags, message, strict, from, paths, except, fileless, "
		 "drifted, stdio, as, "
		 "multicall\n"},
		{"  exec: {rules: [{action: deny, paths: []}]}\n",
		 "t:5:40: error: \"paths\" is an empty list; add an item or leave it "
		 "out\n"},
		{"  exec: {rules: [{action: deny, paths: [/a], errno: 134},"
		 " {action: deny, paths: [/b], errno: 0}]}\n",
		 "t:5:53: error: \"errno\" is 134; give a number from 1 to 133\n"
		 "t:5:94: error: \"errno\" is 0; give a number from 1 to 133\n"},
		{"  exec: {rules: [{name: 'a b', action: deny, paths: [/a]}]}\n",
		 "t:5:25: error: \"a b\" is no rule's name; a name is at most 63 "
		 "letters, digits, "
		 "\"-\", \"_\" and \".\"\n"},
		{"  exec:\n    rules:\n    - {name: a, action: deny, paths: [/a]}\n"
		 "    - {name: a, action: deny, paths: [/b]}\n"
		 "    - {action: deny, paths: [/c]}\n    - {name: rule-2, action: deny, "
		 "paths: [/d]}\n",
		 "t:8:7: error: rule \"a\" is there twice in exec, first on line 7; "
		 "give each a name of its own\n"
		 "t:10:7: error: rule \"rule-2\" is there twice in exec, first on line "
		 "9; "
		 "give each a name of its own\n"},
		{"  file: {rules: [{action: deny, paths: [/a], access: [exec]}]}\n",
		 "t:5:55: error: \"access\" cannot be \"exec\"; give read or write\n"},
		{"  file: {rules: [{action: deny, paths: [/a], strict: maybe}]}\n",
		 "t:5:54: error: \"strict\" takes a boolean, not a string; give true or "
		 "false\n"},
	};

	ASSERT_SPEC_SAYS(wrong);
}

Test(parse_error, paths)
{
	static const struct {
		const char *path, *problem;
	} wrong[] = {
		{"bin/sh", "a relative path; begin it with \"/\""},
		{"~/x", "a relative path; begin it with \"/\""},
		{"/a/../b",
		 "\"..\" in a path can match nothing; write the path without it"},
		{"/a/..",
		 "\"..\" in a path can match nothing; write the path without it"},
		{"/a/./b", "\".\" in a path can match nothing; leave it out"},
		{"//a", "\"//\" in a path can match nothing; write one \"/\""},
		{"/a//b", "\"//\" in a path can match nothing; write one \"/\""},
		{"/[z-a]", "a set whose range runs backwards; put the lower one first, "
			   "as in [a-z]"},
		{"/a[", "a set without its end; close it with \"]\", or write \"\\[\""},
		{"/a[b", "a set without its end; close it with \"]\", or write \"\\[\""},
		{"/a[]", "an empty set can match nothing; put characters between \"[\" "
			 "and \"]\""},
		{"/a[!]", "an empty set can match nothing; put characters between \"[\" "
			  "and \"]\""},
		{"/a[/]",
		 "a set with \"/\" in it; \"/\" separates names and is never in one"},
		{"/a\\", "a \"\\\" that escapes nothing; write \"\\\\\" for the "
			 "character itself"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		char spec[200], expected[400];

		snprintf(spec, sizeof(spec),
			 "  file: {rules: [{action: deny, paths: ['%s']}]}\n",
			 wrong[i].path);
		snprintf(expected, sizeof(expected), "t:5:41: error: \"%s\": %s\n",
			 wrong[i].path, wrong[i].problem);
		assert_spec_says(&(struct wrong){spec, expected}, 1);
	}
}

Test(parse_error, paths_that_are_right)
{
	static const char *const right[] = {
		"/",	 "/a/",	  "/a/**",	"/**/x", "/a..b",  "/...", "/.a",
		"/[a-]", "/[!a]", "/[^a-z0-9]", "/a\\*", "/[\\]]", "/a b", "/?/*",
	};

	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		_cleanup_(parsed_clear) struct parsed parsed = {0};
		char spec[200];

		snprintf(spec, sizeof(spec),
			 "  file: {rules: [{action: deny, paths: ['%s']}]}\n", right[i]);
		parsed = parse_spec(spec);
		cr_expect_eq(parsed.result, 0, "%s: %s", right[i], parsed.said);
	}
}

Test(parse_error, paths_too_long_to_be)
{
	char spec[6000], name[5000];

	memset(name, 'a', sizeof(name));
	snprintf(spec, sizeof(spec),
		 "  file: {rules: [{action: deny, paths: ['/%.256s']}]}\n", name);
	{
		_cleanup_(parsed_clear) struct parsed parsed = parse_spec(spec);

		cr_assert_eq(parsed.result, -EINVAL);
		cr_assert(strstr(parsed.said,
				 "a name of more than 255 bytes can match nothing"));
	}
	for (size_t i = 0; i < sizeof(name); i += 100)
		name[i] = '/';
	snprintf(spec, sizeof(spec),
		 "  file: {rules: [{action: deny, paths: ['%.4096s']}]}\n", name);
	{
		_cleanup_(parsed_clear) struct parsed parsed = parse_spec(spec);

		cr_assert_eq(parsed.result, -EINVAL);
		cr_assert(strstr(parsed.said,
				 "a path of more than 4095 bytes can match nothing"));
	}
}

Test(parse_error, rules_that_can_match_nothing)
{
	static const struct wrong wrong[] = {
		{"  exec: {rules: [{action: deny, paths: [/usr/bin/]}]}\n",
		 "t:5:41: error: \"/usr/bin/\": a directory is never executed, this can "
		 "match "
		 "nothing; write \"/usr/bin/**\" for all below\n"},
		{"  file: {rules: [{action: deny, paths: [/a/b, /a/*], except: "
		 "[/a/**]}]}\n",
		 "t:5:18: error: all of \"paths\" is excepted, the rule can match "
		 "nothing; "
		 "narrow \"except\" or drop the rule\n"},
		{"  file: {rules: [{action: deny, except: [/a/**]}]}\n",
		 "t:5:18: error: an empty rule, it says not what it matches; add paths; "
		 "[\"/**\"] are all\n"},
		{"  exec: {rules: [{action: deny, drifted: true, multicall: by-name}]}\n",
		 "t:5:18: error: \"multicall: by-name\" without \"paths\"; add the names "
		 "that are meant\n"},
		{"  network: {rules: [{action: deny, unix: [\"@\"]}]}\n",
		 "t:5:43: error: \"@\": a socket without a name; write the name behind "
		 "\"@\"\n"},
		{"  network: {rules: [{action: deny, to: [10.1.0.0/16], except: "
		 "[10.0.0.0/8]}]}\n",
		 "t:5:21: error: all of \"to\" is excepted, the rule can match nothing; "
		 "narrow \"except\" or drop the rule\n"},
		{"  network: {rules: [{action: deny, except: [0.0.0.0/0, '::/0']}]}\n",
		 "t:5:21: error: all of \"to\" is excepted, the rule can match nothing; "
		 "narrow \"except\" or drop the rule\n"},
		{"  network: {rules: [{action: deny, ports: [1], protocols: [icmp]}]}\n",
		 "t:5:21: error: \"ports\" with protocols that have none, the rule can "
		 "match "
		 "nothing; leave \"ports\" out or add tcp or udp\n"},
		{"  network: {rules: [{action: deny, unix: [/a], ports: [1]}]}\n",
		 "t:5:21: error: \"unix\" beside addresses, ports or protocols, no "
		 "socket has both; make it two rules\n"},
	};

	ASSERT_SPEC_SAYS(wrong);
}

Test(parse_error, numbers_and_names)
{
	static const struct wrong wrong[] = {
		{"  sockets: {rules: [{action: deny, families: [inet7, 256, [1], "
		 "foo]}]}\n",
		 "t:5:47: error: \"inet7\" is not a socket family; did you mean "
		 "\"inet\"?\n"
		 "t:5:54: error: \"families\" is 256; give a number from 0 to 255\n"
		 "t:5:59: error: \"families\" takes a string, not a list; give one "
		 "string\n"
		 "t:5:64: error: \"foo\" is not a socket family; "
		 "give a word as \"inet\" or a number from 0 to 255\n"},
		{"  sockets: {rules: [{action: deny, types: {nott: [raw]}}]}\n",
		 "t:5:44: error: unknown key \"nott\" in types; did you mean \"not\"?\n"
		 "t:5:43: error: types has no \"not\"; add it\n"},
		{"  sockets: {rules: [{action: deny, protocols: [tpc]}]}\n",
		 "t:5:48: error: \"tpc\" is not a protocol; did you mean \"tcp\"?\n"},
		{"  capabilities: {rules: [{action: deny, capabilities: [CAP_SYS_ADMN, "
		 "NET_RAW]}]}\n",
		 "t:5:56: error: \"CAP_SYS_ADMN\" is not a capability; did you mean "
		 "\"SYS_ADMIN\"?\n"},
		{"  process: {rules: [{action: deny, operations: [ptrase]}]}\n",
		 "t:5:49: error: \"operations\" cannot be \"ptrase\"; did you mean "
		 "\"ptrace\"? "
		 "(ptrace, setuid, mount, userns, module or bpf)\n"},
		{"  network: {default: {conect: deny}}\n",
		 "t:5:23: error: unknown key \"conect\" in \"default\" of network; "
		 "did you mean \"connect\"?\n"},
		{"  network: {rules: [{action: deny, direction: out}]}\n",
		 "t:5:47: error: \"direction\" cannot be \"out\"; give connect, bind, "
		 "listen or accept\n"},
	};

	ASSERT_SPEC_SAYS(wrong);
}

Test(parse_error, ports)
{
	static const struct {
		const char *port, *problem;
	} wrong[] = {
		{"0", "port 0 is none; ports go from 1 to 65535"},
		{"65536", "port 65536 is none; ports go from 1 to 65535"},
		{"0-5", "port 0 is none; ports go from 1 to 65535"},
		{"5-70000", "port 70000 is none; ports go from 1 to 65535"},
		{"9-5", "the range \"9-5\" runs backwards; write \"5-9\""},
		{"http",
		 "\"ports\" takes ports; give a number from 1 to 65535, or a range as "
		 "\"6660-6669\""},
		{"-5",
		 "\"ports\" takes ports; give a number from 1 to 65535, or a range as "
		 "\"6660-6669\""},
		{"080",
		 "\"ports\" takes ports; give a number from 1 to 65535, or a range as "
		 "\"6660-6669\""},
		{"1-2-3",
		 "\"ports\" takes ports; give a number from 1 to 65535, or a range as "
		 "\"6660-6669\""},
		{"1.5",
		 "\"ports\" takes ports; give a number from 1 to 65535, or a range as "
		 "\"6660-6669\""},
		{"99999999999999999999",
		 "\"ports\" takes ports; give a number from 1 to 65535, or a "
		 "range as \"6660-6669\""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		char spec[200], expected[300];

		snprintf(spec, sizeof(spec),
			 "  network: {rules: [{action: deny, ports: [%s]}]}\n",
			 wrong[i].port);
		snprintf(expected, sizeof(expected), "t:5:44: error: %s\n",
			 wrong[i].problem);
		assert_spec_says(&(struct wrong){spec, expected}, 1);
	}
}

Test(parse_error, addresses)
{
	static const struct {
		const char *address, *problem;
	} wrong[] = {
		{"10.1.2.3/8", "has bits set behind its prefix; write \"10.0.0.0/8\""},
		{"2001:db8::1/32",
		 "has bits set behind its prefix; write \"2001:db8::/32\""},
		{"::ffff:0:0/95",
		 "has bits set behind its prefix; write \"::fffe:0:0/95\""},
		{"::ffff:10.1.2.3/104",
		 "has bits set behind its prefix; write \"10.0.0.0/8\""},
		{"10.0.0.0/33", "has no right prefix length; "
				"it goes from /0 to /32 for IPv4 and to /128 for IPv6"},
		{"10.0.0.0/", "has no right prefix length; "
			      "it goes from /0 to /32 for IPv4 and to /128 for IPv6"},
		{"10.0.0.0/08", "has no right prefix length; "
				"it goes from /0 to /32 for IPv4 and to /128 for IPv6"},
		{"::/129", "has no right prefix length; "
			   "it goes from /0 to /32 for IPv4 and to /128 for IPv6"},
		{"10.0.0", "is no address; write one as \"10.0.0.0/8\", \"192.0.2.1\" or "
			   "\"2001:db8::/32\""},
		{"example.com",
		 "is no address; write one as \"10.0.0.0/8\", \"192.0.2.1\" or "
		 "\"2001:db8::/32\""},
		{"fe80::1%eth0",
		 "is no address; write one as \"10.0.0.0/8\", \"192.0.2.1\" or "
		 "\"2001:db8::/32\""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		char spec[200], expected[300];

		snprintf(spec, sizeof(spec),
			 "  network: {rules: [{action: deny, to: ['%s']}]}\n",
			 wrong[i].address);
		snprintf(expected, sizeof(expected), "t:5:41: error: \"%s\" %s\n",
			 wrong[i].address, wrong[i].problem);
		assert_spec_says(&(struct wrong){spec, expected}, 1);
	}
}

Test(parse_error, names_all_errors_of_all_documents)
{
	_cleanup_(parsed_clear) struct parsed parsed =
		parse(POLICY_HEAD "  exec: {default: denny}\n"
				  "---\n" POLICY_HEAD
				  "  file: {rules: [{action: deny, paths: [a]}]}\n"
				  "---\n"
				  "a: [\n");

	cr_assert_eq(parsed.result, -EINVAL);
	cr_assert_eq(parsed.diagnostics.n_errors, 3);
	cr_assert(
		strstr(parsed.said, "t:14:1: error: did not find expected node content"));
	cr_assert(strstr(parsed.said, "t:5:19: error: \"default\" cannot be \"denny\""));
	cr_assert(strstr(parsed.said, "t:11:41: error: \"a\": a relative path"));
}

Test(parse_error, two_policies_of_one_name)
{
	_cleanup_(parsed_clear) struct parsed parsed =
		parse(POLICY_HEAD OK "---\n" POLICY_HEAD OK);

	cr_assert_eq(parsed.result, -EINVAL);
	cr_assert_str_eq(
		parsed.said,
		"t:7:1: error: LsmPolicy \"default/web\" is there already, at t:1; "
		"give each a name of its own, or drop one\n");
}

/* What other systems' policies and a real API server's answers make of the parser. */
static void read_corpus(const char *directory)
{
	_cleanup_(closedirp) DIR *files = opendir(directory);
	const struct dirent *entry;
	size_t n = 0;

	cr_assert(files, "%s", directory);
	while ((entry = readdir(files))) {
		_cleanup_(parsed_clear) struct parsed parsed = {0};
		_cleanup_(freep) char *path = NULL;

		if (entry->d_name[0] == '.')
			continue;
		cr_assert_gt(asprintf(&path, "%s/%s", directory, entry->d_name), 0);
		parsed.result =
			policy_read_file(path, &parsed.diagnostics, &parsed.policies);
		cr_expect_eq(parsed.result, -EINVAL, "%s: %d", path, parsed.result);
		cr_expect_geq(parsed.diagnostics.n_errors, 1, "%s", path);
		for (size_t i = 0; i < parsed.diagnostics.n; i++)
			cr_expect(
				strstr(parsed.diagnostics.items[i].message, "; ") ||
					strchr(parsed.diagnostics.items[i].message, '?'),
				"%s: %s", path, parsed.diagnostics.items[i].message);
		n++;
	}
	cr_assert_gt(n, 20);
}

Test(parse_error, policies_of_other_systems_get_clear_errors)
{
	const char *corpus = corpus_directory();
	_cleanup_(freep) char *policies = NULL, *answers = NULL;

	cr_assert_gt(asprintf(&policies, "%s/policies", corpus), 0);
	cr_assert_gt(asprintf(&answers, "%s/apiserver", corpus), 0);
	read_corpus(policies);
	read_corpus(answers);
}
