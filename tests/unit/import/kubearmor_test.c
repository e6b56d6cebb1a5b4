// SPDX-License-Identifier: Apache-2.0
#include "imported.h"

#define HEAD                                                                             \
	"apiVersion: security.kubearmor.com/v1\n"                                        \
	"kind: KubeArmorPolicy\n"                                                        \
	"metadata: {name: k, namespace: shop}\n"                                         \
	"spec:\n"                                                                        \
	"  selector: {matchLabels: {app: web}}\n"

#define SELECTS "{\"podSelector\":{\"matchLabels\":{\"app\":\"web\"}},"

Test(kubearmor, carries_severity_tags_message_and_origin)
{
	struct imported imported = import(HEAD "  severity: 3\n"
					       "  tags: [a, b]\n"
					       "  message: stop\n"
					       "  process:\n"
					       "    severity: 7\n"
					       "    matchPaths: [{path: /bin/sh}, {path: "
					       "/bin/ash, severity: 9, message: never}]\n"
					       "  action: Block\n");

	assert_spec(imported, SELECTS "\"severity\":3,\"tags\":[\"a\",\"b\"],\"message\":"
				      "\"stop\",\"exec\":{\"rules\":["
				      "{\"name\":\"line-11\",\"action\":\"deny\","
				      "\"paths\":[\"/bin/sh\"],\"severity\":7},"
				      "{\"name\":\"line-11-2\",\"action\":\"deny\","
				      "\"paths\":[\"/bin/ash\"],\"severity\":9,"
				      "\"message\":\"never\"}]}}");
	cr_assert_eq(imported.counts.converted, 1);
	imported_clear(&imported);
}

Test(kubearmor, says_in_the_policy_what_it_was_made_of)
{
	struct imported imported = {.policies = json_array()};
	const struct import_options options = {0};
	const char *text = HEAD "  process: {matchPaths: [{path: /bin/sh}]}\n";
	json_t *spec;

	import_text(text, strlen(text), "dir/f.yaml", &options, &imported.diagnostics,
		    imported.policies, &imported.counts);
	spec = json_object_get(json_array_get(imported.policies, 0), "spec");
	cr_assert_str_eq(json_string_value(json_object_get(spec, "description")),
			 "Imported from KubeArmorPolicy k, dir/f.yaml:1");
	imported_clear(&imported);
}

Test(kubearmor, replaces_tags_and_does_not_add_them_up)
{
	struct imported imported = import(
		HEAD "  tags: [policy]\n"
		     "  process: {matchPaths: [{path: /a, tags: [own]}, {path: /b}]}\n");

	assert_spec(imported, SELECTS "\"exec\":{\"rules\":["
				      "{\"name\":\"line-7\",\"action\":\"deny\","
				      "\"paths\":[\"/a\"],\"tags\":[\"own\"]},"
				      "{\"name\":\"line-7-2\",\"action\":\"deny\","
				      "\"paths\":[\"/b\"],\"tags\":[\"policy\"]}]}}");
	imported_clear(&imported);
}

Test(kubearmor, takes_the_innermost_action_and_blocks_by_default)
{
	struct imported imported =
		import(HEAD "  process:\n"
			    "    matchPaths: [{path: /a, action: Audit}, {path: /b}]\n"
			    "  file:\n"
			    "    matchPaths: [{path: /c}]\n"
			    "    action: Audit\n");

	assert_spec(imported, SELECTS
		    "\"exec\":{\"rules\":["
		    "{\"name\":\"line-7\",\"action\":\"audit\",\"paths\":[\"/a\"]},"
		    "{\"name\":\"line-7-2\",\"action\":\"deny\",\"paths\":[\"/b\"]}]},"
		    "\"file\":{\"rules\":[{\"name\":\"line-9\",\"action\":\"audit\","
		    "\"paths\":[\"/c\"]}]}}");
	imported_clear(&imported);
}

