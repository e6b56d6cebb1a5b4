// SPDX-License-Identifier: Apache-2.0
#include "report/totals.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void add(struct totals *totals, const char *pod, const char *rule, uint64_t count)
{
	struct totals_key key = {
		.name_space = "shop", .pod = pod, .rule = rule, .verdict = "deny"};

	cr_assert(eq(int, totals_add(totals, &key, count), 0));
}

Test(totals, adds_up_by_key)
{
	struct totals *totals;
	json_t *json;

	cr_assert(eq(int, totals_new(&totals), 0));
	add(totals, "web", "r", 1);
	add(totals, "web", "r", UINT32_MAX);
	add(totals, "web", "s", 5);
	json = totals_json(totals);
	cr_assert(eq(sz, json_array_size(json), 2));
	cr_expect(
		eq(i64,
		   json_integer_value(json_object_get(json_array_get(json, 0), "count")),
		   4294967296));
	cr_expect(
		eq(i64,
		   json_integer_value(json_object_get(json_array_get(json, 1), "count")),
		   5));
	json_decref(json);
	cr_expect(eq(ptr, totals_free(totals), NULL));
	cr_expect(eq(ptr, totals_free(NULL), NULL));
}

Test(totals, is_an_empty_array_at_first)
{
	struct totals *totals;
	json_t *json;

	cr_assert(eq(int, totals_new(&totals), 0));
	json = totals_json(totals);
	cr_expect(ne(ptr, json, NULL));
	cr_expect(eq(sz, json_array_size(json), 0));
	json_decref(json);
	totals_free(totals);
}

Test(totals, gives_every_field_of_a_key)
{
	static const char expected[] = "[{\"namespace\":\"a\",\"pod\":\"b\","
				       "\"container\":\"c\",\"policyKind\":\"d\","
				       "\"policyNamespace\":\"e\",\"policy\":\"f\","
				       "\"section\":\"g\",\"rule\":\"h\\\\x0a\","
				       "\"verdict\":\"i\",\"count\":7}]";
	const struct totals_key key = {"a", "b", "c", "d", "e", "f", "g", "h\n", "i"};
	json_t *json, *wanted = json_loads(expected, 0, NULL);
	struct totals *totals;

	cr_assert(eq(int, totals_new(&totals), 0));
	totals_add(totals, &key, 7);
	json = totals_json(totals);
	cr_expect(json_equal(json, wanted));
	json_decref(wanted);
	json_decref(json);
	totals_free(totals);
}

Test(totals, tells_every_field_apart)
{
	struct totals *totals;
	json_t *json;

	cr_assert(eq(int, totals_new(&totals), 0));
	for (size_t i = 0; i < TOTALS_FIELDS; i++) {
		struct totals_key key = {};

		memcpy((char *)&key + totals_fields[i].offset, &(const char *){"x"},
		       sizeof(const char *));
		totals_add(totals, &key, 1);
	}
	json = totals_json(totals);
	cr_expect(eq(sz, json_array_size(json), TOTALS_FIELDS));
	json_decref(json);
	totals_free(totals);
}

Test(totals, keeps_no_pointer_of_the_callers)
{
	char pod[] = "web";
	struct totals *totals;

	cr_assert(eq(int, totals_new(&totals), 0));
	add(totals, pod, "r", 1);
	strcpy(pod, "xyz");
	add(totals, "web", "r", 1);
	add(totals, pod, "r", 1);
	totals_free(totals);
}

struct order {
	char last[32];
	uint64_t sum;
	size_t n;
	bool sorted;
};

static void check_order(const struct totals_key *key, uint64_t count, void *data)
{
	struct order *order = data;

	order->sorted &= strcmp(order->last, key->pod) < 0;
	strcpy(order->last, key->pod);
	order->sum += count;
	order->n++;
}

Test(totals, stays_quick_and_sorted_with_100000_keys)
{
	enum { KEYS = 100000 };
	struct order order = {.sorted = true};
	struct totals *totals;
	clock_t start = clock();
	char pod[32];

	cr_assert(eq(int, totals_new(&totals), 0));
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < KEYS; i++) {
			/* In an order that is neither sorted nor random: 7919 is prime.
			 */
			snprintf(pod, sizeof(pod), "pod-%06u", i * 7919 % KEYS);
			add(totals, pod, "r", 1);
		}
	}
	totals_visit(totals, check_order, &order);
	cr_expect(order.sorted);
	cr_expect(eq(sz, order.n, KEYS));
	cr_expect(eq(u64, order.sum, 2 * KEYS));
	/* Far above what it takes, far below what a list would. */
	cr_expect(lt(dbl, (double)(clock() - start) / CLOCKS_PER_SEC, 20.0));
	totals_free(totals);
}

/* Pods by even numbers are there. */
static bool is_even(const struct totals_key *key, void *data)
{
	(void)data;
	return (key->pod[strlen(key->pod) - 1] - '0') % 2 == 0;
}

struct sums {
	uint64_t all, gone, keys;
};

static void sum(const struct totals_key *key, uint64_t count, void *data)
{
	struct sums *sums = data;

	sums->all += count;
	sums->gone += *key->pod ? 0 : count;
	sums->keys++;
}

static struct sums sums_of(const struct totals *totals)
{
	struct sums sums = {0};

	totals_visit(totals, sum, &sums);
	return sums;
}

static void add_pods(struct totals *totals, int n)
{
	for (int i = 0; i < n; i++) {
		char pod[16];

		snprintf(pod, sizeof(pod), "web-%d", i);
		add(totals, pod, "r", 3);
	}
}

/* A node sees pods come and go for months. */
Test(totals, of_pods_that_are_gone_are_put_together)
{
	struct totals *totals;
	struct sums sums;

	cr_assert(eq(int, totals_new(&totals), 0));
	add_pods(totals, TOTALS_KEYS);
	cr_assert(eq(int, totals_fold(totals, is_even, NULL), 0));
	sums = sums_of(totals);
	cr_expect(eq(u64, sums.all, (uint64_t)3 * TOTALS_KEYS));
	cr_expect(eq(u64, sums.gone, (uint64_t)3 * TOTALS_KEYS / 2));
	cr_expect(eq(u64, sums.keys, TOTALS_KEYS / 2 + 1));
	/* They are counted again should they come back, and nothing is counted twice. */
	add(totals, "web-1", "r", 4);
	cr_expect(eq(u64, sums_of(totals).all, (uint64_t)3 * TOTALS_KEYS + 4));
	totals_free(totals);
}

Test(totals, of_few_pods_stay_apart)
{
	struct totals *totals;

	cr_assert(eq(int, totals_new(&totals), 0));
	add_pods(totals, TOTALS_KEYS - 1);
	cr_assert(eq(int, totals_fold(totals, is_even, NULL), 0));
	cr_expect(eq(u64, sums_of(totals).gone, 0));
	totals_free(totals);
}
