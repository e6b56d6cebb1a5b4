/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_VERDICT_BPF_H
#define LSMD_LSM_VERDICT_BPF_H

/*
 * From a decision to what the hook returns: pause and entering first, then the counters, which
 * are exact, then a record, which may be dropped and then is counted as well.
 */

#include <stddef.h>

#include "core.bpf.h"
#include "entering.bpf.h"
#include "record.bpf.h"
#include "subject.bpf.h"

#define SIGKILL 9

/* In QUESTION_MORE() of an exec: the one that ends entering, thus judged as what is inside. */
#define QUESTION_ARRIVES 0x8000U
/* Of a file: it has no name. */
#define QUESTION_NAMELESS 0x4000U

static __always_inline __u32 flags_of(__u64 question)
{
	return QUESTION_MORE(question) & QUESTION_NAMELESS ? DENIAL_F_NO_NAME : 0;
}

/* --- counting --------------------------------------------------------------------------------- */

static __always_inline void count(__u64 word, __u32 counter)
{
	__u32 index = SLOT_COUNTERS(word) + counter;
	__u64 *value = bpf_map_lookup_elem(&counters, &index);

	if (value)
		__sync_fetch_and_add(value, 1);
}

/* Which one element a reported verdict bumps. */
static __always_inline __u32 counter_of(__u64 question, __u64 report)
{
	__u32 rule = DECISION_RULE(report);

	if (REPORT_FLAGS(report) & DENIAL_F_PAUSED)
		return COUNTER_PAUSED;
	if (REPORT_FLAGS(report) & DENIAL_F_ENTERING)
		return COUNTER_ENTERING;
	if (rule == RULE_CLOSED)
		return COUNTER_CLOSED + QUESTION_HOOK(question);
	return COUNTER_RULES + rule;
}

/* Is there budget for a record in this second? Two tasks may both take the last place. */
static __always_inline int record_allowed(__u64 question)
{
	__u32 slot_number = QUESTION_SLOT(question);
	struct slot *slot = bpf_map_lookup_elem(&slots, &slot_number);
	const struct state *now_state = state_get();
	__u64 now = bpf_ktime_get_boot_ns();

	if (!slot || !now_state)
		return 0;
	if (now - READ_ONCE(slot->records_since) >= NSEC_PER_SEC) {
		WRITE_ONCE(slot->records_since, now);
		WRITE_ONCE(slot->records, 0);
	}
	if (READ_ONCE(slot->records) >= READ_ONCE(now_state->records_per_second))
		return 0;
	__sync_fetch_and_add(&slot->records, 1);
	return 1;
}

/**
 * verdict_report() - Count a verdict other than allow, and record it where there is room.
 * Arguments as record.bpf.h has them.
 */
__global int verdict_report(__u64 object, __u64 detail, __u64 question, __u64 word, __u64 report)
{
	int written = RECORD_DROPPED;

	count(word, counter_of(question, report));
	if (record_allowed(question)) {
		written = record_short(object, detail, question, word, report);
		if (written == RECORD_TRUNCATED)
			written = record_long(object, detail, question, word, report);
	}
	if (written == RECORD_DROPPED)
		count(word, COUNTER_UNRECORDED);
	return 0;
}

/* --- outcomes ---------------------------------------------------------------------------------- */

/* A list, and the facts of the name that it was decided with, FACT_NAMES. An offset beyond the image
 * stays beyond: LIMIT_IMAGE_WORDS is 20 bits. */
#define LIST_FACTS(list, facts) (((__u32)(list) & 0x1fffffff) | (__u32)(facts) << 29)
#define LIST_OF(list_facts) ((__u32)(list_facts) & 0x1fffffff)
#define FACTS_OF(list_facts) ((__u32)(list_facts) >> 29)

/* Lists that one event has at most. */
#define OUTCOME_LISTS 4

/**
 * struct outcome - What the lists of one event say together.
 * @decision: the stricter of them, without its number of audits
 * @under:    what they are decided under, without what is a name's own, FACT_NAMES
 * @lists:    LIST_FACTS() of each
 * @audits:   has one bit for each of @lists that has audit outcomes
 */