Test(kubearmor, turns_directories_into_themselves_and_what_is_in_them)
{
	struct imported imported =
		import(HEAD "  file:\n"
			    "    matchDirectories:\n"
			    "    - {dir: /etc/}\n"
			    "    - {dir: /srv/, recursive: true}\n"
			    "  process:\n"
			    "    matchDirectories: [{dir: /tmp/, recursive: true}]\n");

	assert_spec(imported, SELECTS "\"exec\":{\"rules\":[{\"name\":\"line-11\","
				      "\"action\":\"deny\",\"paths\":[\"/tmp/**\"]}]},"
				      "\"file\":{\"rules\":[{\"name\":\"line-8\","
				      "\"action\":\"deny\",\"paths\":[\"/etc/\","
				      "\"/etc/*\",\"/srv/\",\"/srv/**\"]}]}}");
	imported_clear(&imported);
}

Test(kubearmor, stops_writers_and_others_whatever_the_action)
{
	struct imported imported =
		import(HEAD "  file:\n"
			    "    matchPaths:\n"
			    "    - {path: /r, readOnly: true}\n"
			    "    - {path: /o, ownerOnly: true}\n"
			    "    - {path: /b, readOnly: true, ownerOnly: true}\n");

	assert_spec(imported, SELECTS "\"file\":{\"rules\":["
				      "{\"name\":\"line-8\",\"action\":\"deny\","
				      "\"access\":[\"write\"],\"paths\":[\"/r\"]},"
				      "{\"name\":\"line-9\",\"action\":\"deny\","
				      "\"paths\":[\"/o\",\"/b\"],\"owner\":\"other\"},"
				      "{\"name\":\"line-10\",\"action\":\"deny\","
				      "\"access\":[\"write\"],\"paths\":[\"/b\"]}]}}");
	imported_clear(&imported);
}

Test(kubearmor, allows_owners_and_readers_under_an_allow_list)
{
	struct imported imported = import(HEAD "  action: Allow\n"
					       "  file:\n"
					       "    matchPaths: [{path: /o, ownerOnly: "
					       "true}, {path: /r, readOnly: true}]\n");

	assert_spec(imported, SELECTS
		    "\"file\":{\"default\":\"deny\",\"rules\":["
		    "{\"name\":\"line-8\",\"action\":\"allow\",\"paths\":[\"/o\"]},"
		    "{\"name\":\"line-8-2\",\"action\":\"deny\",\"paths\":[\"/"
		    "o\"],\"owner\":\"other\"},"
		    "{\"name\":\"line-8-3\",\"action\":\"allow\",\"access\":[\"read\"],"
		    "\"paths\":[\"/r\"]},"
		    "{\"name\":\"line-8-4\",\"action\":\"deny\",\"access\":[\"write\"],"
		    "\"paths\":[\"/r\"]}]}}");
	assert_said(imported, "warning: what its Allow rules leave out is denied");
	imported_clear(&imported);
}

Test(kubearmor, denies_by_default_only_where_something_is_allowed)
{
	struct imported imported =
		import(HEAD "  process: {matchPaths: [{path: /a}], action: Allow}\n"
			    "  file: {matchPaths: [{path: /b}]}\n");

	assert_spec(
		imported, SELECTS
		"\"exec\":{\"default\":\"deny\",\"rules\":[{\"name\":\"line-6\","
		"\"action\":\"allow\","
		"\"paths\":[\"/"
		"a\"]}]},\"file\":{\"rules\":[{\"name\":\"line-7\",\"action\":\"deny\","
		"\"paths\":[\"/b\"]}]}}");
	imported_clear(&imported);
}

Test(kubearmor, lets_a_source_through_what_is_blocked_for_all)
{
	struct imported imported =
		import(HEAD "  file:\n"
			    "    matchDirectories:\n"
			    "    - {dir: /s/, recursive: true, action: Block}\n"
			    "    - {dir: /s/, recursive: true, action: Allow, "
			    "fromSource: [{path: /p}, {path: /q}]}\n");

	assert_spec(
		imported, SELECTS
		"\"file\":{\"default\":\"deny\",\"rules\":["
		"{\"name\":\"line-8\",\"action\":\"deny\",\"paths\":[\"/s/\",\"/s/**\"],"
		"\"from\":{\"not\":[\"/p\",\"/q\"]}},"
		"{\"name\":\"line-9\",\"action\":\"allow\",\"paths\":[\"/s/\",\"/s/**\"],"
		"\"from\":[\"/p\",\"/q\"]}]}}");
	imported_clear(&imported);
}

