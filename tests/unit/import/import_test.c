// SPDX-License-Identifier: Apache-2.0
#include "imported.h"

#define POLICY(name)                                                                     \
	"apiVersion: security.kubearmor.com/v1\nkind: KubeArmorPolicy\n"                 \
	"metadata: {name: " name "}\nspec: {process: {matchPaths: [{path: /a}]}}\n"

Test(import, reads_documents_and_lists)
{
	struct imported imported = import(POLICY("one") "---\n" POLICY(
		"two") "---\n---\n"
		       "{apiVersion: v1, kind: List, items: [{apiVersion: "
		       "security.kubearmor.com/v1, "
		       "kind: KubeArmorPolicy, metadata: {name: three}, "
		       "spec: {process: {matchPaths: [{path: /a}]}}}]}\n");

	cr_assert_eq(imported.counts.converted, 3, "%s", imported.said);
	cr_assert_eq(json_array_size(imported.policies), 3);
	imported_clear(&imported);
}

Test(import, converts_nothing_of_a_text_that_is_broken)
{
	struct imported imported = import(POLICY("one") "---\n" POLICY("two") "x: [\n");

	cr_assert_eq(json_array_size(imported.policies), 0);
	cr_assert_gt(imported.counts.wrong, 0);
	imported_clear(&imported);
}

Test(import, reads_only_what_it_was_told_to)
{
	const struct import_options options = {.from = IMPORT_CILIUM};
	struct imported imported = import_with(POLICY("one"), &options);

	assert_said(imported, "t:2:7: error: a KubeArmorPolicy is not what --from says");
	cr_assert_eq(imported.counts.wrong, 1);
	imported_clear(&imported);
}

Test(import, knows_kinds_with_their_groups)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{"apiVersion: v1\nkind: KubeArmorPolicy\n", "is not known"},
		{"apiVersion: security.kubearmor.com/v1\nkind: KubeArmorPolice\n",
		 "did you mean \"KubeArmorPolicy\"?"},
		{"a: b\n", "without apiVersion and kind"},
		{"[]\n", "without apiVersion and kind"},
		{"kind: List\n", "without a list of \"items\""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct imported imported = import(cases[i].text);

		assert_said(imported, cases[i].said);
		cr_assert_eq(imported.counts.wrong, 1);
		imported_clear(&imported);
	}
}

Test(import, bounds_the_rules_of_a_policy)
{
	struct imported imported;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fputs("apiVersion: security.kubearmor.com/v1\nkind: KubeArmorPolicy\nmetadata: "
	      "{name: k}\n"
	      "spec:\n  process:\n    matchPaths:\n",
	      file);
	for (size_t i = 0; i < 5000; i++)
		fprintf(file, "    - path: /a%zu\n", i);
	fclose(file);
	imported = import(text);
	assert_said(imported, "more than 2048 rules in one policy");
	cr_assert_eq(imported.counts.wrong, 1);
	cr_assert_eq(imported.diagnostics.n, 1, "said once");
	imported_clear(&imported);
	free(text);
}
