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

static const struct circumstances nothing;

static __u64 list_decision(__u32 list, __u64 facts)
{
	const struct circumstances under = {.facts = facts};

	return decide_list(&image, list, &under);
}

static __u64 list_audit(__u32 list, __u64 facts, __u32 nth)
{
	const struct circumstances under = {.facts = facts};

	return decide_audit(&image, list, &under, nth);
}

static __u32 verdict(__u64 facts)
{
	return DECISION_VERDICT(list_decision(LIST, facts));
}

Test(decide, empty_list_allows)
{
	cr_assert_eq(list_decision(0, 0), 0);
	cr_assert_eq(list_audit(0, 0, 0), 0);
}

Test(decide, first_entry_of_a_group_is_its_outcome)
{
	PUT(ENTRY(0, VERDICT_ALLOW, 0, 1), ENTRY(0, VERDICT_KILL, 0, 0));
	cr_assert_eq(list_decision(LIST, 0), 0);
	PUT(ENTRY(0, VERDICT_DENY, 0, 7), ENTRY(0, VERDICT_KILL, 0, 0));
	cr_assert_eq(verdict(0), VERDICT_DENY);
	cr_assert_eq(DECISION_RULE(list_decision(LIST, 0)), 7);
	cr_assert_eq(DECISION_ERRNO(list_decision(LIST, 0)), 13);
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
	cr_assert_eq(DECISION_RULE(list_decision(LIST, 0)), 5);
}

Test(decide, other_groups_report_and_never_deny)
{
	__u64 decision;

	PUT(ENTRY(1, VERDICT_DENY, 0, 1), ENTRY(2, VERDICT_KILL, 0, 2),
	    ENTRY(3, VERDICT_ALLOW, 0, 3), ENTRY(4, VERDICT_AUDIT, 0, 4));
	decision = list_decision(LIST, 0);
	cr_assert_eq(DECISION_VERDICT(decision), VERDICT_DENY);
	cr_assert_eq(DECISION_AUDITS(decision), 2);
	decision = list_audit(LIST, 0, 0);
	cr_assert_eq(DECISION_VERDICT(decision), VERDICT_KILL);
	cr_assert_eq(DECISION_RULE(decision), 2);
	decision = list_audit(LIST, 0, 1);
	cr_assert_eq(DECISION_VERDICT(decision), VERDICT_AUDIT);
	cr_assert_eq(DECISION_RULE(decision), 4);
	cr_assert_eq(list_audit(LIST, 0, 2), 0);
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

	cr_assert_eq(list_decision(OFFSET_OUTSIDE, 0), DECISION_CLOSED);
	cr_assert_eq(list_decision(399, 0), DECISION_CLOSED);
	/* Each way to a list, from a header that is not there. */
	cr_assert_eq(decide_list(&empty, decide_socket(&empty, 1, 2, 3), &nothing),
		     DECISION_CLOSED);
	cr_assert_eq(
		decide_list(&empty, WORD_LO(decide_connect(&empty, &call)), &nothing),
		DECISION_CLOSED);
	call.family = 10;
	call.length = 28;
	cr_assert_eq(
		decide_list(&empty, WORD_LO(decide_connect(&empty, &call)), &nothing),
		DECISION_CLOSED);
	for (__u32 kind = 0; kind <= ACCEPT_UNIX; kind++) {
		__u32 state = automaton_feed(&empty, automaton_start(&empty),
					     (const __u8 *)"/a", 2, 2);

		cr_assert_eq(
			decide_list(&empty,
				    decide_path(&empty, automaton_accept(&empty, state),
						kind),
				    &nothing),
			DECISION_CLOSED);
	}
	cr_assert_eq(decide_unread(&empty, SECTION_EXEC), DECISION_CLOSED);
}

Test(decide, list_without_an_end_is_closed)
{
	static uint64_t endless[LIST + 2 * LIMIT_LIST];
	const struct image endless_image = {.words = endless,
					    .n_words = ARRAY_SIZE(endless)};

	cr_assert_eq(decide_list(&endless_image, LIST, &nothing), DECISION_CLOSED);
	cr_assert_eq(decide_audit(&endless_image, LIST, &nothing, 0), 0);
}

Test(decide, unread_is_closed_only_where_something_denies)
{
	words[IMAGE_H_SECTIONS] = WORD(IMAGE_HAS(SECTION_EXEC) | IMAGE_HAS(SECTION_FILE),
				       IMAGE_HAS(SECTION_FILE));
	cr_assert_eq(decide_unread(&image, SECTION_FILE), DECISION_CLOSED);
	cr_assert_eq(decide_unread(&image, SECTION_EXEC), 0);
}

/* A condition of a rule's row. */
static void put_condition(__u32 rule, __u64 condition)
{
	words[RULES_AT + rule * RULE_WORDS + RULE_W_CONDITION] = condition;
}

static __u32 verdict_under(__u64 facts, __u64 programs, __u64 spared)
{
	const struct circumstances under = {
		.facts = facts, .programs = programs, .spared = spared};

	return DECISION_VERDICT(decide_list(&image, LIST, &under));
}

