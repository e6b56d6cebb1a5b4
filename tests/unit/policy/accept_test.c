// SPDX-License-Identifier: Apache-2.0
#include "policy/accept.h"

#include "parsed.h"
#include "policy/eval.h"
#include "util/cleanup.h"

static bool widens(const char *spec, const char *path)
{
	_cleanup_(parsed_clear) struct parsed parsed = parse_spec(spec);
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	struct image *image = NULL;
	bool result;

	only_policy(&parsed);
	cr_assert_eq(image_compile(&parsed.policies, &diagnostics, &image), 0);
	cr_assert_not_null(image);
	result = accept_widens(image, eval_accept(image, path));
	image_unref(image);
	return result;
}

Test(accept, what_a_rule_denies_or_reports_counts_for_a_file)
{
	cr_assert(widens("  podSelector: {}\n"
			 "  exec: {rules: [{action: deny, paths: [/bin/sh]}]}\n",
			 "/bin/sh"));
	cr_assert(widens("  podSelector: {}\n"
			 "  file: {rules: [{action: audit, access: [write], paths: "
			 "[/etc/x]}]}\n",
			 "/etc/x"));
}

Test(accept, what_is_allowed_or_excepted_or_a_default_does_not)
{
	static const char *const allow =
		"  podSelector: {}\n"
		"  exec: {default: deny, rules: [{action: allow, paths: [/bin/sh]}]}\n";
	static const char *const except =
		"  podSelector: {}\n"
		"  file: {rules: [{action: deny, paths: [\"/root/*\"], except: "
		"[/root/ok]}]}\n";

	cr_assert_not(widens(allow, "/bin/sh"));
	cr_assert_not(widens(allow, "/other"));
	cr_assert_not(widens(except, "/root/ok"));
	cr_assert(widens(except, "/root/x"));
}
