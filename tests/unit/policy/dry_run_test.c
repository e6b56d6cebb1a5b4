// SPDX-License-Identifier: Apache-2.0

/* Images of dry runs: what would be denied is reported, and nothing is denied. */

#include "compiled.h"

static struct compiled compile_dry(const char *text)
{
	return compile_for(text, &(struct image_options){.dry = true});
}

Test(dry_run, reports_what_the_tier_would_deny_and_denies_nothing)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile_dry(NAMESPACED(
		"a", ANY
		"  exec: {rules: [{name: shell, action: kill, paths: [/bin/sh]}]}\n"));
	struct eval_result result = decide(&compiled, exec("/bin/sh"));

	cr_assert_eq(result.decision.verdict, VERDICT_ALLOW);
	cr_assert_eq(result.n_audits, 1);
	cr_assert_eq(result.audits[0].verdict, VERDICT_KILL);
	cr_assert_eq(decide(&compiled, exec("/bin/true")).n_audits, 0);
}

/* As audit-mode policies each would be decided by itself, and "closed" report /bin/sh. */
Test(dry_run, decides_the_policies_of_a_tier_together)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile_dry(
		NAMESPACED("closed", ANY "  exec: {default: deny}\n") NAMESPACED(
			"shell",
			ANY "  exec: {rules: [{action: allow, paths: [/bin/sh]}]}\n"));
	struct eval_result result = decide(&compiled, exec("/bin/true"));

	cr_assert_eq(decide(&compiled, exec("/bin/sh")).n_audits, 0);
	cr_assert_eq(result.n_audits, 1);
	cr_assert_eq(result.audits[0].verdict, VERDICT_DENY);
}

Test(dry_run, reports_each_tier_and_each_policy_in_audit_mode)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile_dry(
		CLUSTER("a", ANY "  exec: {rules: [{action: deny, paths: [/bin/sh]}]}\n")
			NAMESPACED("b", ANY "  exec: {rules: [{action: kill, paths: "
					    "[/bin/sh]}]}\n")
				NAMESPACED("c", ANY
					   "  mode: audit\n  exec: {default: deny}\n"));
	struct eval_result result = decide(&compiled, exec("/bin/sh"));

	cr_assert_eq(result.decision.verdict, VERDICT_ALLOW);
	cr_assert_eq(result.n_audits, 3);
}
