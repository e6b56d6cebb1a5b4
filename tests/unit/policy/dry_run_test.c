// SPDX-License-Identifier: Apache-2.0

/* Images of dry runs: what would be denied is reported, and nothing is denied. */

#include "parsed.h"
#include "policy/eval.h"
#include "policy/image.h"
#include "util/cleanup.h"

#define POLICY(kind, name, spec)                                                         \
	"---\napiVersion: lsmd.io/v1alpha1\nkind: " kind "\nmetadata: {name: " name      \
	"}\nspec:\n  podSelector: {}\n" spec
#define CLUSTER(name, spec)    POLICY("ClusterLsmPolicy", name, spec)
#define NAMESPACED(name, spec) POLICY("LsmPolicy", name, spec)

struct compiled {
	struct parsed parsed;
	struct image *image;
};

static void compiled_clear(struct compiled *compiled)
{
	parsed_clear(&compiled->parsed);
	image_unref(compiled->image);
}

static struct eval_result exec(const struct compiled *compiled, const char *path)
{
	const struct eval_event event = {.kind = EVAL_EXEC, .path = path};
	struct eval_result result;

	eval(compiled->image, &event, &result);
	return result;
}

static struct compiled compile_dry(const char *text)
{
	struct compiled compiled = {.parsed = parse(text)};
	struct image *loaded;

	cr_assert_eq(compiled.parsed.result, 0, "%s", compiled.parsed.said);
	cr_assert_eq(image_compile_dry(&compiled.parsed.policies,
				       &compiled.parsed.diagnostics, &compiled.image),
		     0);
	cr_assert_eq(image_load(compiled.image->words, compiled.image->n_words, &loaded),
		     0);
	image_unref(loaded);
	return compiled;
}

Test(dry_run, reports_what_the_tier_would_deny_and_denies_nothing)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile_dry(NAMESPACED(
		"a",
		"  exec: {rules: [{name: shell, action: kill, paths: [/bin/sh]}]}\n"));
	struct eval_result result = exec(&compiled, "/bin/sh");

	cr_assert_eq(result.decision.verdict, VERDICT_ALLOW);
	cr_assert_eq(result.n_audits, 1);
	cr_assert_eq(result.audits[0].verdict, VERDICT_KILL);
	cr_assert_eq(exec(&compiled, "/bin/true").n_audits, 0);
}

/* As audit-mode policies each would be decided by itself, and "closed" report /bin/sh. */
Test(dry_run, decides_the_policies_of_a_tier_together)
{
	_cleanup_(compiled_clear) struct compiled compiled =
		compile_dry(NAMESPACED("closed", "  exec: {default: deny}\n") NAMESPACED(
			"shell",
			"  exec: {rules: [{action: allow, paths: [/bin/sh]}]}\n"));
	struct eval_result result = exec(&compiled, "/bin/true");

	cr_assert_eq(exec(&compiled, "/bin/sh").n_audits, 0);
	cr_assert_eq(result.n_audits, 1);
	cr_assert_eq(result.audits[0].verdict, VERDICT_DENY);
}

Test(dry_run, reports_each_tier_and_each_policy_in_audit_mode)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile_dry(
		CLUSTER("a", "  exec: {rules: [{action: deny, paths: [/bin/sh]}]}\n")
			NAMESPACED("b", "  exec: {rules: [{action: kill, paths: "
					"[/bin/sh]}]}\n")
				NAMESPACED("c",
					   "  mode: audit\n  exec: {default: deny}\n"));
	struct eval_result result = exec(&compiled, "/bin/sh");

	cr_assert_eq(result.decision.verdict, VERDICT_ALLOW);
	cr_assert_eq(result.n_audits, 3);
}