Test(decide, a_condition_wants_all_of_its_facts_and_none_of_the_others)
{
	PUT(ENTRY(0, VERDICT_DENY, ENTRY_CONDITION, 1));
	put_condition(1, CONDITION(FACT_FILELESS | FACT_DRIFTED, FACT_INTERPRETER, 0));
	cr_expect_eq(verdict(FACT_FILELESS), VERDICT_ALLOW);
	cr_expect_eq(verdict(FACT_FILELESS | FACT_DRIFTED), VERDICT_DENY);
	cr_expect_eq(verdict(FACT_FILELESS | FACT_DRIFTED | FACT_INTERPRETER),
		     VERDICT_ALLOW);
	cr_expect_eq(verdict(FACT_FILELESS | FACT_DRIFTED | FACT_IDENTITY), VERDICT_DENY);
}

Test(decide, a_denial_from_a_program_holds_by_any_name_of_it)
{
	PUT(ENTRY(0, VERDICT_DENY, ENTRY_CONDITION, 1));
	put_condition(1, CONDITION(0, 0, 3) | CONDITION_FROM);
	cr_expect_eq(verdict_under(0, PROGRAMS(1U << 3, 0), 0), VERDICT_DENY);
	cr_expect_eq(verdict_under(0, PROGRAMS(1U << 2, 1U << 2), 0), VERDICT_ALLOW);
	cr_expect_eq(verdict_under(0, 0, 0), VERDICT_ALLOW);
}

Test(decide, only_a_name_that_counts_escapes_from_not)
{
	PUT(ENTRY(0, VERDICT_DENY, ENTRY_CONDITION, 1));
	put_condition(1, CONDITION(0, 0, 3) | CONDITION_FROM_NOT);
	cr_expect_eq(verdict_under(FACT_PROGRAM, PROGRAMS(1U << 3, 1U << 3), 0),
		     VERDICT_ALLOW);
	cr_expect_eq(verdict_under(FACT_PROGRAM, PROGRAMS(1U << 3, 0), 0), VERDICT_DENY);
	cr_expect_eq(verdict_under(0, 0, 0), VERDICT_DENY);
}

Test(decide, an_allow_from_programs_wants_what_cannot_be_forged)
{
	PUT(ENTRY(0, VERDICT_ALLOW, ENTRY_CONDITION, 1),
	    ENTRY(0, VERDICT_DENY, ENTRY_DEFAULT, 0));
	put_condition(1, CONDITION(0, 0, 3) | CONDITION_FROM);
	cr_expect_eq(verdict_under(FACT_PROGRAM, PROGRAMS(1U << 3, 1U << 3), 0),
		     VERDICT_ALLOW);
	cr_expect_eq(verdict_under(FACT_PROGRAM, PROGRAMS(1U << 3, 0), 0), VERDICT_DENY);
	put_condition(1, CONDITION(0, 0, 3) | CONDITION_FROM_NOT);
	cr_expect_eq(verdict_under(FACT_PROGRAM, 0, 0), VERDICT_ALLOW);
	cr_expect_eq(verdict_under(FACT_PROGRAM, PROGRAMS(1U << 3, 0), 0), VERDICT_DENY);
	cr_expect_eq(verdict_under(0, 0, 0), VERDICT_DENY);
}

Test(decide, a_called_name_concerns_the_rules_that_ask_for_it_alone)
{
	PUT(ENTRY(0, VERDICT_KILL, ENTRY_CALLED, 1), ENTRY(0, VERDICT_DENY, 0, 0));
	cr_expect_eq(verdict(FACT_TRUSTED_NAME), VERDICT_DENY);
	cr_expect_eq(verdict(FACT_IDENTITY), VERDICT_DENY);
	cr_expect_eq(verdict(FACT_CALLED), VERDICT_KILL);
}

static __u64 spared_by(__u64 facts)
{
	const struct circumstances under = {.facts = facts};

	return decide_spared(&image, LIST, &under);
}

Test(decide, an_allowed_script_spares_its_interpreter_the_default_of_that_group)
{
	__u64 spared;

	PUT(ENTRY(0, VERDICT_ALLOW, ENTRY_TRUSTED, 1),
	    ENTRY(0, VERDICT_DENY, ENTRY_DEFAULT, 0),
	    ENTRY(1, VERDICT_DENY, ENTRY_DEFAULT, 2));
	spared = spared_by(FACT_TRUSTED_NAME);
	cr_expect_eq(spared, 1);
	cr_expect_eq(spared_by(0), 0);
	PUT(ENTRY(0, VERDICT_DENY, ENTRY_DEFAULT, 0));
	cr_expect_eq(verdict_under(FACT_INTERPRETER, 0, spared), VERDICT_ALLOW);
	PUT(ENTRY(0, VERDICT_DENY, 0, 0));
	cr_expect_eq(verdict_under(FACT_INTERPRETER, 0, spared), VERDICT_DENY);
	PUT(ENTRY(1, VERDICT_DENY, ENTRY_DEFAULT, 0));
	cr_expect_eq(verdict_under(FACT_INTERPRETER, 0, spared), VERDICT_DENY);
}
