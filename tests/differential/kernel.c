// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "differential.skel.h"
#include "policy/image_words.h"
#include "util/cleanup.h"

static __always_inline __u64 decide_now(void)
{
	return 0;
}

#include "question.h"

_Static_assert(KERNEL_EVENTS == QUESTIONS, "room for the questions");

/* Words that an image may have here. Its map keeps its size, and is written to anew for
 * each: to put another into the outer map takes a grace period. */
#define IMAGE_WORDS 131072U
/* The place of the image in the outer map. */
#define IMAGE_INDEX 7U

struct kernel {
	struct differential_bpf *skeleton;
	int image_fd;
	uint64_t *words;
	size_t n_words; /* that are not WORD_OUTSIDE */
	bool has_image;
	struct question *questions;
	struct answer *answers;
	uint32_t number;
};

/* --- loading ----------------------------------------------------------------------- */

static int print_nothing(enum libbpf_print_level level, const char *format,
			 va_list arguments)
{
	(void)level, (void)format, (void)arguments;
	return 0;
}

/* Those of the maps that the hooks need, and this program does not. */
static void leave_out_maps(struct kernel *kernel)
{
	static const char *const kept[] = {"images", "questions", "answers"};
	struct bpf_map *map;

	bpf_object__for_each_map(map, kernel->skeleton->obj)
	{
		bool keep = bpf_map__is_internal(map);

		for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
			keep = keep || !strcmp(bpf_map__name(map), kept[i]);
		bpf_map__set_autocreate(map, keep);
	}
}

static int make_image(struct kernel *kernel)
{
	LIBBPF_OPTS(bpf_map_create_opts, options,
		    .map_flags = BPF_F_INNER_MAP | BPF_F_MMAPABLE);
	const uint32_t index = IMAGE_INDEX;

	kernel->image_fd =
		bpf_map_create(BPF_MAP_TYPE_ARRAY, "differential", sizeof(uint32_t),
			       sizeof(uint64_t), IMAGE_WORDS, &options);
	if (kernel->image_fd < 0)
		return kernel->image_fd;
	kernel->words = mmap(NULL, IMAGE_WORDS * sizeof(uint64_t), PROT_READ | PROT_WRITE,
			     MAP_SHARED, kernel->image_fd, 0);
	if (kernel->words == MAP_FAILED)
		return -errno;
	kernel->n_words = IMAGE_WORDS;
	return bpf_map_update_elem(bpf_map__fd(kernel->skeleton->maps.images), &index,
				   &kernel->image_fd, BPF_ANY);
}

static size_t bytes_of(const struct bpf_map *map)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t bytes = (size_t)bpf_map__max_entries(map) *
		       ((bpf_map__value_size(map) + 7) & ~7U);

	return (bytes + page - 1) & ~(page - 1);
}

static int map_memory(const struct bpf_map *map, void **ret_memory)
{
	void *memory = mmap(NULL, bytes_of(map), PROT_READ | PROT_WRITE, MAP_SHARED,
			    bpf_map__fd(map), 0);

	if (memory == MAP_FAILED)
		return -errno;
	*ret_memory = memory;
	return 0;
}

static int load(struct kernel *kernel, const char **reterr_why)
{
	int r;

	*reterr_why = "the program cannot be opened";
	kernel->skeleton = differential_bpf__open();
	if (!kernel->skeleton)
		return -errno;
	leave_out_maps(kernel);
	*reterr_why = "the kernel does not load the program; it takes CAP_BPF and "
		      "CAP_NET_ADMIN";
	r = differential_bpf__load(kernel->skeleton);
	if (r < 0)
		return r;
	*reterr_why = "the program's maps cannot be reached";
	r = make_image(kernel);
	if (r == 0)
		r = map_memory(kernel->skeleton->maps.questions,
			       (void **)&kernel->questions);
	if (r == 0)
		r = map_memory(kernel->skeleton->maps.answers, (void **)&kernel->answers);
	return r;
}

int kernel_new(struct kernel **ret_kernel, const char **reterr_why)
{
	_cleanup_(kernel_freep) struct kernel *kernel = calloc(1, sizeof(*kernel));
	int r;

	if (!kernel)
		return -ENOMEM;
	kernel->image_fd = -1;
	kernel->words = MAP_FAILED;
	libbpf_set_print(print_nothing);
	r = load(kernel, reterr_why);
	if (r == 0)
		*ret_kernel = TAKE_PTR(kernel);
	return r;
}

struct kernel *kernel_free(struct kernel *kernel)
{
	if (!kernel)
		return NULL;
	if (kernel->answers)
		munmap(kernel->answers, bytes_of(kernel->skeleton->maps.answers));
	if (kernel->questions)
		munmap(kernel->questions, bytes_of(kernel->skeleton->maps.questions));
	if (kernel->words != MAP_FAILED)
		munmap(kernel->words, IMAGE_WORDS * sizeof(uint64_t));
	closep(&kernel->image_fd);
	differential_bpf__destroy(kernel->skeleton);
	free(kernel);
	return NULL;
}

void kernel_freep(struct kernel **kernel)
{
	*kernel = kernel_free(*kernel);
}

/* Behind its end an image has words that say so, as a map of its size would. */
int kernel_publish(struct kernel *kernel, const struct image *image)
{
	size_t n = image ? image->n_words : 0;

	kernel->has_image = image;
	if (n > IMAGE_WORDS)
		return -E2BIG;
	if (image)
		memcpy(kernel->words, image->words, n * sizeof(uint64_t));
	for (size_t i = n; i < kernel->n_words; i++)
		kernel->words[i] = WORD_OUTSIDE;
	kernel->n_words = n;
	return 0;
}