struct outcome {
	__u64 decision;
	struct circumstances under;
	__u32 lists[OUTCOME_LISTS];
	__u32 audits;
};

/* Add a list. @nth: a constant, 0 for the first. */
static __always_inline void outcome_add(struct outcome *outcome, const __u32 nth, __u32 index,
					__u32 list, __u64 facts)
{
	__u64 decision = 0;

	if (list)
		decision = list_decide(index, list, facts | outcome->under.facts,
				       outcome->under.programs, outcome->under.spared);
	VERIFIER_FORGET(decision, index);
	outcome->lists[nth] = LIST_FACTS(list, facts);
	outcome->audits |= (DECISION_AUDITS(decision) != 0) << nth;
	outcome->decision = decide_stricter(outcome->decision, decision & ~0xffULL);
	VERIFIER_FORGET(outcome->decision, index);
	VERIFIER_FORGET(outcome->audits, index);
}

/**
 * list_reports() - Is a rule among a list's audit outcomes?
 * @index_list: WORD(index of the image, LIST_FACTS())
 * @facts_rule: WORD(facts, rule)
 * Return: 1 if it is.
 */
__global int list_reports(__u64 index_list, __u64 facts_rule, __u64 programs, __u64 spared)
{
	__u64 outcome, facts = FACTS_OF(WORD_HI(index_list)) | WORD_LO(facts_rule);
	__u32 nth;

	for (nth = 0; nth < LIMIT_GROUPS; nth++) {
		outcome = list_audit(WORD_LO(index_list), LIST_OF(WORD_HI(index_list)),
				     FACTS_NTH(facts, nth), programs, spared);
		if (!outcome)
			return 0;
		if (DECISION_RULE(outcome) == WORD_HI(facts_rule))
			return 1;
	}
	return 0;
}

/* Which list of an outcome a question is about. */
#define QUESTION_LIST(list) ((__u64)(list) << 56)
#define QUESTION_LIST_OF(question) ((__u32)((question) >> 56))

/* One list of the outcome at an address. */
static __always_inline __u32 outcome_list(__u64 outcome, __u32 nth)
{
	__u32 list = 0;

	bpf_probe_read_kernel(&list, sizeof(list),
			      (const void *)(outcome + offsetof(struct outcome, lists) +
					     nth * sizeof(list)));
	return list;
}

static __always_inline void outcome_under(struct circumstances *under, __u64 outcome)
{
	bpf_probe_read_kernel(under, sizeof(*under),
			      (const void *)(outcome + offsetof(struct outcome, under)));
}

/**
 * audit_is_reported() - Is a rule among the audit outcomes of a list before this one?
 * @outcome: address of a struct outcome
 * @index:   of the image
 * @nth:     number of the list
 */
__global int audit_is_reported(__u64 outcome, __u32 index, __u32 nth, __u32 rule)
{
	struct circumstances under = {};
	__u32 before;

	outcome_under(&under, outcome);
#pragma clang loop unroll(disable)
	for (before = 0; before < OUTCOME_LISTS; before++) {
		if (before >= nth)
			break;
		if (list_reports(WORD(index, outcome_list(outcome, before)),
				 WORD(under.facts, rule), under.programs, under.spared))
			return 1;
	}
	return 0;
}

/** outcome_audit() - list_audit(), of a list of the outcome at an address. */
__global __u64 outcome_audit(__u64 outcome, __u32 index, __u32 list_number, __u32 nth)
{
	__u32 list = outcome_list(outcome, list_number);
	struct circumstances under = {};

	outcome_under(&under, outcome);
	return list_audit(index, LIST_OF(list), FACTS_NTH(FACTS_OF(list) | under.facts, nth),
			  under.programs, under.spared);
}

/**
 * verdict_audits() - Report every audit outcome of a list that no list before it has.
 * @question: with QUESTION_LIST()
 * @outcome:  address of a struct outcome
 *
 * The other arguments as record.bpf.h has them.
 */
