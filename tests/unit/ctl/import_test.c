// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

/* `lsmctl import`, over files. What is converted, and why not, is tests/unit/import's. */

TestSuite(ctl_import, .init = start_server, .fini = stop_server, .timeout = 60);

#define POLICY(name, rules)                                                              \
	"apiVersion: security.kubearmor.com/v1\n"                                        \
	"kind: KubeArmorPolicy\n"                                                        \
	"metadata: {name: " name "}\n"                                                   \
	"spec:\n"                                                                        \
	"  process: {matchPaths: [" rules "]}\n"

Test(ctl_import, all_converted_is_0_and_needs_no_lsmd)
{
	const char *one = write_text("1.yaml", POLICY("one", "{path: /a}"));
	const char *two = write_text("2.yaml", POLICY("two", "{path: /b}"));

	setenv(SOCKET_ENVIRONMENT, "/nowhere", 1);
	cr_expect_eq(run("import", one, two), 0, "%s", lsmctl.err);
	cr_expect_str_eq(lsmctl.err, "");
	cr_expect(!!strstr(lsmctl.out, "metadata:\n  name: one\n"), "%s", lsmctl.out);
	cr_expect(!!strstr(lsmctl.out,
			   "\n---\napiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\n"));
	cr_expect(!!strstr(lsmctl.out, "\n      paths: [/b]\n"));
}

Test(ctl_import, its_output_passes_check)
{
	const char *theirs = write_text("1.yaml", POLICY("one", "{path: /a}"));
	const char *ours;

	cr_expect_eq(run("import", theirs), 0);
	ours = write_text("2.yaml", lsmctl.out);
	cr_expect_eq(run("check", ours), 0, "%s", lsmctl.out);
}

Test(ctl_import, something_without_equivalent_is_1_and_nothing_of_it_comes_out)
{
	const char *path = write_text(
		"1.yaml", POLICY("one", "{path: /a}, {path: /b, ownerOnly: true}"));
	_cleanup_(freep) char *place = NULL;

	cr_expect_eq(run("import", path), 1);
	cr_expect_str_eq(lsmctl.out, "");
	cr_assert(asprintf(&place, "%s:5:45: error: no equivalent: ", path) > 0);
	cr_expect(!!strstr(lsmctl.err, place), "%s", lsmctl.err);
	cr_expect_eq(run("import", "--partial", path), 1);
	cr_expect(!!strstr(lsmctl.out, "paths: [/a]\n"), "%s", lsmctl.out);
}

Test(ctl_import, wrong_input_is_2)
{
	const char *path = write_text("1.yaml", POLICY("one", "{paht: /a}"));

	cr_expect_eq(run("import", path), 2);
	cr_expect(!!strstr(lsmctl.err, "unknown key \"paht\""), "%s", lsmctl.err);
	cr_expect_eq(run("import", "/nowhere/file.yaml"), 2);
	cr_expect_eq(run("import"), 2);
	cr_expect_eq(run("import", "--from", "selinux", path), 2);
	cr_expect_eq(run("import", "-o", "table", path), 2);
	cr_expect_eq(run("import", "--from", "cilium", path), 2);
}

Test(ctl_import, json_is_one_object)
{
	const char *one = write_text("1.yaml", POLICY("one", "{path: /a}"));
	const char *two = write_text("2.yaml", POLICY("two", "{path: /b}"));
	json_t *json;

	cr_expect_eq(run("import", "-o", "json", one), 0);
	json = json_loads(lsmctl.out, 0, NULL);
	cr_expect_str_eq(json_string_value(json_object_get(json, "kind")), "LsmPolicy");
	json_decref(json);
	cr_expect_eq(run("import", "-o", "json", one, two), 0);
	json = json_loads(lsmctl.out, 0, NULL);
	cr_expect_eq(json_array_size(json_object_get(json, "items")), 2);
	json_decref(json);
}
