/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/eval.h"

#include <string.h>
#include <sys/socket.h>

#include "policy/image_words.h"

/* The time of the event at hand, which the core asks for. */
static _Thread_local uint64_t now;

static __always_inline __u64 decide_now(void)
{
	return now;
}

#include "lsm/decide.h"

#define LISTS_MAX 3

/* The lists of an event, each with what to decide it under. */
struct lists {
	struct {
		uint32_t list;
		struct circumstances under;
	} items[LISTS_MAX];
	size_t n;
};

static void add_list(struct lists *lists, uint32_t list,
		     const struct circumstances *common, uint64_t facts)
{
	lists->items[lists->n].list = list;
	lists->items[lists->n].under = *common;
	lists->items[lists->n++].under.facts |= facts;
}

uint32_t eval_accept(const struct image *image, const char *path)
{
	size_t length = path ? strlen(path) : 0;
	uint32_t state =
		automaton_feed(image, automaton_start(image), (const uint8_t *)path,
			       (uint32_t)length, (uint32_t)length);

	return automaton_accept(image, state);
}

uint32_t eval_programs(const struct image *image, const char *path)
{
	return image ? decide_programs(image, eval_accept(image, path)) : 0;
}

static uint32_t kind_of(const struct eval_event *event)
{
	if (event->kind == EVAL_EXEC)
		return ACCEPT_EXEC;
	if (event->kind == EVAL_UNIX)
		return ACCEPT_UNIX;
	if (!(event->access & ACCESS_WRITE))
		return ACCEPT_READ;
	return event->access & ACCESS_READ ? ACCEPT_READ_WRITE : ACCEPT_WRITE;
}

static uint32_t list_of(const struct image *image, const struct eval_event *event,
			const char *path)
{
	return decide_path(image, eval_accept(image, path), kind_of(event));
}

/* What is so of the process, whatever it does. */
static struct circumstances who(const struct image *image, const struct eval_event *event)
{
	uint32_t sets = 0;

	if (!event->program)
		return (struct circumstances){0};
	sets = decide_programs(image, eval_accept(image, event->program));
	if (event->program_script)
		sets |= decide_programs(image, eval_accept(image, event->program_script));
	return (struct circumstances){
		.facts = FACT_PROGRAM,
		.programs = PROGRAMS(sets, event->untrusted_program ? 0 : sets),
	};
}

static uint64_t facts_of_file(const struct eval_event *event)
{
	uint64_t facts = 0;

	if (event->kind == EVAL_OPEN)
		return event->owner_other ? FACT_OWNER_OTHER : 0;
	if (event->kind != EVAL_EXEC)
		return 0;
	if (event->fileless)
		facts |= FACT_FILELESS;
	if (event->drifted)
		facts |= FACT_DRIFTED;
	return event->script ? facts | FACT_INTERPRETER : facts;
}

/* An interpreter is spared the defaults of those who allow its script. */
static void judge_script(const struct image *image, const struct eval_event *event,
			 struct circumstances *under)
{
	struct circumstances of_script = *under;

	of_script.facts |= FACT_TRUSTED_NAME;
	under->spared =
		decide_spared(image, list_of(image, event, event->script), &of_script);
}

static void list_path(const struct image *image, const struct eval_event *event,
		      struct lists *lists)
{
	struct circumstances under = who(image, event);
	bool trusted = event->path && !event->untrusted_name;

	if (event->kind == EVAL_EXEC && event->stdio_socket)
		under.facts |= FACT_STDIO_SOCKET;
	if (event->kind == EVAL_EXEC && event->script)
		judge_script(image, event, &under);
	under.facts |= facts_of_file(event);
	add_list(lists, list_of(image, event, event->path), &under,
		 trusted ? FACT_TRUSTED_NAME : 0);
	if (event->identity)
		add_list(lists, list_of(image, event, event->identity), &under,
			 FACT_IDENTITY);
	if (event->kind == EVAL_EXEC && event->called)
		add_list(lists, list_of(image, event, event->called), &under,
			 FACT_CALLED);
}

static uint64_t number(const uint8_t *bytes, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | bytes[i];
	return value;
}

