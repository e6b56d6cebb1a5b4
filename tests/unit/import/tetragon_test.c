// SPDX-License-Identifier: Apache-2.0
#include "imported.h"

#define HEAD                                                                             \
	"apiVersion: cilium.io/v1alpha1\n"                                               \
	"kind: TracingPolicyNamespaced\n"                                                \
	"metadata: {name: t, namespace: shop}\n"                                         \
	"spec:\n"                                                                        \
	"  podSelector: {matchLabels: {app: web}}\n"

#define SELECTS "{\"podSelector\":{\"matchLabels\":{\"app\":\"web\"}},"

/* One selector of a kprobe, from line 9 on. */
static struct imported import_selector_of(const char *call, const char *selector)
{
	struct imported imported;
	char *text;

	cr_assert_gt(asprintf(&text,
			      HEAD "  kprobes:\n  - call: %s\n    selectors:\n    - %s\n",
			      call, selector),
		     0);
	imported = import(text);
	free(text);
	return imported;
}

Test(tetragon, turns_probes_into_rules)
{
	static const struct {
		const char *call, *selector, *spec;
	} cases[] = {
		{"security_file_permission",
		 "{matchArgs: [{index: 0, operator: Prefix, values: [/etc]}, {index: 1, "
		 "operator: Equal, "
		 "values: ['2']}], matchActions: [{action: Sigkill}]}",
		 "\"file\":{\"rules\":[{\"name\":\"line-9\",\"action\":\"kill\","
		 "\"access\":[\"write\"],"
		 "\"paths\":[\"/etc**\"]}]}}"},
		{"security_file_open",
		 "{matchArgs: [{index: 0, operator: Postfix, values: [/shadow, .key]}], "
		 "matchBinaries: [{operator: NotIn, values: [/bin/login]}], "
		 "matchActions: [{action: Override, argError: -13}]}",
		 "\"file\":{\"rules\":[{\"name\":\"line-9\",\"action\":\"deny\","
		 "\"errno\":13,"
		 "\"paths\":[\"/**/shadow\",\"/**.key\"],\"from\":{\"not\":[\"/bin/"
		 "login\"]}}]}}"},
		{"security_path_truncate", "{matchActions: [{action: Post}]}",
		 "\"file\":{\"rules\":[{\"name\":\"line-9\",\"action\":\"audit\","
		 "\"access\":[\"write\"],"
		 "\"paths\":[\"/\",\"/**\"]}]}}"},
		{"__x64_sys_execve",
		 "{matchArgs: [{index: 0, operator: Equal, values: [/bin/sh]}], "
		 "matchActions: [{action: NotifyEnforcer, argError: -1, argSig: 9}]}",
		 "\"exec\":{\"rules\":[{\"name\":\"line-9\",\"action\":\"kill\","
		 "\"errno\":1,"
		 "\"paths\":[\"/bin/sh\"]}]}}"},
		{"tcp_connect",
		 "{matchArgs: [{index: 0, operator: NotDAddr, values: [10.0.0.0/8]}, "
		 "{index: 0, operator: DPort, values: ['80', '8000:8080']}], "
		 "matchActions: [{action: Override, argError: -1}]}",
		 "\"network\":{\"rules\":[{\"name\":\"line-9\",\"action\":\"deny\","
		 "\"errno\":1,"
		 "\"to\":[\"0.0.0.0/0\",\"::/0\"],\"except\":[\"10.0.0.0/8\"],"
		 "\"ports\":[80,\"8000-8080\"],\"protocols\":[\"tcp\"]}]}}"},
		{"security_socket_create",
		 "{matchArgs: [{index: 1, operator: InMap, values: [SOCK_RAW]}, "
		 "{index: 0, operator: NotEqual, values: ['1']}], matchActions: "
		 "[{action: Sigkill}]}",
		 "\"sockets\":{\"rules\":[{\"name\":\"line-9\",\"action\":\"kill\","
		 "\"families\":{\"not\":[1]},\"types\":[\"raw\"]}]}}"},
		{"cap_capable",
		 "{matchArgs: [{index: 2, operator: Equal, values: ['21', "
		 "CAP_NET_RAW]}], "
		 "matchActions: [{action: Sigkill}]}",
		 "\"capabilities\":{\"rules\":[{\"name\":\"line-9\",\"action\":\"kill\","
		 "\"capabilities\":[\"SYS_ADMIN\",\"NET_RAW\"]}]}}"},
		{"sys_ptrace", "{matchActions: [{action: Sigkill}]}",
		 "\"process\":{\"rules\":[{\"name\":\"line-9\",\"action\":\"kill\","
		 "\"operations\":[\"ptrace\"]}]}}"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct imported imported =
			import_selector_of(cases[i].call, cases[i].selector);
		char *spec;

		cr_assert_gt(asprintf(&spec, SELECTS "%s", cases[i].spec), 0);
		assert_spec(imported, spec);
		free(spec);
		imported_clear(&imported);
	}
}

Test(tetragon, finds_arguments_by_their_place_in_the_probe)
{
	struct imported imported =
		import(HEAD "  lsmhooks:\n"
			    "  - hook: file_open\n"
			    "    args: [{index: 0, type: file}]\n"
			    "    selectors: [{matchArgs: [{args: [0], operator: Equal, "
			    "values: [/a]}],\n"
			    "                 matchActions: [{action: Sigkill}]}]\n"
			    "    message: stop\n"
			    "    tags: [x]\n");

	assert_spec(imported, SELECTS "\"file\":{\"rules\":[{\"name\":\"line-9\","
				      "\"action\":\"kill\",\"paths\":[\"/a\"],"
				      "\"tags\":[\"x\"],\"message\":\"stop\"}]}}");
	imported_clear(&imported);
}

Test(tetragon, names_what_it_cannot_say)
{
	static const struct {
		const char *call, *selector;
		enum import_reason reason;
	} cases[] = {
		{"fd_install", "{}", IMPORT_HOOK},
		{"sys_ptrace",
		 "{matchArgs: [{index: 0, operator: Equal, values: ['16']}]}",
		 IMPORT_FILTER},
		{"security_file_open", "{matchPIDs: [{operator: In, values: [1]}]}",
		 IMPORT_FILTER},
		{"security_file_open",
		 "{matchArgs: [{index: 0, operator: Mask, values: ['1']}]}",
		 IMPORT_FILTER},
		{"security_mmap_file",
		 "{matchArgs: [{index: 1, operator: Equal, values: ['4']}]}",
		 IMPORT_FILTER},
		{"security_file_open",
		 "{matchBinaries: [{operator: In, values: [/a], followChildren: true}]}",
		 IMPORT_FILTER},
		{"security_file_open",
		 "{matchActions: [{action: GetUrl, argUrl: 'http://a'}]}", IMPORT_ACTION},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct imported imported =
			import_selector_of(cases[i].call, cases[i].selector);

		assert_reason(imported, cases[i].reason);
		cr_assert_eq(imported.counts.refused, 1, "%s", cases[i].selector);
		imported_clear(&imported);
	}
}

Test(tetragon, exempts_nothing_that_an_earlier_selector_does)
{
	struct imported imported = import_selector_of(
		"security_file_open", "{matchArgs: [{index: 0, operator: Equal, values: "
				      "[/a]}], matchActions: [{action: NoPost}]}\n"
				      "    - {matchActions: [{action: Sigkill}]}");

	assert_reason(imported, IMPORT_ORDER);
	assert_said(imported, "t:10:7: error");
	imported_clear(&imported);
}

Test(tetragon, says_that_the_hosts_processes_are_lost)
{
	const char *text = "apiVersion: cilium.io/v1alpha1\n"
			   "kind: TracingPolicy\n"
			   "metadata: {name: t}\n"
			   "spec:\n"
			   "  kprobes: [{call: sys_ptrace, selectors: [{matchActions: "
			   "[{action: Sigkill}]}]}]\n";
	struct imported imported = import(text), partial = import_partial(text);

	assert_reason(imported, IMPORT_HOST);
	assert_spec(partial, "{\"podSelector\":{},\"process\":{\"rules\":[{\"name\":"
			     "\"line-5\",\"action\":\"kill\","
			     "\"operations\":[\"ptrace\"]}]}}");
	imported_clear(&imported);
	imported_clear(&partial);
}

Test(tetragon, selects_containers_and_modes)
{
	struct imported imported =
		import(HEAD "  containerSelector: {matchExpressions: [{key: name, "
			    "operator: In, values: [a, b]}]}\n"
			    "  options: [{name: policy-mode, value: monitor}]\n"
			    "  kprobes: [{call: sys_ptrace, selectors: [{matchActions: "
			    "[{action: Sigkill}]}]}]\n");

	assert_spec(imported, "{\"podSelector\":{\"matchLabels\":{\"app\":\"web\"}},"
			      "\"containers\":[\"a\",\"b\"],"
			      "\"mode\":\"audit\",\"process\":{\"rules\":[{\"name\":"
			      "\"line-8\",\"action\":\"kill\","
			      "\"operations\":[\"ptrace\"]}]}}");
	imported_clear(&imported);
}
