/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
#ifndef LSMD_LSM_DECIDE_H
#define LSMD_LSM_DECIDE_H

/*
 * Every verdict. Deciding an event takes two steps: which list of candidates it has
 * (candidates.h: decide_path(), decide_socket(), decide_connect()), and what that list says about
 * it (decide_list()). Neither keeps state, allocates, or depends on the number of rules.
 *
 * Plain C for both sides. Whoever includes this defines before, besides image_t and
 * image_word() (automaton.h),
 *
 *     __u64 decide_now(void)     CLOCK_BOOTTIME in ns
 */

#include "abi.h"
#include "automaton.h"
#include "candidates.h"
#include "decision.h"
#include "limits.h"
#include "verifier.h"

/**
 * struct circumstances - What a list is decided under.
 * @facts:    FACT_* bits
 * @programs: the program sets that the acting program is in, PROGRAMS()
 * @spared:   bit N: the default of group N does not hold, since the script that led to this
 *            interpreter is explicitly allowed there (decide_spared())
 */
struct circumstances {
	__u64 facts;
	__u64 programs;
	__u64 spared;
};

/* Sets by the program's name, and those of them for which that name counts. */
#define PROGRAMS(named, trusted) WORD(named, trusted)
#define PROGRAMS_NAMED(programs) WORD_LO(programs)
#define PROGRAMS_TRUSTED(programs) WORD_HI(programs)

/*
 * Flags of entries that do not hold, given the facts. The verifier follows each value that it
 * can tell apart through the whole loop, hence a table in a number and no branch.
 */
#define VOID_FLAGS(facts, flags) ((__u32)(flags) << 8 * (facts))

static __always_inline __u32 decide_void_flags(__u64 facts)
{
	const __u32 always = ENTRY_CALLED;
	const __u32 widens = always | ENTRY_TRUSTED | ENTRY_EXCEPTED | ENTRY_DEFAULT;
	const __u32 table = VOID_FLAGS(0, always | ENTRY_TRUSTED) |
			    VOID_FLAGS(FACT_TRUSTED_NAME, always | ENTRY_EXCEPTED) |
			    VOID_FLAGS(FACT_IDENTITY, widens) |
			    VOID_FLAGS(FACT_IDENTITY | FACT_TRUSTED_NAME, widens);

	return table >> 8 * (facts & (FACT_TRUSTED_NAME | FACT_IDENTITY)) & 0xff;
}

/* Is the acting program one that a condition asks for? A name that does not count puts a program
 * under a rule that denies, and never under one that allows, nor out of `from: {not: ...}`. */
static __always_inline int decide_program_fits(__u64 condition, __u64 entry, __u64 facts,
					       __u64 programs)
{
	int allows = ENTRY_VERDICT(entry) == VERDICT_ALLOW;
	__u32 named = PROGRAMS_NAMED(programs) >> CONDITION_SET(condition) & 1;
	__u32 trusted = PROGRAMS_TRUSTED(programs) >> CONDITION_SET(condition) & 1;

	if (condition & CONDITION_FROM)
		return allows ? trusted : named;
	if (condition & CONDITION_FROM_NOT)
		return allows ? (facts & FACT_PROGRAM) && !named : !trusted;
	return 1;
}

static __always_inline int decide_condition_holds(__u64 condition, __u64 entry, __u64 facts,
						  __u64 programs)
{
	__u32 wanted = CONDITION_WANTED(condition);

	return (facts & wanted) == wanted && !(facts & CONDITION_UNWANTED(condition)) &&
	       decide_program_fits(condition, entry, facts, programs);
}

static __always_inline int decide_entry_holds(image_t image, __u64 entry,
					      const struct circumstances *under)
{
	__u32 row, flags = ENTRY_FLAGS(entry);

	if (under->facts & FACT_CALLED ? !(flags & ENTRY_CALLED)
				       : flags & decide_void_flags(under->facts))
		return 0;
	if (flags & ENTRY_DEFAULT && under->spared >> ENTRY_GROUP(entry) & 1)
		return 0;
	if (!(flags & (ENTRY_UNTIL | ENTRY_CONDITION)))
		return 1;
	row = WORD_LO(image_word(image, IMAGE_H_RULES)) + ENTRY_RULE(entry) * RULE_WORDS;
	if (flags & ENTRY_UNTIL && decide_now() >= image_word(image, row + RULE_W_UNTIL))
		return 0;
	return !(flags & ENTRY_CONDITION) ||
	       decide_condition_holds(image_word(image, row + RULE_W_CONDITION), entry,
				      under->facts, under->programs);
}

/* What an entry says when it holds. */
static __always_inline __u64 decide_entry(__u64 entry)
{
	__u64 decision = DECISION(ENTRY_VERDICT(entry), ENTRY_RULE(entry), ENTRY_ERRNO(entry));

	return ENTRY_VERDICT(entry) == VERDICT_ALLOW ? 0 : decision;
}

/*
 * What the entries of a list have said so far, as one number: a decision, and between its bits 8
 * and 14 the group that is done, LIMIT_GROUPS for none; CARRY_ENDED: there is no more to say.
 */
#define CARRY_ENDED 0x8000ULL
#define CARRY(decision, group) (((decision) & ~0xff00ULL) | (__u64)(group) << 8)
#define CARRY_GROUP(carry) ((__u32)(carry) >> 8 & 0x7f)

/*
 * Add one entry to what those before it have said: the first of a group that holds is its
 * outcome. Of the enforced groups, which come first, the stricter outcome is the decision; those
 * of the others are counted as audits. What lies outside of the image has all flags, and never
 * holds.
 */