__global int verdict_audits(__u64 object, __u64 detail, __u64 question, __u64 word,
			    __u64 outcome)
{
	__u32 nth, list = QUESTION_LIST_OF(question);
	__u64 audit;

#pragma clang loop unroll(disable)
	for (nth = 0; nth < LIMIT_GROUPS; nth++) {
		audit = outcome_audit(outcome, SLOT_IMAGE(word), list, nth);
		if (!audit)
			break;
		if (!audit_is_reported(outcome, SLOT_IMAGE(word), list, DECISION_RULE(audit)))
			verdict_report(object, detail, question, word,
				       REPORT(audit, VERDICT_AUDIT, flags_of(question)));
	}
	return 0;
}

/* --- the verdict ------------------------------------------------------------------------------- */

/* Of two generations of programs that are attached both see each call that none denies. */
static __always_inline int reports_allowed(const struct state *now_state)
{
	return now_state && READ_ONCE(now_state->generation) == generation;
}

static __always_inline int is_paused(const struct state *now_state)
{
	__u64 until;

	if (!now_state || !READ_ONCE(now_state->paused))
		return 0;
	until = READ_ONCE(now_state->paused_until);
	return !until || bpf_ktime_get_boot_ns() < until;
}

/* What stands between a decision to deny and a denial. */
static __always_inline __u32 excuse(const struct state *now_state, __u64 question)
{
	if (is_paused(now_state))
		return DENIAL_F_PAUSED;
	if (!(QUESTION_MORE(question) & QUESTION_ARRIVES) && task_is_entering())
		return DENIAL_F_ENTERING;
	return 0;
}

/**
 * verdict_settle() - Put a decision in force, and report it.
 * Arguments as record.bpf.h has them, @decision instead of a report.
 *
 * Return: a positive errno to fail the call with, or 0.
 */
__global int verdict_settle(__u64 object, __u64 detail, __u64 question, __u64 word,
			    __u64 decision)
{
	__u32 excused, flags = flags_of(question), verdict = DECISION_VERDICT(decision);
	const struct state *now_state = state_get();

	/* Threads of the kernel's own are nobody's subject, whatever cgroup they were put in. */
	if (BPF_CORE_READ(current_task(), flags) & PF_KTHREAD)
		return 0;
	if (DECISION_RULE(decision) == RULE_CLOSED) {
		flags |= DENIAL_F_CLOSED;
		if (QUESTION_HOOK(question) == HOOK_FILE_OPEN)
			decision = DECISION(VERDICT_DENY, RULE_CLOSED, EACCES);
	}
	excused = excuse(now_state, question);
	if (excused && !reports_allowed(now_state))
		return 0;
	if (excused)
		verdict = VERDICT_AUDIT;
	if (verdict == VERDICT_KILL)
		bpf_send_signal(SIGKILL);
	verdict_report(object, detail, question, word, REPORT(decision, verdict, flags | excused));
	return excused ? 0 : DECISION_ERRNO(decision);
}

/**
 * outcome_settle() - Put an outcome in force.
 * Return: a positive errno to fail the call with, or 0.
 */
static __always_inline __u32 outcome_settle(const struct outcome *outcome, __u64 object,
					    __u64 detail, __u64 question, __u64 word)
{
	__u32 list, error = 0;

	if (DECISION_VERDICT(outcome->decision))
		error = verdict_settle(object, detail, question, word, outcome->decision);
	if (!outcome->audits || (!error && !reports_allowed(state_get())))
		return error;
#pragma clang loop unroll(disable)
	for (list = 0; list < OUTCOME_LISTS; list++) {
		if (outcome->audits >> list & 1)
			verdict_audits(object, detail, question | QUESTION_LIST(list), word,
				       address_of(outcome));
	}
	return error;
}

/* What a hook returns. 6.12 and later want to see that this is within -4095 and 0, which they do
 * of a difference, not of a negation. */
static __always_inline int hook_result(__u32 error)
{
	int result = 0;

	__asm__ volatile("" : "+r"(result));
	return result - (int)(error & 0xff);
}

#endif
