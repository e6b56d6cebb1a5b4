/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/image_words.h"
#include "util/cleanup.h"

static __u64 now;

static __always_inline __u64 decide_now(void)
{
	return now;
}

#include "lsm/decide.h"

#define LIST	 40U
#define RULES_AT 200U

#define ENTRY(group, verdict, flags, rule)                                               \
	((__u64)(rule) | (__u64)(group) << 32 | (__u64)(verdict) << 40 |                 \
	 (__u64)(flags) << 48 | (__u64)((verdict) > VERDICT_AUDIT ? 13 : 0) << 56)

static uint64_t words[400];
static const struct image image = {.words = words, .n_words = ARRAY_SIZE(words)};

/* Put a list down; its end is added. */
#define PUT(...)                                                                         \
	put((const __u64[]){__VA_ARGS__}, ARRAY_SIZE(((const __u64[]){__VA_ARGS__})))

static void put(const __u64 *entries, size_t n)
{
	words[IMAGE_H_RULES] = WORD(RULES_AT, 0);
	for (size_t i = 0; i < n; i++)
		words[LIST + i] = entries[i];
	words[LIST + n - 1] |= (__u64)ENTRY_LAST << 48;
}

static __u32 verdict(__u64 facts)
{
	return DECISION_VERDICT(decide_list(&image, LIST, facts));
}

Test(decide, empty_list_allows)
{
	cr_assert_eq(decide_list(&image, 0, 0), 0);
	cr_assert_eq(decide_audit(&image, 0, 0, 0), 0);
}

Test(decide, first_entry_of_a_group_is_its_outcome)
{
	PUT(ENTRY(0, VERDICT_ALLOW, 0, 1), ENTRY(0, VERDICT_KILL, 0, 0));
	cr_assert_eq(decide_list(&image, LIST, 0), 0);
	PUT(ENTRY(0, VERDICT_DENY, 0, 7), ENTRY(0, VERDICT_KILL, 0, 0));
	cr_assert_eq(verdict(0), VERDICT_DENY);
	cr_assert_eq(DECISION_RULE(decide_list(&image, LIST, 0)), 7);
	cr_assert_eq(DECISION_ERRNO(decide_list(&image, LIST, 0)), 13);
}

Test(decide, stricter_of_the_tiers_holds)
{
	PUT(ENTRY(0, VERDICT_ALLOW, 0, 0), ENTRY(1, VERDICT_DENY, 0, 5));
	cr_assert_eq(verdict(0), VERDICT_DENY);
	PUT(ENTRY(0, VERDICT_DENY, 0, 0), ENTRY(1, VERDICT_ALLOW, 0, 5));
	cr_assert_eq(verdict(0), VERDICT_DENY);
	PUT(ENTRY(0, VERDICT_DENY, 0, 0), ENTRY(1, VERDICT_KILL, 0, 5));
	cr_assert_eq(verdict(0), VERDICT_KILL);
	PUT(ENTRY(0, VERDICT_DENY, 0, 9), ENTRY(1, VERDICT_DENY, 0, 5));
	cr_assert_eq(DECISION_RULE(decide_list(&image, LIST, 0)), 5);
}

Test(decide, other_groups_report_and_never_deny)
{
	__u64 decision;

	PUT(ENTRY(1, VERDICT_DENY, 0, 1), ENTRY(2, VERDICT_KILL, 0, 2),
	    ENTRY(3, VERDICT_ALLOW, 0, 3), ENTRY(4, VERDICT_AUDIT, 0, 4));
	decision = decide_list(&image, LIST, 0);
	cr_assert_eq(DECISION_VERDICT(decision), VERDICT_DENY);
	cr_assert_eq(DECISION_AUDITS(decision), 2);
	decision = decide_audit(&image, LIST, 0, 0);
	cr_assert_eq(DECISION_VERDICT(decision), VERDICT_KILL);
	cr_assert_eq(DECISION_RULE(decision), 2);
	decision = decide_audit(&image, LIST, 0, 1);
	cr_assert_eq(DECISION_VERDICT(decision), VERDICT_AUDIT);
	cr_assert_eq(DECISION_RULE(decision), 4);
	cr_assert_eq(decide_audit(&image, LIST, 0, 2), 0);
	PUT(ENTRY(2, VERDICT_KILL, 0, 2));
	cr_assert_eq(verdict(0), VERDICT_ALLOW);
}