Test(kubearmor, lets_a_source_through_a_part_of_what_is_blocked)
{
	struct imported imported = import(
		HEAD
		"  process:\n"
		"    matchDirectories: [{dir: /s/, recursive: true, action: Block}]\n"
		"    matchPaths: [{path: /s/x, action: Allow, fromSource: [{path: "
		"/p}]}]\n");

	assert_spec(imported, SELECTS "\"exec\":{\"default\":\"deny\",\"rules\":["
				      "{\"name\":\"line-7\",\"action\":\"deny\","
				      "\"paths\":[\"/s/**\"],\"except\":[\"/s/x\"]},"
				      "{\"name\":\"line-7-2\",\"action\":\"deny\","
				      "\"paths\":[\"/s/x\"],\"from\":{\"not\":[\"/p\"]}},"
				      "{\"name\":\"line-8\",\"action\":\"allow\","
				      "\"paths\":[\"/s/x\"],\"from\":[\"/p\"]}]}}");
	imported_clear(&imported);
}

Test(kubearmor, escapes_what_a_path_means_literally)
{
	struct imported imported =
		import(HEAD "  process: {matchPaths: [{path: '/a*[b'}]}\n");

	assert_spec(imported, SELECTS
		    "\"exec\":{\"rules\":[{\"name\":\"line-6\",\"action\":\"deny\","
		    "\"paths\":[\"/a\\\\*\\\\[b\"]}]}}");
	imported_clear(&imported);
}

Test(kubearmor, reads_patterns_as_apparmor_does)
{
	struct imported imported =
		import(HEAD "  file: {matchPatterns: [{pattern: /**/x}, {pattern: "
			    "'/{a,b}*'}, {pattern: /etc/**}]}\n"
			    "  process: {matchPaths: [{execname: nc}]}\n");

	assert_spec(imported, SELECTS "\"exec\":{\"rules\":[{\"name\":\"line-7\","
				      "\"action\":\"deny\",\"paths\":[\"/**/nc\"]}]},"
				      "\"file\":{\"rules\":[{\"name\":\"line-6\","
				      "\"action\":\"deny\",\"paths\":[\"/*/**/x\","
				      "\"/b*\",\"/a*\",\"/etc/**\"]}]}}");
	imported_clear(&imported);
}

Test(kubearmor, turns_protocols_into_sockets)
{
	struct imported imported =
		import(HEAD "  network:\n"
			    "    matchProtocols:\n"
			    "    - {protocol: TCP}\n"
			    "    - {protocol: raw, fromSource: [{path: /bin/ping}]}\n"
			    "  capabilities: {matchCapabilities: [{capability: net_raw}, "
			    "{capability: sys_admin}]}\n");

	assert_spec(
		imported, SELECTS
		"\"sockets\":{\"rules\":["
		"{\"name\":\"line-8\",\"action\":\"deny\",\"families\":[\"inet\","
		"\"inet6\"],\"protocols\":[\"tcp\"]},"
		"{\"name\":\"line-9\",\"action\":\"deny\",\"types\":[\"raw\"],\"from\":["
		"\"/bin/ping\"]}]},"
		"\"capabilities\":{\"rules\":[{\"name\":\"line-10\",\"action\":\"deny\","
		"\"capabilities\":[\"NET_RAW\",\"SYS_ADMIN\"]}]}}");
	imported_clear(&imported);
}

Test(kubearmor, allows_streams_of_every_family_as_its_hook_does)
{
	struct imported imported = import(
		HEAD "  network: {matchProtocols: [{protocol: tcp}], action: Allow}\n");
	struct image *image = image_of(&imported);
	struct eval_event event = {.kind = EVAL_SOCKET, .family = 1, .type = 1};

	cr_assert_not(is_denied(image, &event), "unix stream");
	event.family = 2;
	cr_assert_not(is_denied(image, &event), "tcp");
	event.type = 2;
	cr_assert(is_denied(image, &event), "udp");
	image_unref(image);
	imported_clear(&imported);
}