static __always_inline __u64 decide_step(image_t image, __u64 entry,
					 const struct circumstances *under, __u64 carry)
{
	__u32 group = ENTRY_GROUP(entry);
	__u64 outcome;

	if (group == CARRY_GROUP(carry) || !decide_entry_holds(image, entry, under))
		return carry;
	outcome = decide_entry(entry);
	if (group < GROUP_FIRST_AUDIT)
		return CARRY(decide_stricter(CARRY(carry, 0), outcome), group);
	return CARRY(carry, group) + (outcome != 0);
}

/* As @nth of decide_chunk(): none of the audits, but the decision. */
#define NTH_DECISION 0xffU

/* Entries of a chunk. A list is gone through in chunks, since the verifier follows each turn of a
 * loop apart: of the one within a chunk, and of the one over chunks. */
#define DECIDE_CHUNK_ENTRIES 4

/**
 * decide_chunk() - Go on through a list.
 * @at:    offset of the first entry
 * @carry: CARRY()
 * @nth:   of the audits, to stop there with its outcome in the place of the decision
 *
 * Return: CARRY().
 */
static __always_inline __u64 decide_chunk(image_t image, __u32 at,
					  const struct circumstances *under, __u64 carry,
					  __u32 nth)
{
	__u64 entry;
	__u32 i;

	for (i = 0; i < DECIDE_CHUNK_ENTRIES; i++) {
		entry = image_word(image, at + i);
		carry = decide_step(image, entry, under, carry);
		if (DECISION_AUDITS(carry) > nth)
			return decide_entry(entry) | DECISION_AUDITS(carry) | CARRY_ENDED;
		if (entry == WORD_OUTSIDE)
			return DECISION_CLOSED | CARRY_ENDED;
		if (ENTRY_FLAGS(entry) & ENTRY_LAST)
			return carry | CARRY_ENDED;
		VERIFIER_FORGET(carry, entry);
	}
	return carry;
}

/* Whoever includes this can have a chunk done in another way: a program by a function that the
 * verifier looks at once. */
#ifndef DECIDE_CHUNK
#define DECIDE_CHUNK decide_chunk
#endif

static __always_inline __u64 decide_run(image_t image, __u32 list,
					const struct circumstances *under, __u32 nth)
{
	__u64 carry = CARRY(0, LIMIT_GROUPS);
	__u32 i;

	for (i = 0; i < LIMIT_LIST; i += DECIDE_CHUNK_ENTRIES) {
		carry = DECIDE_CHUNK(image, list + i, under, carry, nth);
		if (carry & CARRY_ENDED)
			return CARRY(carry, 0);
	}
	return DECISION_CLOSED;
}

/**
 * decide_list() - What a list of candidates says.
 * @list: its offset; 0: the empty list
 *
 * Return: the decision; DECISION_CLOSED when the list is not one.
 */
static __always_inline __u64 decide_list(image_t image, __u32 list,
					 const struct circumstances *under)
{
	return list ? decide_run(image, list, under, NTH_DECISION) : 0;
}

/**
 * decide_audit() - One of the audit outcomes that decide_list() has counted.
 * @nth: from 0
 *
 * Return: as a decision: what it would be if it were enforced (AUDIT for an audit rule) and
 * the rule; 0 when there are not as many, which the clock can cause.
 */
static __always_inline __u64 decide_audit(image_t image, __u32 list,
					  const struct circumstances *under, __u32 nth)
{
	__u64 outcome = list ? decide_run(image, list, under, nth) : 0;

	return DECISION_AUDITS(outcome) > nth ? outcome & ~0xffULL : 0;
}

/* In what decide_spared_chunk() returns: the list has ended. Groups are fewer than bits. */
#define SPARED_ENDED (1ULL << 63)

/* Go on through a list: which groups have an allow rule that holds, besides those in @spared. */
static __always_inline __u64 decide_spared_chunk(image_t image, __u32 at,
						 const struct circumstances *under, __u64 spared)
{
	__u64 entry;
	__u32 i;

	for (i = 0; i < DECIDE_CHUNK_ENTRIES; i++) {
		entry = image_word(image, at + i);
		if (entry == WORD_OUTSIDE)
			return SPARED_ENDED;
		if (ENTRY_VERDICT(entry) == VERDICT_ALLOW && decide_entry_holds(image, entry, under))
			spared |= 1ULL << (ENTRY_GROUP(entry) & 63);
		if (ENTRY_FLAGS(entry) & ENTRY_LAST)
			return spared | SPARED_ENDED;
		VERIFIER_FORGET(spared, entry);
	}
	return spared;
}

#ifndef DECIDE_SPARED_CHUNK
#define DECIDE_SPARED_CHUNK decide_spared_chunk
#endif

/**
 * decide_spared() - In which groups is a script explicitly allowed?
 * @list: of the script's own path
 *
 * What a group denies besides does not matter: then its interpreter is never asked about.
 *
 * Return: one bit for each, for circumstances.spared of its interpreter.
 */
static __always_inline __u64 decide_spared(image_t image, __u32 list,
					   const struct circumstances *under)
{
	__u64 spared = 0;
	__u32 i;

	for (i = 0; list && i < LIMIT_LIST; i += DECIDE_CHUNK_ENTRIES) {
		spared = DECIDE_SPARED_CHUNK(image, list + i, under, spared);
		if (spared & SPARED_ENDED)
			return spared & ~SPARED_ENDED;
	}
	return 0;
}

#endif
