// SPDX-License-Identifier: Apache-2.0

/*
 * Random policies and events, and three answers to each: of the decision core on the
 * host, of the decision core in a BPF program, and of POLICY.md taken literally.
 */

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "case.h"
#include "util/cleanup.h"

struct options {
	uint64_t seed, cases, one;
	bool has_one, host_only;
};

static const struct argp_option option_table[] = {
	{"seed", 's', "NUMBER", 0, "what chance begins with (default 1)", 0},
	{"cases", 'n', "NUMBER", 0, "how many (default 1000000)", 0},
	{"case", 'c', "NUMBER", 0, "show that one, and what all say of it", 0},
	{"host-only", 'h', NULL, 0, "do not ask the kernel", 0},
	{0},
};

static int read_number(const char *text, uint64_t *ret_number, struct argp_state *state)
{
	char *end;

	errno = 0;
	*ret_number = strtoull(text, &end, 10);
	if (errno || end == text || *end)
		argp_error(state, "\"%s\" is no number", text);
	return 0;
}

static error_t on_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 's':
		return read_number(text, &options->seed, state);
	case 'n':
		return read_number(text, &options->cases, state);
	case 'c':
		options->has_one = true;
		return read_number(text, &options->one, state);
	case 'h':
		options->host_only = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What came out, to see that chance gets everywhere. */
struct counts {
	uint64_t cases, sets, refused;
	uint64_t verdicts[REFERENCE_KILL + 1];
	uint64_t by_default, closed, reports;
};

static void count(struct counts *counts, const struct opinions *opinions)
{
	const struct opinion *decision = &opinions->decision;

	counts->cases++;
	counts->verdicts[decision->verdict]++;
	counts->closed += decision->closed;
	counts->by_default += decision->policy && !decision->rule;
	counts->reports += opinions->n_reports;
}

static void print_failure(struct kernel *kernel, const struct case_set *set, size_t i,
			  const struct drawn_event *event)
{
	struct drawn_policies policies = set->policies;
	_cleanup_(freep) char *text = NULL;
	size_t length;
	FILE *file;

	printf("not ok case %" PRIu64 " of seed %" PRIu64 ": the answers differ\n",
	       set->number * CASE_EVENTS + i, set->seed);
	printf("# rerun: differential --seed %" PRIu64 " --case %" PRIu64 "\n", set->seed,
	       set->number * CASE_EVENTS + i);
	case_minimise(kernel, &policies, event);
	file = open_memstream(&text, &length);
	case_print(kernel, &policies, event, file);
	fclose(file);
	for (char *rest = text, *line; (line = strsep(&rest, "\n")) && rest;)
		printf("# %s\n", line);
}

/* Return: 0, 1 when answers differ, negative errno. */
static int run_set(struct kernel *kernel, const struct options *options, uint64_t number,
		   struct counts *counts)
{
	struct drawn_event events[CASE_EVENTS];
	struct case_answers answers[CASE_EVENTS];
	_cleanup_(case_set_clear) struct case_set set;
	int r = case_set_draw(options->seed, number, &set);

	if (r < 0)
		return r;
	counts->sets++;
	counts->refused += set.n_refused;
	for (size_t i = 0; i < CASE_EVENTS; i++)
		case_event_draw(&set, i, &events[i]);
	r = case_answer(kernel, &set.policies, set.image, events, CASE_EVENTS, answers);
	for (size_t i = 0; r == 0 && i < CASE_EVENTS; i++) {
		count(counts, &answers[i].reference);
		if (case_holds(set.image, &answers[i]))
			continue;
		print_failure(kernel, &set, i, &events[i]);
		r = 1;
	}
	return r;
}

static int show_one(struct kernel *kernel, const struct options *options)
{
	_cleanup_(case_set_clear) struct case_set set;
	struct drawn_event event;
	int r = case_set_draw(options->seed, options->one / CASE_EVENTS, &set);

	if (r < 0)
		return r;
	case_event_draw(&set, options->one % CASE_EVENTS, &event);
	case_print(kernel, &set.policies, &event, stdout);
	return 0;
}

/* A test that some verdict never comes out of tests nothing about it. */
static bool is_worth_it(const struct counts *counts)
{
	const uint64_t few = counts->cases / 1000;

	return counts->verdicts[REFERENCE_ALLOW] > few &&
	       counts->verdicts[REFERENCE_DENY] > few &&
	       counts->verdicts[REFERENCE_KILL] > few && counts->by_default > few &&
	       counts->closed > few && counts->reports > few;
}

static int run_all(struct kernel *kernel, const struct options *options)
{
	struct counts counts = {0};
	time_t begun = time(NULL);
	int r = 0;

	for (uint64_t i = 0; r == 0 && i * CASE_EVENTS < options->cases; i++)
		r = run_set(kernel, options, i, &counts);
	printf("# seed %" PRIu64 ": %" PRIu64 " cases, %" PRIu64
	       " sets of policies (%" PRIu64 " refused besides), %ld s\n",
	       options->seed, counts.cases, counts.sets, counts.refused,
	       (long)(time(NULL) - begun));
	printf("# allowed %" PRIu64 ", denied %" PRIu64 " (%" PRIu64
	       " by default, %" PRIu64 " unread), killed %" PRIu64 ", reports %" PRIu64
	       "\n",
	       counts.verdicts[REFERENCE_ALLOW], counts.verdicts[REFERENCE_DENY],
	       counts.by_default, counts.closed, counts.verdicts[REFERENCE_KILL],
	       counts.reports);
	if (r < 0)
		printf("not ok the cases could not be run: %s\n", strerror(-r));
	if (r == 0 && !is_worth_it(&counts)) {
		printf("not ok the cases leave some verdict out\n");
		r = 1;
	}
	if (r)
		return 1;
	printf("ok the core on the host says what the policies say\n");
	if (kernel)
		printf("ok the core in the kernel says what the core on the host says\n");
	return 0;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		option_table,
		on_option,
		NULL,
		"The decision core on the host, in the kernel, and an independent "
		"reference, "
		"held against each other on random policies and events.",
		NULL,
		NULL,
		NULL};
	struct options options = {.seed = 1, .cases = 1000000};
	_cleanup_(kernel_freep) struct kernel *kernel = NULL;
	const char *why = NULL;
	int r;

	setvbuf(stdout, NULL, _IOLBF, 0);
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	r = options.host_only ? 0 : kernel_new(&kernel, &why);
	if (r < 0) {
		printf("not ok the kernel cannot be asked: %s: %s\n", why, strerror(-r));
		return 1;
	}
	return options.has_one ? -show_one(kernel, &options) : run_all(kernel, &options);
}
