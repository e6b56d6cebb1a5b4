// SPDX-License-Identifier: Apache-2.0
#include "kube/policy_merge.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "kube/policy_status.h"
#include "util/cleanup.h"

static struct policy_merge *merge;

static void begin(void)
{
	cr_assert_eq(policy_merge_new(&merge), 0);
}

static void end(void)
{
	merge = policy_merge_free(merge);
}

TestSuite(policy_merge, .init = begin, .fini = end);

/* What a node says of "shop/web" of a generation; NULL: who knows the policies. */
static void say(const char *node, uint64_t generation, const char *uid,
		enum policy_state state, const char *reason)
{
	_cleanup_(node_report_clear) struct node_report report = {0};

	node_report_add(&report, "shop", "web", generation, uid, state, reason);
	if (node)
		cr_assert_eq(policy_merge_node(merge, node, &report), 0);
	else
		cr_assert_eq(policy_merge_policies(merge, &report), 0);
}

static struct policy_tally *count(void)
{
	struct policy_tally *tallies;
	size_t n;

	cr_assert_eq(policy_merge_count(merge, &tallies, &n), 0);
	cr_assert_eq(n, 1);
	return tallies;
}

Test(policy_merge, counts_each_node_in_one_state)
{
	const struct policy_tally *tally;

	say(NULL, 2, "aa", POLICY_STATE_ENFORCED, NULL);
	say("a", 2, "aa", POLICY_STATE_ENFORCED, NULL);
	say("b", 2, "aa", POLICY_STATE_REFUSED, "no hook");
	say("c", 2, "aa", POLICY_STATE_NOT_SELECTED, NULL);
	say("d", 1, "aa", POLICY_STATE_ENFORCED, NULL);
	say("e", 2, "bb", POLICY_STATE_ENFORCED, NULL);
	tally = count();
	cr_assert_str_eq(tally->policy, "shop/web");
	cr_assert_eq(tally->generation, 2);
	cr_assert_eq(tally->nodes[POLICY_STATE_ENFORCED], 1);
	cr_assert_eq(tally->nodes[POLICY_STATE_REFUSED], 1);
	cr_assert_eq(tally->nodes[POLICY_STATE_NOT_SELECTED], 1);
	cr_assert_eq(tally->pending, 2, "another generation, and another object");
	cr_assert_eq(tally->n_refusals, 1);
	cr_assert_str_eq(tally->refusals[0].node, "b");
	cr_assert_str_eq(tally->refusals[0].reason, "no hook");
}

Test(policy_merge, takes_the_last_word_of_a_node)
{
	say(NULL, 1, "aa", POLICY_STATE_ENFORCED, NULL);
	say("a", 1, "aa", POLICY_STATE_REFUSED, "no hook");
	cr_assert_eq(count()->nodes[POLICY_STATE_REFUSED], 1);
	say("a", 1, "aa", POLICY_STATE_ENFORCED, NULL);
	cr_assert_eq(count()->nodes[POLICY_STATE_REFUSED], 0);
	cr_assert_eq(count()->nodes[POLICY_STATE_ENFORCED], 1);
	policy_merge_forget(merge, "a");
	cr_assert_eq(count()->nodes[POLICY_STATE_ENFORCED] + count()->pending, 0);
}

Test(policy_merge, forgets_what_a_new_list_does_not_name)
{
	say(NULL, 1, "aa", POLICY_STATE_ENFORCED, NULL);
	say("a", 1, "aa", POLICY_STATE_ENFORCED, NULL);
	say("b", 1, "aa", POLICY_STATE_ENFORCED, NULL);
	policy_merge_begin(merge);
	say("b", 1, "aa", POLICY_STATE_ENFORCED, NULL);
	cr_assert_eq(policy_merge_nodes(merge), 2, "until the list is whole");
	policy_merge_end(merge);
	cr_assert_eq(policy_merge_nodes(merge), 1);
	cr_assert_eq(count()->nodes[POLICY_STATE_ENFORCED], 1);
}

Test(policy_merge, names_ten_refusals_by_the_nodes_names)
{
	char node[16];

	say(NULL, 1, "aa", POLICY_STATE_ENFORCED, NULL);
	for (unsigned i = 20; i-- > 0;) {
		snprintf(node, sizeof(node), "n%02u", i);
		say(node, 1, "aa", POLICY_STATE_REFUSED, "no hook");
	}
	cr_assert_eq(count()->nodes[POLICY_STATE_REFUSED], 20);
	cr_assert_eq(count()->n_refusals, POLICY_REFUSALS_MAX);
	cr_assert_str_eq(count()->refusals[0].node, "n00");
	cr_assert_str_eq(count()->refusals[9].node, "n09");
}

