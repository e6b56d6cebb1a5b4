// SPDX-License-Identifier: Apache-2.0
/* What the cluster is told of a policy. */
#include "outcome.h"

#include <criterion/criterion.h>
#include <string.h>

#include "agent_state.h"
#include "util/cleanup.h"

static struct diagnostics diagnostics;
static struct policy_list policies;
static struct agent agent;

static void forget(void)
{
	policy_list_clear(&policies);
	diagnostics_clear(&diagnostics);
}

TestSuite(outcome, .fini = forget);

/* The state of a policy with this spec, and its reason, which is the caller's. */
static struct outcome of(const char *spec)
{
	_cleanup_(freep) char *text = NULL;
	struct outcome outcome;

	cr_assert_gt(asprintf(&text,
			      "{apiVersion: lsmd.io/v1alpha1, kind: LsmPolicy, metadata: "
			      "{name: a, namespace: shop}, spec: {%s}}",
			      spec),
		     0);
	cr_assert_eq(policy_parse(text, strlen(text), "t", &diagnostics, &policies), 0);
	cr_assert_eq(outcome_of(&agent, policies.items[0], &outcome), 0);
	return outcome;
}

static void expect(const char *spec, enum policy_state state, const char *begins)
{
	struct outcome outcome = of(spec);

	cr_expect_eq(outcome.state, state);
	if (begins)
		cr_expect(outcome.reason &&
				  !strncmp(outcome.reason, begins, strlen(begins)),
			  "wanted %s, saw %s", begins, outcome.reason);
	else
		cr_expect_null(outcome.reason);
	free(outcome.reason);
}

#define WHOLE  "sockets: {rules: [{name: raw, action: deny, types: [raw]}]}"
#define PART   "{name: secret, action: deny, paths: [/etc/secret]}"
#define STRICT "{name: strictly, action: deny, paths: [/etc/other], strict: true}"

Test(outcome, of_what_is_in_force_has_no_reason)
{
	expect("podSelector: {}, " WHOLE, POLICY_STATE_ENFORCED, NULL);
}

Test(outcome, names_the_rule_that_is_partial)
{
	expect("podSelector: {}, " WHOLE ", file: {rules: [" PART "]}",
	       POLICY_STATE_PARTIAL, "file rule secret: ");
}

Test(outcome, says_how_many_more_there_are)
{
	expect("podSelector: {}, file: {default: deny, rules: [" PART "]}",
	       POLICY_STATE_PARTIAL, "file rule default, and 1 more: ");
}

Test(outcome, names_the_rule_that_is_refused_before_what_is_partial)
{
	expect("podSelector: {}, file: {rules: [" PART ", " STRICT "]}",
	       POLICY_STATE_REFUSED, "file rule strictly: ");
}

Test(outcome, of_a_policy_for_other_nodes)
{
	expect("podSelector: {}, nodeSelector: {matchLabels: {pool: edge}}, file: "
	       "{rules: [" STRICT "]}",
	       POLICY_STATE_NOT_SELECTED, NULL);
}
