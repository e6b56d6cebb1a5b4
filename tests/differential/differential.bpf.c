// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decision core as the kernel runs it: with the maps, the accessors and the functions
 * of lsm/core.bpf.h, behind lsm/'s own hooks left out. What the hooks read of the
 * kernel's structures is in the question.
 */

#include "lsm/core.bpf.h"

#include "question.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, QUESTIONS);
	__type(key, __u32);
	__type(value, struct question);
} questions SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, QUESTIONS);
	__type(key, __u32);
	__type(value, struct answer);
} answers SEC(".maps");

/* The question of the next run. */
__u32 next = 0;

/** accept_of() - The accept of one of a question's paths. */
__global __u32 accept_of(__u32 at, __u32 which)
{
	const struct question *question = bpf_map_lookup_elem(&questions, &at);
	const struct question_text *text;
	image_t image;
	__u32 state;

	if (!question || which >= QUESTION_PATHS)
		return OFFSET_OUTSIDE;
	image = image_open(question->image);
	if (!image.map)
		return OFFSET_OUTSIDE;
	text = &question->paths[which];
	state = automaton_start(image);
	if (text->given)
		state = automaton_feed(image, state, text->bytes, text->length,
				       QUESTION_PATH);
	return automaton_accept(image, state);
}

/** list_of() - The candidates for an access to one of a question's paths. */
__global __u32 list_of(__u32 at, __u32 which)
{
	const struct question *question = bpf_map_lookup_elem(&questions, &at);
	image_t image;

	if (!question)
		return OFFSET_OUTSIDE;
	image = image_open(question->image);
	return image.map ? decide_path(image, accept_of(at, which), question->kind)
			 : OFFSET_OUTSIDE;
}

static __always_inline __u32 programs_of(__u32 at, __u32 which,
					 const struct question *question)
{
	image_t image = image_open(question->image);

	if (!image.map || which >= QUESTION_PATHS || !question->paths[which].given)
		return 0;
	return decide_programs(image, accept_of(at, which));
}

/** add_list() - Add what a list says to a question's answer. */
__global int add_list(__u32 at, __u32 list, __u64 facts, __u64 programs, __u64 spared)
{
	const struct question *question = bpf_map_lookup_elem(&questions, &at);
	struct answer *answer = bpf_map_lookup_elem(&answers, &at);
	__u64 decision, report;
	__u32 nth;

	if (!question || !answer || !list)
		return 0;
	decision = list_decide(question->image, list, facts, programs, spared);
	answer->decision = decide_stricter(answer->decision, decision & ~0xffULL);
	for (nth = 0; nth < LIMIT_GROUPS && nth < DECISION_AUDITS(decision); nth++) {
		report = list_audit(question->image, list, FACTS_NTH(facts, nth),
				    programs, spared);
		answer->reports[answer->n_reports++ % QUESTION_REPORTS] = report;
	}
	return 0;
}

/* Which groups spare the interpreter of a script their default. */
__global __u64 spared_of(__u32 at, __u64 facts, __u64 programs)
{
	const struct question *question = bpf_map_lookup_elem(&questions, &at);
	const struct circumstances under = {.facts = facts | FACT_TRUSTED_NAME,
					    .programs = programs};

	if (!question || !question->paths[QUESTION_SCRIPT].given)
		return 0;
	return decide_spared((image_t){.index = question->image},
			     list_of(at, QUESTION_SCRIPT), &under);
}

static __always_inline void answer_path(__u32 at, const struct question *question,
					__u64 programs)
{
	__u64 facts = question->facts, spared = 0;

	if (question->kind == ACCEPT_EXEC)
		spared = spared_of(at, facts & (FACT_PROGRAM | FACT_STDIO_SOCKET),
				   programs);
	add_list(at, list_of(at, QUESTION_OBJECT),
		 facts | (question->trusted_name ? FACT_TRUSTED_NAME : 0), programs,
		 spared);
	if (question->paths[QUESTION_IDENTITY].given)
		add_list(at, list_of(at, QUESTION_IDENTITY), facts | FACT_IDENTITY,
			 programs, spared);
	if (question->paths[QUESTION_CALLED].given)
		add_list(at, list_of(at, QUESTION_CALLED), facts | FACT_CALLED, programs,
			 spared);
}

static __always_inline void answer_socket(__u32 at, const struct question *question,
					  __u64 programs)
{
	image_t image = image_open(question->image);

	if (image.map)
		add_list(at,
			 decide_socket(image, question->socket[0], question->socket[1],
				       question->socket[2]),
			 question->facts, programs, 0);
}

static __always_inline void answer_connect(__u32 at, const struct question *question,
					   __u64 programs)
{
	image_t image = image_open(question->image);
	struct connect_call call = question->call;
	__u64 lists;

	if (!image.map)
		return;
	lists = decide_connect(image, &call);
	add_list(at, WORD_LO(lists), question->facts, programs, 0);
	add_list(at, WORD_HI(lists), question->facts, programs, 0);
}

SEC("tc")
int answer_next(struct __sk_buff *skb)
{
	__u32 at = next++, sets;
	const struct question *question = bpf_map_lookup_elem(&questions, &at);
	struct answer *answer = bpf_map_lookup_elem(&answers, &at);
	__u64 programs;

	if (!question || !answer)
		return 0;
	answer->decision = 0;
	answer->n_reports = 0;
	sets = programs_of(at, QUESTION_PROGRAM, question) |
	       programs_of(at, QUESTION_PROGRAM_SCRIPT, question);
	programs = PROGRAMS(sets, question->trusted_program ? sets : 0);
	if (question->kind == QUESTION_SOCKET)
		answer_socket(at, question, programs);
	else if (question->kind == QUESTION_CONNECT)
		answer_connect(at, question, programs);
	else
		answer_path(at, question, programs);
	answer->number = question->number;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