Test(kubearmor, selects_namespaces_and_labels_of_cluster_policies)
{
	struct imported imported =
		import("apiVersion: security.kubearmor.com/v1\n"
		       "kind: KubeArmorClusterPolicy\n"
		       "metadata: {name: c}\n"
		       "spec:\n"
		       "  selector:\n"
		       "    matchExpressions:\n"
		       "    - {key: namespace, operator: NotIn, values: [kube-system]}\n"
		       "    - {key: label, operator: In, values: [app=a, app=b]}\n"
		       "    - {key: label, operator: NotIn, values: [x=1, y=2]}\n"
		       "  process: {matchPaths: [{path: /a}]}\n");

	assert_spec(imported,
		    "{\"podSelector\":{\"matchExpressions\":["
		    "{\"key\":\"app\",\"operator\":\"In\",\"values\":[\"a\",\"b\"]},"
		    "{\"key\":\"x\",\"operator\":\"NotIn\",\"values\":[\"1\"]},"
		    "{\"key\":\"y\",\"operator\":\"NotIn\",\"values\":[\"2\"]}]},"
		    "\"namespaceSelector\":{\"matchExpressions\":[{\"key\":\"kubernetes."
		    "io/metadata.name\","
		    "\"operator\":\"NotIn\",\"values\":[\"kube-system\"]}]},"
		    "\"exec\":{\"rules\":[{\"name\":\"line-10\",\"action\":\"deny\","
		    "\"paths\":[\"/a\"]}]}}");
	imported_clear(&imported);
}

Test(kubearmor, never_selects_more_pods_than_it_is_about)
{
	struct imported imported =
		import_partial("apiVersion: security.kubearmor.com/v1\n"
			       "kind: KubeArmorClusterPolicy\n"
			       "metadata: {name: c}\n"
			       "spec:\n"
			       "  selector: {matchExpressions: [{key: label, operator: "
			       "In, values: [a=1, b=2]}]}\n"
			       "  process: {matchPaths: [{path: /a}]}\n");

	assert_spec(imported, "");
	assert_reason(imported, IMPORT_SELECTION);
	assert_said(imported, "t:5:");
	cr_assert_eq(imported.counts.refused, 1);
	imported_clear(&imported);
}

Test(kubearmor, says_of_host_policies_what_is_lost)
{
	const char *text = "apiVersion: security.kubearmor.com/v1\n"
			   "kind: KubeArmorHostPolicy\n"
			   "metadata: {name: h}\n"
			   "spec:\n"
			   "  nodeSelector: {matchLabels: {zone: a}}\n"
			   "  process: {matchPaths: [{path: /a}]}\n";
	struct imported imported = import(text), partial = import_partial(text);

	assert_spec(imported, "");
	assert_said(imported, "t:2:7: error: no equivalent: a KubeArmorHostPolicy");
	assert_spec(partial,
		    "{\"nodeSelector\":{\"matchLabels\":{\"zone\":\"a\"}},\"cgroups\":["
		    "\"/system.slice/**\","
		    "\"/user.slice/"
		    "**\"],\"exec\":{\"rules\":[{\"name\":\"line-6\",\"action\":\"deny\","
		    "\"paths\":[\"/a\"]}]}}");
	cr_assert_eq(partial.counts.partial, 1);
	imported_clear(&imported);
	imported_clear(&partial);
}

Test(kubearmor, leaves_out_only_what_has_no_equivalent)
{
	const char *text = HEAD
		"  process:\n"
		"    matchPatterns: [{pattern: '/*/rm -rf *'}, {pattern: '^/a\\Wb$'}]\n"
		"    matchPaths: [{path: /a}, {path: /b, ownerOnly: true}]\n";
	struct imported imported = import(text), partial = import_partial(text);

	assert_spec(imported, "");
	assert_said(
		imported,
		"t:7:31: error: no equivalent: \"/*/rm -rf *\" is about the arguments");
	assert_spec(partial, SELECTS "\"exec\":{\"rules\":[{\"name\":\"line-8\","
				     "\"action\":\"deny\",\"paths\":[\"/a\"]}]}}");
	assert_said(partial,
		    "t:8:37: warning: no equivalent, left out: ownerOnly of a program");
	assert_reason(partial, IMPORT_ARGUMENTS);
	assert_reason(partial, IMPORT_EXPRESSION);
	assert_reason(partial, IMPORT_OWNER);
	imported_clear(&imported);
	imported_clear(&partial);
}

