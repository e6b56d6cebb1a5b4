/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>

#include "node/subject.h"

static void add(struct subject_table *table, uint64_t cgroup_id, uint32_t slot)
{
	struct subject *subject = subject_new(cgroup_id, "kubepods/pod");

	cr_assert(subject);
	subject->slot = slot;
	cr_assert_eq(subject_table_add(table, subject), 0);
}

Test(subject_table, finds_by_cgroup_and_by_slot_whatever_the_order_of_arrival)
{
	static const uint64_t ids[] = {50, 10, 90, 30, 70, UINT64_MAX, 1};
	struct subject_table table = {0};

	for (uint32_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
		add(&table, ids[i], i + 1);
	for (uint32_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		cr_expect_eq(subject_table_find(&table, ids[i])->slot, i + 1);
		cr_expect_eq(subject_table_of_slot(&table, i + 1)->cgroup_id, ids[i]);
	}
	cr_expect_null(subject_table_find(&table, 2));
	cr_expect_null(subject_table_of_slot(&table, 99));
	subject_table_clear(&table);
	cr_expect_null(subject_table_find(&table, 50));
}

Test(subject_table, refuses_a_cgroup_twice)
{
	struct subject_table table = {0};
	struct subject *again = subject_new(7, "b");

	add(&table, 7, 1);
	cr_assert_eq(subject_table_add(&table, again), -EEXIST);
	cr_assert_eq(table.n, 1);
	subject_free(again);
	subject_table_clear(&table);
}

Test(subject_table, hands_back_what_is_removed)
{
	struct subject_table table = {0};
	struct subject *removed;

	add(&table, 1, 1);
	add(&table, 2, 2);
	add(&table, 3, 3);
	removed = subject_table_remove(&table, 2);
	cr_assert_eq(removed->slot, 2);
	cr_assert_null(subject_table_remove(&table, 2));
	cr_assert_eq(subject_table_find(&table, 3)->slot, 3);
	cr_assert_eq(table.n, 2);
	subject_free(removed);
	subject_table_clear(&table);
}

Test(subject, keeps_the_names_of_its_pod)
{
	struct subject *subject = subject_new(1, "a");
	char name_space[] = "shop", name[] = "web", uid[] = "u-1";
	const struct pod pod = {.name_space = name_space, .name = name, .uid = uid};

	cr_assert_str_empty(subject->pod);
	cr_assert_eq(subject_describe(subject, &pod, "app"), 0);
	name[0] = 'x';
	cr_assert_str_eq(subject->pod, "web");
	cr_assert_str_eq(subject->container, "app");
	subject_free(subject);
}
