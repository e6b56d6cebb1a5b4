// SPDX-License-Identifier: Apache-2.0
#include "report/history.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "event.h"

/* The compiler's: no image is used here. */
int image_rule(const struct image *image, uint32_t rule, struct image_rule_info *ret_info)
{
	(void)image;
	(void)rule;
	(void)ret_info;
	return -ENOENT;
}

static int add(struct history *history, uint64_t sequence)
{
	struct event_buffer buffer;
	struct denial *denial;
	int r;

	event_init(&buffer, HOOK_FILE_OPEN);
	cr_assert(eq(int, event_denial(&buffer, NULL, sequence, &denial), 0));
	r = history_add(history, denial);
	denial_unref(denial);
	return r;
}

static uint64_t after(const struct history *history, uint64_t sequence)
{
	struct denial *denial = history_next(history, sequence);

	return denial ? denial_sequence(denial) : 0;
}

Test(history, is_empty_at_first)
{
	struct history *history;

	cr_assert(eq(int, history_new(3, &history), 0));
	cr_expect(eq(u64, after(history, 0), 0));
	cr_expect(eq(u64, after(history, 99), 0));
	cr_expect(eq(u64, history_last_sequence(history), 0));
	cr_expect(eq(u64, history_dropped(history), 0));
	cr_expect(eq(sz, history_count(history), 0));
	cr_expect(eq(ptr, history_free(history), NULL));
	cr_expect(eq(ptr, history_free(NULL), NULL));
}

Test(history, refuses_sizes_that_cannot_be)
{
	struct history *history;

	cr_expect(eq(int, history_new(0, &history), -EINVAL));
	cr_expect(eq(int, history_new(SIZE_MAX, &history), -ENOMEM));
	cr_expect(eq(int, history_new(SIZE_MAX / 8, &history), -ENOMEM));
}

Test(history, drops_the_oldest_and_says_how_many)
{
	struct history *history;

	cr_assert(eq(int, history_new(3, &history), 0));
	for (uint64_t i = 1; i <= 10; i++) {
		cr_expect(eq(int, add(history, i), 0));
		cr_expect(eq(u64, history_last_sequence(history), i));
		cr_expect(eq(sz, history_count(history), i < 3 ? i : 3));
		cr_expect(eq(u64, history_dropped(history), i < 3 ? 0 : i - 3));
	}
	cr_expect(eq(u64, after(history, 0), 8));
	cr_expect(eq(u64, after(history, 7), 8));
	cr_expect(eq(u64, after(history, 8), 9));
	cr_expect(eq(u64, after(history, 9), 10));
	cr_expect(eq(u64, after(history, 10), 0));
	cr_expect(eq(u64, after(history, UINT64_MAX), 0));
	history_free(history);
}

Test(history, of_one_keeps_the_newest)
{
	struct history *history;

	cr_assert(eq(int, history_new(1, &history), 0));
	add(history, 1);
	add(history, 2);
	cr_expect(eq(u64, after(history, 0), 2));
	cr_expect(eq(u64, after(history, 2), 0));
	history_free(history);
}

Test(history, finds_its_way_over_missing_numbers)
{
	static const uint64_t sequences[] = {3, 4, 10, 11, 500};
	struct history *history;
	size_t next = 0;

	cr_assert(eq(int, history_new(5, &history), 0));
	for (size_t i = 0; i < 5; i++)
		add(history, sequences[i]);
	for (uint64_t i = 0; i < 500; i++) {
		while (sequences[next] <= i)
			next++;
		cr_expect(eq(u64, after(history, i), sequences[next]));
	}
	history_free(history);
}

Test(history, refuses_numbers_out_of_order)
{
	struct history *history;

	cr_assert(eq(int, history_new(3, &history), 0));
	cr_expect(eq(int, add(history, 2), 0));
	cr_expect(eq(int, add(history, 2), -EINVAL));
	cr_expect(eq(int, add(history, 1), -EINVAL));
	cr_expect(eq(sz, history_count(history), 1));
	history_free(history);
}
