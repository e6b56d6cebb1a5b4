// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "enforce/counters.h"

#define CELLS 64

static uint64_t cells[CELLS];
static struct window window;
static struct counters *counters;
static struct counter_block a, b, c;

static void setup(void)
{
	memset(cells, 0xff, sizeof(cells));
	window = (struct window){(uint8_t *)cells, sizeof(cells), sizeof(cells), -1};
	cr_assert_eq(counters_new(&window, &counters), 0);
}

static void teardown(void)
{
	counter_block_clear(&a);
	counter_block_clear(&b);
	counter_block_clear(&c);
	counters_free(counters);
}

TestSuite(counters, .init = setup, .fini = teardown);

static void add(uint32_t index, uint64_t gain, void *data)
{
	((uint64_t *)data)[index] += gain;
}

Test(counters, a_block_is_zero_and_never_at_zero)
{
	cr_assert_eq(counters_take(counters, 9, &a), 0);
	cr_assert_gt(a.start, 0);
	cr_assert_eq(a.length, 9);
	for (uint32_t i = 0; i < 9; i++)
		cr_assert_eq(cells[a.start + i], 0);
}

Test(counters, blocks_share_no_cache_line)
{
	cr_assert_eq(counters_take(counters, 1, &a), 0);
	cr_assert_eq(counters_take(counters, 1, &b), 0);
	cr_assert_neq(a.start / 8, b.start / 8);
}

Test(counters, a_full_map_is_said_and_what_is_given_back_is_reused)
{
	uint32_t start;

	cr_assert_eq(counters_take(counters, 40, &a), 0);
	cr_assert_eq(counters_take(counters, 16, &b), 0);
	cr_assert_eq(counters_take(counters, 1, &c), COUNTERS_E_FULL);
	start = a.start;
	counters_give(counters, &a);
	cr_assert_eq(counters_take(counters, 33, &c), 0);
	cr_assert_eq(c.start, start);
}

Test(counters, each_gain_is_reported_once)
{
	uint64_t gained[8] = {0};

	cr_assert_eq(counters_take(counters, 8, &a), 0);
	cells[a.start + 2] = 5;
	counters_harvest(counters, &a, add, gained);
	cells[a.start + 2] = 7;
	counters_harvest(counters, &a, add, gained);
	counters_harvest(counters, &a, add, gained);
	cr_assert_eq(gained[2], 7);
	cr_assert_eq(gained[0] + gained[1] + gained[3], 0);
}

Test(counters, a_reused_block_begins_anew)
{
	uint64_t gained[8] = {0};

	cr_assert_eq(counters_take(counters, 8, &a), 0);
	cells[a.start] = 100;
	counters_harvest(counters, &a, add, gained);
	counters_give(counters, &a);
	gained[0] = 0;
	cr_assert_eq(counters_take(counters, 8, &a), 0);
	cells[a.start] = 1;
	counters_harvest(counters, &a, add, gained);
	cr_assert_eq(gained[0], 1);
}

Test(counters, what_an_earlier_life_counted_is_a_gain)
{
	uint64_t gained[8] = {0};

	memset(cells + 16, 0, 64);
	cells[17] = 3;
	cr_assert_eq(counters_adopt(counters, 16, 8, &a), 0);
	counters_harvest(counters, &a, add, gained);
	cr_assert_eq(gained[1], 3);
}

Test(counters, an_earlier_life_s_block_must_be_its_own)
{
	cr_assert_eq(counters_adopt(counters, 16, 9, &a), 0);
	cr_assert_eq(counters_adopt(counters, 24, 1, &b), COUNTERS_E_TAKEN);
	cr_assert_eq(counters_adopt(counters, 8, 9, &b), COUNTERS_E_TAKEN);
	cr_assert_eq(counters_adopt(counters, 33, 1, &b), COUNTERS_E_TAKEN);
	cr_assert_eq(counters_adopt(counters, 56, 9, &b), COUNTERS_E_TAKEN);
	cr_assert_eq(counters_adopt(counters, 4096, 1, &b), COUNTERS_E_TAKEN);
	cr_assert_eq(counters_room(counters, 8), 8);
	cr_assert_eq(counters_room(counters, 32), 32);
}