Test(kubearmor, only_audits_where_something_allowed_is_left_out)
{
	struct imported imported =
		import_partial(HEAD "  process: {matchPaths: [{path: /a}, {path: /b, "
				    "ownerOnly: true}], action: Allow}\n");

	cr_assert_not_null(strstr(imported.text, "\"mode\":\"audit\""), "%s",
			   imported.text);
	assert_said(imported, "warning: what is left out was allowed");
	imported_clear(&imported);
}

Test(kubearmor, refuses_to_choose_between_allow_and_block)
{
	struct imported imported = import(HEAD "  process:\n"
					       "    matchPaths:\n"
					       "    - {path: /a, action: Allow}\n"
					       "    - {path: /a, action: Block}\n");

	assert_reason(imported, IMPORT_CONFLICT);
	assert_said(imported, "t:9:14: error");
	imported_clear(&imported);
}

Test(kubearmor, guesses_nothing)
{
	static const struct {
		const char *spec, *said;
	} cases[] = {
		{"  selector: {app: web}\n  process: {matchPaths: [{path: /a}]}\n",
		 "t:5:14: error: unknown key \"app\""},
		{"  process: {matchPaths: [{path: /a, ownerOnIy: true}]}\n",
		 "did you mean \"ownerOnly\"?"},
		{"  process: {matchPaths: [{path: /a/}]}\n", "ends in \"/\""},
		{"  process: {matchPaths: [{path: a}]}\n", "is no absolute path"},
		{"  file: {matchDirectories: [{dir: /a}]}\n",
		 "is no directory as KubeArmor takes them"},
		{"  process: {matchPaths: [{path: /a}], action: block}\n",
		 "did you mean \"Block\"?"},
		{"  process: {matchPaths: [{path: /a}], severity: 11}\n", "from 1 to 10"},
		{"  network: {matchProtocols: [{protocol: tpc}]}\n",
		 "is no protocol of KubeArmor"},
		{"  capabilities: {matchCapabilities: [{capability: sys_adm}]}\n",
		 "did you mean"},
		{"  process:\n", "has no value"},
		{"  process: {matchPaths: [{path: /a}], action: Audit, action: Audit}\n",
		 "there twice"},
		{"  selector: {}\n", "a policy without a rule"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];
		struct imported imported;

		snprintf(text, sizeof(text),
			 "apiVersion: security.kubearmor.com/v1\nkind: KubeArmorPolicy\n"
			 "metadata: {name: k}\nspec:\n%s",
			 cases[i].spec);
		imported = import(text);
		assert_said(imported, cases[i].said);
		cr_assert_eq(imported.counts.wrong, 1, "%s", text);
		cr_assert_eq(json_array_size(imported.policies), 0);
		imported_clear(&imported);
	}
}

Test(kubearmor, names_what_it_cannot_say)
{
	static const struct {
		const char *spec;
		enum import_reason reason;
	} cases[] = {
		{"  apparmor: docker-default\n", IMPORT_PROFILE},
		{"  syscalls: {matchSyscalls: [{syscall: [unlink]}]}\n", IMPORT_SYSCALL},
		{"  presets: [{name: protectEnv, action: Block}]\n", IMPORT_PRESET},
		{"  status: Inactive\n  process: {matchPaths: [{path: /a}]}\n",
		 IMPORT_INACTIVE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];
		struct imported imported;

		snprintf(text, sizeof(text), HEAD "%s", cases[i].spec);
		imported = import(text);
		assert_reason(imported, cases[i].reason);
		cr_assert_eq(imported.counts.refused, 1);
		imported_clear(&imported);
	}
}