Test(decide, trusted_and_excepted_go_by_whether_the_name_counts)
{
	PUT(ENTRY(0, VERDICT_KILL, ENTRY_EXCEPTED, 0),
	    ENTRY(0, VERDICT_ALLOW, ENTRY_TRUSTED, 1),
	    ENTRY(0, VERDICT_DENY, ENTRY_DEFAULT, 2));
	cr_assert_eq(verdict(FACT_TRUSTED_NAME), VERDICT_ALLOW);
	cr_assert_eq(verdict(0), VERDICT_KILL);
	PUT(ENTRY(0, VERDICT_ALLOW, ENTRY_TRUSTED, 1),
	    ENTRY(0, VERDICT_DENY, ENTRY_DEFAULT, 2));
	cr_assert_eq(verdict(0), VERDICT_DENY);
}

Test(decide, identity_knows_neither_allow_nor_default)
{
	static const __u64 facts[] = {FACT_IDENTITY, FACT_IDENTITY | FACT_TRUSTED_NAME};

	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		PUT(ENTRY(0, VERDICT_ALLOW, ENTRY_TRUSTED, 1),
		    ENTRY(0, VERDICT_DENY, ENTRY_DEFAULT, 2));
		cr_assert_eq(verdict(facts[i]), VERDICT_ALLOW);
		PUT(ENTRY(0, VERDICT_KILL, ENTRY_EXCEPTED, 0),
		    ENTRY(0, VERDICT_DENY, 0, 1));
		cr_assert_eq(verdict(facts[i]), VERDICT_DENY);
	}
}

Test(decide, rule_that_has_ended_gives_way_to_the_next)
{
	PUT(ENTRY(0, VERDICT_KILL, ENTRY_UNTIL, 3), ENTRY(0, VERDICT_DENY, 0, 4));
	words[RULES_AT + 3 * RULE_WORDS + RULE_W_UNTIL] = 100;
	now = 99;
	cr_assert_eq(verdict(0), VERDICT_KILL);
	now = 100;
	cr_assert_eq(verdict(0), VERDICT_DENY);
}

Test(decide, stricter_of_two_decisions_holds)
{
	__u64 allow = 0, deny = DECISION(VERDICT_DENY, 5, 1),
	      first = DECISION(VERDICT_DENY, 4, 1);
	__u64 kill = DECISION(VERDICT_KILL, 9, 1);

	cr_assert_eq(decide_stricter(allow, deny), deny);
	cr_assert_eq(decide_stricter(kill, deny), kill);
	cr_assert_eq(decide_stricter(deny, first), first);
	cr_assert_eq(decide_stricter(DECISION_CLOSED, deny), deny);
	cr_assert_eq(decide_stricter(DECISION_CLOSED, allow), DECISION_CLOSED);
	cr_assert_eq(DECISION_RULE(DECISION_CLOSED), RULE_CLOSED);
}

Test(decide, what_is_outside_the_image_ends_closed)
{
	static const struct image empty;
	struct connect_call call = {.family = 2, .length = 16};

	cr_assert_eq(decide_list(&image, OFFSET_OUTSIDE, 0), DECISION_CLOSED);
	cr_assert_eq(decide_list(&image, 399, 0), DECISION_CLOSED);
	/* Each way to a list, from a header that is not there. */
	cr_assert_eq(decide_list(&empty, decide_socket(&empty, 1, 2, 3), 0),
		     DECISION_CLOSED);
	cr_assert_eq(decide_list(&empty, WORD_LO(decide_connect(&empty, &call)), 0),
		     DECISION_CLOSED);
	call.family = 10;
	call.length = 28;
	cr_assert_eq(decide_list(&empty, WORD_LO(decide_connect(&empty, &call)), 0),
		     DECISION_CLOSED);
	for (__u32 kind = 0; kind < 4; kind++) {
		__u32 state = automaton_feed(&empty, automaton_start(&empty),
					     (const __u8 *)"/a", 2, 2);

		cr_assert_eq(
			decide_list(&empty,
				    decide_path(&empty, automaton_accept(&empty, state),
						kind),
				    0),
			DECISION_CLOSED);
	}
	cr_assert_eq(decide_unread(&empty, SECTION_EXEC), DECISION_CLOSED);
}

Test(decide, list_without_an_end_is_closed)
{
	static uint64_t endless[LIST + 2 * LIMIT_LIST];
	const struct image endless_image = {.words = endless,
					    .n_words = ARRAY_SIZE(endless)};

	cr_assert_eq(decide_list(&endless_image, LIST, 0), DECISION_CLOSED);
	cr_assert_eq(decide_audit(&endless_image, LIST, 0, 0), 0);
}

Test(decide, unread_is_closed_only_where_something_denies)
{
	words[IMAGE_H_SECTIONS] = WORD(IMAGE_HAS(SECTION_EXEC) | IMAGE_HAS(SECTION_FILE),
				       IMAGE_HAS(SECTION_FILE));
	cr_assert_eq(decide_unread(&image, SECTION_FILE), DECISION_CLOSED);
	cr_assert_eq(decide_unread(&image, SECTION_EXEC), 0);
}