/* --- asking ------------------------------------------------------------------------ */

static uint64_t number_of(const uint8_t *bytes, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | bytes[i];
	return value;
}

static uint32_t kind_of(const struct eval_event *event)
{
	static const uint32_t by_access[] = {
		[ACCESS_READ] = ACCEPT_READ,
		[ACCESS_WRITE] = ACCEPT_WRITE,
		[ACCESS_READ | ACCESS_WRITE] = ACCEPT_READ_WRITE,
	};

	switch (event->kind) {
	case EVAL_EXEC:
		return ACCEPT_EXEC;
	case EVAL_OPEN:
		return by_access[event->access];
	case EVAL_UNIX:
		return ACCEPT_UNIX;
	case EVAL_SOCKET:
		return QUESTION_SOCKET;
	case EVAL_CONNECT:
		break;
	}
	return QUESTION_CONNECT;
}

static void put_text(struct question *question, enum question_path which,
		     const char *path)
{
	struct question_text *text = &question->paths[which];

	*text = (struct question_text){.given = !!path};
	if (!path)
		return;
	text->length = (uint32_t)strnlen(path, QUESTION_PATH);
	memcpy(text->bytes, path, text->length);
}

static uint64_t facts_of(const struct eval_event *event)
{
	uint64_t facts = event->program ? FACT_PROGRAM : 0;

	if (event->kind == EVAL_OPEN && event->owner_other)
		facts |= FACT_OWNER_OTHER;
	if (event->kind != EVAL_EXEC)
		return facts;
	facts |= event->fileless ? FACT_FILELESS : 0;
	facts |= event->drifted ? FACT_DRIFTED : 0;
	facts |= event->stdio_socket ? FACT_STDIO_SOCKET : 0;
	return facts | (event->script ? FACT_INTERPRETER : 0);
}

static void put_question(struct kernel *kernel, const struct eval_event *event, size_t at)
{
	struct question *question = &kernel->questions[at];
	bool is_path = event->kind != EVAL_SOCKET && event->kind != EVAL_CONNECT;
	bool is_exec = event->kind == EVAL_EXEC;

	question->number = ++kernel->number;
	question->image = IMAGE_INDEX;
	question->kind = kind_of(event);
	question->trusted_name = is_path && event->path && !event->untrusted_name;
	question->trusted_program = event->program && !event->untrusted_program;
	question->facts = facts_of(event);
	question->socket[0] = event->family;
	question->socket[1] = event->type;
	question->socket[2] = event->protocol;
	question->call = (struct connect_call){
		.socket_family = event->family,
		.protocol = event->protocol,
		.family = event->address_family,
		.length = event->length,
		.port = event->port,
		.ipv4 = (uint32_t)number_of(event->address, 4),
		.hi = number_of(event->address, 8),
		.lo = number_of(event->address + 8, 8),
	};
	put_text(question, QUESTION_OBJECT, is_path ? event->path : NULL);
	put_text(question, QUESTION_IDENTITY, is_path ? event->identity : NULL);
	put_text(question, QUESTION_PROGRAM, event->program);
	put_text(question, QUESTION_PROGRAM_SCRIPT, event->program_script);
	put_text(question, QUESTION_SCRIPT, is_exec ? event->script : NULL);
	put_text(question, QUESTION_CALLED, is_exec ? event->called : NULL);
}

static struct eval_outcome outcome_of(uint64_t decision)
{
	return (struct eval_outcome){.verdict = (enum verdict)DECISION_VERDICT(decision),
				     .rule = DECISION_RULE(decision),
				     .error = (uint8_t)DECISION_ERRNO(decision)};
}

static void add_report(struct eval_result *result, struct eval_outcome report)
{
	for (uint32_t i = 0; i < result->n_audits; i++)
		if (result->audits[i].rule == report.rule)
			return;
	result->audits[result->n_audits++] = report;
}

static int take_answer(const struct kernel *kernel, size_t at,
		       struct eval_result *ret_result)
{
	const struct answer *answer = &kernel->answers[at];

	if (answer->number != kernel->questions[at].number ||
	    answer->n_reports > QUESTION_REPORTS)
		return -EPROTO;
	*ret_result = (struct eval_result){.decision = outcome_of(answer->decision)};
	for (uint32_t i = 0; i < answer->n_reports; i++)
		add_report(ret_result, outcome_of(answer->reports[i]));
	return 0;
}

static int run(struct kernel *kernel, size_t n)
{
	static const uint8_t packet[64];
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet,
		    .data_size_in = sizeof(packet), .repeat = (int)n);

	kernel->skeleton->bss->next = 0;
	return bpf_prog_test_run_opts(
		bpf_program__fd(kernel->skeleton->progs.answer_next), &options);
}

int kernel_eval(struct kernel *kernel, const struct eval_event *events, size_t n,
		struct eval_result *ret_results)
{
	int r;

	memset(ret_results, 0, n * sizeof(*ret_results));
	if (!kernel->has_image)
		return 0;
	for (size_t i = 0; i < n; i++)
		put_question(kernel, &events[i], i);
	r = run(kernel, n);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = take_answer(kernel, i, &ret_results[i]);
	return r;
}
