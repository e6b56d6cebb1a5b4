// SPDX-License-Identifier: Apache-2.0
#include "kube/node_report.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"

static char *text_of(struct node_report *report)
{
	_cleanup_(json_decrefp) json_t *json = node_report_json(report, "node-a");

	cr_assert(json);
	return json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
}

static json_int_t number(const json_t *object, const char *list, const char *key)
{
	const json_t *status = json_object_get(object, "status");

	return json_integer_value(
		json_object_get(list ? json_object_get(status, list) : status, key));
}

Test(node_report, says_the_same_in_whatever_order_it_was_told)
{
	_cleanup_(node_report_clear) struct node_report one = {0}, other = {0};
	_cleanup_(freep) char *left = NULL, *right = NULL;

	node_report_add(&one, "shop", "web", 3, "1f2e3d4c-5a6b", POLICY_STATE_ENFORCED,
			NULL);
	node_report_add(&one, NULL, "base", 1, "aa", POLICY_STATE_REFUSED, "no hook");
	node_report_add(&other, "", "base", 1, "aa", POLICY_STATE_REFUSED, "no hook");
	node_report_add(&other, "shop", "web", 3, "1f2e3d4c-5a6b", POLICY_STATE_ENFORCED,
			"is not told");
	left = text_of(&one);
	right = text_of(&other);
	cr_assert_str_eq(left, right);
	cr_assert(strstr(left, "\"enforced\":[\"shop/web@3-1f2e3d4c\"]"), "%s", left);
	cr_assert(strstr(left, "{\"policy\":\"base@1-aa\",\"reason\":\"no hook\"}"), "%s",
		  left);
}

Test(node_report, belongs_to_its_node_once_that_is_known)
{
	_cleanup_(node_report_clear) struct node_report report = {0};
	_cleanup_(freep) char *without = text_of(&report), *with = NULL;

	cr_assert_not(strstr(without, "ownerReferences"));
	report.node_uid = strdup("1234");
	with = text_of(&report);
	cr_assert(strstr(with, "\"uid\":\"1234\""), "%s", with);
}

Test(node_report, cuts_a_reason_between_characters)
{
	_cleanup_(node_report_clear) struct node_report report = {0};
	char reason[NODE_REPORT_REASON + 10];

	memset(reason, 'a', sizeof(reason));
	memcpy(reason + NODE_REPORT_REASON - 1, "\xc3\xa4", 2);
	reason[sizeof(reason) - 1] = '\0';
	node_report_add(&report, "a", "b", 1, "c", POLICY_STATE_PARTIAL, reason);
	cr_assert_eq(strlen(report.results[0].reason), NODE_REPORT_REASON - 1);
}

Test(node_report, leaves_out_the_enforced_first_and_counts_them)
{
	_cleanup_(node_report_clear) struct node_report report = {0};
	_cleanup_(json_decrefp) json_t *json = NULL;
	_cleanup_(freep) char *text = NULL;
	char name[64];

	for (unsigned i = 0; i < 6000; i++) {
		snprintf(name, sizeof(name), "policy-%u", i);
		node_report_add(&report, "shop", name, 1, "aa",
				i % 2 ? POLICY_STATE_ENFORCED : POLICY_STATE_REFUSED,
				i % 2 ? NULL : "no hook");
	}
	json = node_report_json(&report, "node-a");
	text = json_dumps(json, JSON_COMPACT);
	cr_assert_leq(strlen(text), NODE_REPORT_MAX_BYTES);
	cr_assert_eq(number(json, "counts", "enforced"), 3000);
	cr_assert_eq(number(json, "counts", "refused"), 3000);
	cr_assert_gt(number(json, NULL, "omitted"), 0);
	cr_assert_gt(json_array_size(
			     json_object_get(json_object_get(json, "status"), "refused")),
		     json_array_size(json_object_get(json_object_get(json, "status"),
						     "enforced")));
}

Test(node_report, reads_what_it_wrote)
{
	_cleanup_(node_report_clear) struct node_report report = {0}, back = {0};
	_cleanup_(json_decrefp) json_t *json = NULL;

	node_report_add(&report, "shop", "web", 3, "aa", POLICY_STATE_ENFORCED, NULL);
	node_report_add(&report, "shop", "x", 3, "aa", POLICY_STATE_REFUSED, "why");
	json = node_report_json(&report, "node-a");
	cr_assert_eq(node_report_read(json, &back), 0);
	cr_assert_eq(back.n, 2);
	cr_assert_str_eq(back.results[0].policy, "shop/web@3-aa");
	cr_assert_str_eq(back.results[1].reason, "why");
}

Test(node_report, passes_over_what_anybody_may_have_written)
{
	_cleanup_(node_report_clear) struct node_report report = {0};
	_cleanup_(json_decrefp) json_t *json = json_loads(
		"{\"status\": {\"enforced\": [1, \"no version\", \"a@1-b\", null],"
		" \"refused\": [\"a@1-b\", {}, {\"policy\": 3}], \"partial\": 7}}",
		0, NULL);

	cr_assert_eq(node_report_read(json, &report), 0);
	cr_assert_eq(report.n, 1);
	node_report_clear(&report);
	cr_assert_eq(node_report_read(NULL, &report), 0);
	cr_assert_eq(report.n, 0);
}