static void list_connect(const struct image *image, const struct eval_event *event,
			 struct lists *lists)
{
	struct connect_call call = {
		.socket_family = event->family,
		.protocol = event->protocol,
		.family = event->address_family,
		.length = event->length ? event->length : sizeof(struct sockaddr_storage),
		.port = event->port,
		.ipv4 = (uint32_t)number(event->address, 4),
		.hi = number(event->address, 8),
		.lo = number(event->address + 8, 8),
	};
	const struct circumstances under = who(image, event);
	uint64_t both = decide_connect(image, &call);

	add_list(lists, WORD_LO(both), &under, 0);
	add_list(lists, WORD_HI(both), &under, 0);
}

static void list_socket(const struct image *image, const struct eval_event *event,
			struct lists *lists)
{
	const struct circumstances under = who(image, event);

	add_list(lists, decide_socket(image, event->family, event->type, event->protocol),
		 &under, 0);
}

static struct eval_outcome outcome_of(uint64_t decision)
{
	return (struct eval_outcome){.verdict = (enum verdict)DECISION_VERDICT(decision),
				     .rule = DECISION_RULE(decision),
				     .error = (uint8_t)DECISION_ERRNO(decision)};
}

/* A rule that two lists of one event have is one report. */
static void add_audit(struct eval_result *result, struct eval_outcome audit)
{
	for (uint32_t i = 0; i < result->n_audits; i++)
		if (result->audits[i].rule == audit.rule)
			return;
	result->audits[result->n_audits++] = audit;
}

static uint64_t decide_one(const struct image *image, uint32_t list,
			   const struct circumstances *under, struct eval_result *result)
{
	uint64_t decision = decide_list(image, list, under);

	for (uint32_t i = 0; i < DECISION_AUDITS(decision); i++)
		add_audit(result, outcome_of(decide_audit(image, list, under, i)));
	return decision & ~0xffULL;
}

static void find_lists(const struct image *image, const struct eval_event *event,
		       struct lists *lists)
{
	if (event->kind == EVAL_SOCKET)
		list_socket(image, event, lists);
	else if (event->kind == EVAL_CONNECT)
		list_connect(image, event, lists);
	else
		list_path(image, event, lists);
}

void eval(const struct image *image, const struct eval_event *event,
	  struct eval_result *ret_result)
{
	struct lists lists = {0};
	uint64_t decision = 0;

	*ret_result = (struct eval_result){0};
	if (!image)
		return;
	now = event->now;
	find_lists(image, event, &lists);
	for (size_t i = 0; i < lists.n; i++)
		decision = decide_stricter(decision,
					   decide_one(image, lists.items[i].list,
						      &lists.items[i].under, ret_result));
	ret_result->decision = outcome_of(decision);
}

static void add_asked(const struct image *image, uint64_t entry, struct eval_asked *asked)
{
	uint32_t row = WORD_LO(image_word(image, IMAGE_H_RULES)) +
		       ENTRY_RULE(entry) * RULE_WORDS;
	uint64_t condition = image_word(image, row + RULE_W_CONDITION);

	if (!(ENTRY_FLAGS(entry) & ENTRY_CONDITION))
		return;
	asked->facts |= CONDITION_WANTED(condition) | CONDITION_UNWANTED(condition);
	if (condition & (CONDITION_FROM | CONDITION_FROM_NOT))
		asked->sets |= 1U << CONDITION_SET(condition);
}

void eval_asked(const struct image *image, const struct eval_event *event,
		struct eval_asked *ret_asked)
{
	struct lists lists = {0};

	*ret_asked = (struct eval_asked){0};
	if (!image)
		return;
	find_lists(image, event, &lists);
	for (size_t i = 0; i < lists.n; i++) {
		uint32_t list = lists.items[i].list;
		uint64_t entry = list ? 0 : WORD_OUTSIDE;

		for (; entry != WORD_OUTSIDE && !(ENTRY_FLAGS(entry) & ENTRY_LAST);
		     list++) {
			entry = image_word(image, list);
			add_asked(image, entry, ret_asked);
		}
	}
}