Test(policy_merge, counts_a_policy_once_that_a_node_names_twice)
{
	_cleanup_(node_report_clear) struct node_report report = {0};

	say(NULL, 1, "aa", POLICY_STATE_ENFORCED, NULL);
	node_report_add(&report, "shop", "web", 1, "aa", POLICY_STATE_ENFORCED, NULL);
	node_report_add(&report, "shop", "web", 1, "aa", POLICY_STATE_PARTIAL, "b");
	cr_assert_eq(policy_merge_node(merge, "a", &report), 0);
	cr_assert_eq(count()->nodes[POLICY_STATE_ENFORCED], 1);
	cr_assert_eq(count()->nodes[POLICY_STATE_PARTIAL], 0);
	cr_assert_eq(count()->pending, 0);
}

Test(policy_merge, remembers_what_was_written_until_the_policy_changes)
{
	say(NULL, 1, "aa", POLICY_STATE_ENFORCED, NULL);
	count()->written = 42;
	say(NULL, 1, "aa", POLICY_STATE_PARTIAL, "b");
	cr_assert_eq(count()->written, 42);
	say(NULL, 2, "aa", POLICY_STATE_ENFORCED, NULL);
	cr_assert_eq(count()->written, 0);
}

Test(policy_merge, is_bounded_for_a_large_cluster)
{
	_cleanup_(node_report_clear) struct node_report report = {0};
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd, grown;
	char name[64];

	for (unsigned i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "policy-%u", i);
		node_report_add(&report, "a-namespace", name, 7, "1f2e3d4c",
				i % 50 ? POLICY_STATE_ENFORCED : POLICY_STATE_REFUSED,
				i % 50 ? NULL : "no hook of this name in the kernel");
	}
	cr_assert_eq(policy_merge_policies(merge, &report), 0);
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "ip-10-0-%u-%u.ec2.internal", i / 250,
			 i % 250);
		cr_assert_eq(policy_merge_node(merge, name, &report), 0);
	}
	grown = mallinfo2().uordblks + mallinfo2().hblkhd - before;
	printf("# 5000 nodes, 200 policies: %zu KiB\n", grown >> 10);
#ifndef __SANITIZE_ADDRESS__
	cr_assert_leq(grown, 10U << 20);
#endif
}

/* --- what it makes of them: policy_status.c ------------------------------------------
 */

static const char *condition(const json_t *status, const char *key)
{
	const json_t *first = json_array_get(json_object_get(status, "conditions"), 0);

	return json_string_value(json_object_get(first, key));
}

Test(policy_merge, says_how_far_a_policy_is)
{
	static const struct {
		size_t nodes[POLICY_STATE_COUNT], pending;
		const char *status, *reason;
	} cases[] = {
		{{3, 0, 0, 0}, 0, "True", "Enforced"},
		{{3, 1, 0, 0}, 0, "True", "Partial"},
		{{3, 1, 1, 0}, 1, "False", "Refused"},
		{{3, 0, 0, 0}, 1, "False", "RollingOut"},
		{{0, 0, 0, 5}, 0, "True", "NoNode"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(json_decrefp) json_t *status = NULL;
		struct policy_tally tally = {.generation = 1,
					     .pending = cases[i].pending};

		memcpy(tally.nodes, cases[i].nodes, sizeof(tally.nodes));
		status = policy_status_json(&tally, NULL, 0);
		cr_assert_str_eq(condition(status, "status"), cases[i].status);
		cr_assert_str_eq(condition(status, "reason"), cases[i].reason);
	}
}

Test(policy_merge, keeps_the_time_of_a_condition_until_it_turns)
{
	struct policy_tally tally = {.generation = 1, .nodes = {1}};
	_cleanup_(json_decrefp) json_t *first = policy_status_json(&tally, NULL, 0);
	_cleanup_(json_decrefp) json_t *same = NULL, *turned = NULL;
	uint64_t later = UINT64_C(1769850611000000000);

	tally.nodes[POLICY_STATE_ENFORCED] = 2;
	same = policy_status_json(&tally, first, later);
	cr_assert_str_eq(condition(same, "lastTransitionTime"), "1970-01-01T00:00:00Z");
	tally.pending = 1;
	turned = policy_status_json(&tally, first, later);
	cr_assert_str_eq(condition(turned, "lastTransitionTime"), "2026-01-31T09:10:11Z");
}

Test(policy_merge, knows_where_a_status_is)
{
	_cleanup_(freep) char *one = policy_status_path("shop/web", "/status");
	_cleanup_(freep) char *other = policy_status_path("base", "");

	cr_assert_str_eq(one,
			 "/apis/lsmd.io/v1alpha1/namespaces/shop/lsmpolicies/web/status");
	cr_assert_str_eq(other, "/apis/lsmd.io/v1alpha1/clusterlsmpolicies/base");
}
