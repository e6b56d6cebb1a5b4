/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "pause/pauses.h"
#include "util/clock.h"

#define HAND  (1U << PAUSE_BY_HAND)
#define FILE_ (1U << PAUSE_BY_FILE)
#define NODE  (1U << PAUSE_BY_NODE)

static struct pauses pauses;

static void teardown(void)
{
	pauses_clear(&pauses);
}

TestSuite(pauses, .fini = teardown);

static void in_force(uint64_t now, uint32_t sources, uint64_t until)
{
	uint64_t seen;

	cr_expect_eq(pauses_in_force(&pauses, now, &seen), sources);
	cr_expect_eq(seen, until);
}

Test(pauses, none_pauses_nothing)
{
	in_force(5, 0, 0);
}

Test(pauses, any_source_pauses)
{
	for (unsigned i = 0; i < PAUSE_SOURCES; i++) {
		cr_assert_eq(pauses_set(&pauses, i, 0, NULL), 0);
		in_force(5, 1U << i, 0);
		pauses_lift(&pauses, i);
		in_force(5, 0, 0);
	}
}

Test(pauses, the_last_end_counts)
{
	pauses_set(&pauses, PAUSE_BY_HAND, 20, NULL);
	pauses_set(&pauses, PAUSE_BY_NODE, 10, NULL);
	in_force(9, HAND | NODE, 20);
	in_force(10, HAND, 20);
	in_force(20, 0, 0);
}

Test(pauses, what_has_no_end_outlasts_what_has_one)
{
	pauses_set(&pauses, PAUSE_BY_HAND, 20, NULL);
	pauses_set(&pauses, PAUSE_BY_FILE, 0, NULL);
	in_force(9, HAND | FILE_, 0);
	in_force(21, FILE_, 0);
}

Test(pauses, expiring_takes_what_has_ended_and_no_other)
{
	pauses_set(&pauses, PAUSE_BY_HAND, 20, "why");
	pauses_set(&pauses, PAUSE_BY_FILE, 0, NULL);
	cr_expect(!pauses_expire(&pauses, 19));
	cr_expect(pauses_expire(&pauses, 20));
	cr_expect(!pauses.sources[PAUSE_BY_HAND].on);
	cr_expect(pauses.sources[PAUSE_BY_FILE].on);
	cr_expect(!pauses_expire(&pauses, 20));
}

Test(pauses, a_second_one_replaces_the_first)
{
	pauses_set(&pauses, PAUSE_BY_HAND, 20, "first");
	pauses_set(&pauses, PAUSE_BY_HAND, 0, NULL);
	in_force(30, HAND, 0);
	cr_expect_null(pauses.sources[PAUSE_BY_HAND].reason);
}

Test(pauses, a_reason_cannot_steer_a_terminal_and_is_cut)
{
	char reason[PAUSE_REASON_MAX * 2];

	pauses_set(&pauses, PAUSE_BY_HAND, 0, "a\x1b[31m\xff");
	cr_expect_str_eq(pauses.sources[PAUSE_BY_HAND].reason, "a\\x1b[31m\\xff");
	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	pauses_set(&pauses, PAUSE_BY_HAND, 0, reason);
	cr_expect_eq(strlen(pauses.sources[PAUSE_BY_HAND].reason), PAUSE_REASON_MAX);
}

Test(pauses, json_lists_what_is_on)
{
	json_t *json, *wanted;

	pauses_set(&pauses, PAUSE_BY_HAND, 1 + 10 * NS_PER_SECOND, "why");
	pauses_set(&pauses, PAUSE_BY_NODE, 0, NULL);
	json = pauses_json(&pauses, 0);
	wanted = json_pack("{s:b, s:n, s:[{s:s, s:s, s:i}, {s:s, s:s, s:n}]}", "paused",
			   1, "remainingSeconds", "sources", "source", "hand", "reason",
			   "why", "remainingSeconds", 11, "source", "annotation",
			   "reason", "", "remainingSeconds");
	cr_expect(json_equal(json, wanted), "%s", json_dumps(json, 0));
	json_decref(json);
	json_decref(wanted);
}
