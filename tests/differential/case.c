// SPDX-License-Identifier: Apache-2.0
#include "case.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "subject.h"
#include "util/cleanup.h"

/* Chance writes rules that can match nothing now and then, not always. */
#define ATTEMPTS 1000

int case_set_draw(uint64_t seed, uint64_t number, struct case_set *ret_set)
{
	struct random random = random_at(seed, number);
	int r = -EINVAL;

	*ret_set = (struct case_set){.seed = seed, .number = number};
	for (unsigned i = 0; (r == -EINVAL || r == -E2BIG) && i < ATTEMPTS; i++) {
		ret_set->n_refused = i;
		draw_policies(&random, &ret_set->policies);
		r = subject_image(&ret_set->policies, &ret_set->image);
	}
	return r;
}

void case_set_clear(struct case_set *set)
{
	set->image = image_unref(set->image);
}

static bool is_by_rule(const struct opinion *opinion)
{
	return opinion->verdict >= REFERENCE_DENY && opinion->rule;
}

/* Is the script denied, or would a rule of an audit-mode policy do it? Then nobody ever
 * comes to its interpreter, or not in the eyes of that policy. */
static bool script_is_denied(const struct drawn_policies *policies,
			     const struct drawn_event *interpreter)
{
	struct drawn_event event = {.section = DRAWN_EXEC, .stdio = interpreter->stdio};
	struct opinions opinions;
	bool denied;

	strcpy(event.path, interpreter->script);
	strcpy(event.program, interpreter->program);
	strcpy(event.program_script, interpreter->program_script);
	event.untrusted_program = interpreter->untrusted_program;
	reference_judge(policies, &event, &opinions);
	denied = opinions.decision.verdict >= REFERENCE_DENY;
	for (size_t i = 0; i < opinions.n_reports; i++)
		denied = denied || is_by_rule(&opinions.reports[i]);
	return denied;
}

void case_event_draw(const struct case_set *set, size_t i, struct drawn_event *ret_event)
{
	struct random random = random_at(~set->seed, set->number * CASE_EVENTS + i);

	draw_event(&random, &set->policies, ret_event);
	if (*ret_event->script && script_is_denied(&set->policies, ret_event))
		ret_event->script[0] = '\0';
}

int case_answer(struct kernel *kernel, const struct drawn_policies *policies,
		const struct image *image, const struct drawn_event *events, size_t n,
		struct case_answers *ret_answers)
{
	struct eval_event asked[KERNEL_EVENTS];
	struct eval_result answered[KERNEL_EVENTS];
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		subject_event(&events[i], &asked[i]);
		reference_judge(policies, &events[i], &ret_answers[i].reference);
		eval(image, &asked[i], &ret_answers[i].host);
		answered[i] = ret_answers[i].host;
	}
	if (kernel)
		r = kernel_publish(kernel, image);
	if (kernel && r == 0)
		r = kernel_eval(kernel, asked, n, answered);
	for (size_t i = 0; i < n; i++)
		ret_answers[i].kernel = answered[i];
	return r;
}

bool case_holds(const struct image *image, const struct case_answers *answers)
{
	return subject_agrees(image, &answers->host, &answers->reference) &&
	       subject_same(&answers->host, &answers->kernel);
}

/* --- making it small --------------------------------------------------------------- */

struct minimising {
	struct kernel *kernel;
	const struct drawn_event *event;
	struct drawn_policies *policies;
	bool changed;
};

static bool still_differs(const struct minimising *minimising,
			  const struct drawn_policies *policies)
{
	struct case_answers answers;
	struct image *image = NULL;
	bool differs;

	if (!policies->n || subject_image(policies, &image) != 0)
		return false;
	differs = case_answer(minimising->kernel, policies, image, minimising->event, 1,
			      &answers) == 0 &&
		  !case_holds(image, &answers);
	image_unref(image);
	return differs;
}

/* Keep what was left out of a copy left out, if the difference is still there. */
static bool try(struct minimising *minimising, const struct drawn_policies *smaller)
{
	if (!still_differs(minimising, smaller))
		return false;
	*minimising->policies = *smaller;
	minimising->changed = true;
	return true;
}

/* One of @n items of an array less. */
static void drop(void *items, size_t size, size_t *n, size_t i)
{
	char *at = (char *)items + i * size;

	(*n)--;
	memmove(at, at + size, (*n - i) * size);
}

static void try_policies(struct minimising *minimising)
{
	for (size_t i = 0; i < minimising->policies->n; i++) {
		struct drawn_policies smaller = *minimising->policies;

		drop(smaller.items, sizeof(*smaller.items), &smaller.n, i);
		i -= try(minimising, &smaller);
	}
}

static void try_section(struct minimising *minimising, size_t p, size_t s)
{
	struct drawn_policies smaller = *minimising->policies;

	smaller.items[p].sections[s] = (struct drawn_rules){.present = s == 0};
	if (s == 0 ? minimising->policies->items[p].sections[s].n > 0
		   : minimising->policies->items[p].sections[s].present)
		try(minimising, &smaller);
	for (size_t i = 0; i < minimising->policies->items[p].sections[s].n; i++) {
		struct drawn_rules *rules;

		smaller = *minimising->policies;
		rules = &smaller.items[p].sections[s];
		drop(rules->rules, sizeof(*rules->rules), &rules->n, i);
		i -= try(minimising, &smaller);
	}
}

/* The lists of a rule, each of which may be shorter or gone. */
static void drop_item(struct drawn_rule *rule, size_t list, size_t i)
{
	struct drawn_set *sets[] = {&rule->families,  &rule->types,  &rule->protocols,
				    &rule->to,	      &rule->not_to, &rule->ports,
				    &rule->unix_names};

	if (list == 0 && i < rule->n_paths)
		drop(rule->paths, sizeof(*rule->paths), &rule->n_paths, i);
	else if (list == 1 && i < rule->n_except)
		drop(rule->except, sizeof(*rule->except), &rule->n_except, i);
	else if (list == 2 && i < rule->n_from)
		drop(rule->from, sizeof(*rule->from), &rule->n_from, i);
	else if (list >= 3 && i < sets[list - 3]->n)
		drop(sets[list - 3]->words, sizeof(*sets[list - 3]->words),
		     &sets[list - 3]->n, i);
}

#define RULE_LISTS 10

static void try_rule(struct minimising *minimising, size_t p, size_t s, size_t r)
{
	for (size_t list = 0; list < RULE_LISTS; list++)
		for (size_t i = DRAWN_PATHS; i--;) {
			struct drawn_policies smaller = *minimising->policies;
			struct drawn_rule *rule = &smaller.items[p].sections[s].rules[r];
			const struct drawn_rule before = *rule;

			drop_item(rule, list, i);
			if (memcmp(&before, rule, sizeof(before)) != 0)
				try(minimising, &smaller);
		}
}

static void try_all(struct minimising *minimising)
{
	const struct drawn_policies *policies = minimising->policies;

	try_policies(minimising);
	for (size_t p = 0; p < policies->n; p++)
		for (size_t s = 0; s < DRAWN_SECTIONS; s++)
			try_section(minimising, p, s);
	for (size_t p = 0; p < policies->n; p++)
		for (size_t s = 0; s < DRAWN_SECTIONS; s++)
			for (size_t r = 0; r < policies->items[p].sections[s].n; r++)
				try_rule(minimising, p, s, r);
}

void case_minimise(struct kernel *kernel, struct drawn_policies *policies,
		   const struct drawn_event *event)
{
	struct minimising minimising = {
		.kernel = kernel, .event = event, .policies = policies, .changed = true};

	while (minimising.changed) {
		minimising.changed = false;
		try_all(&minimising);
	}
}

void case_print(struct kernel *kernel, const struct drawn_policies *policies,
		const struct drawn_event *event, FILE *file)
{
	struct case_answers answers;
	struct image *image = NULL;

	drawn_write(policies, file);
	fputs("# event: ", file);
	drawn_write_event(event, file);
	fputs("\n", file);
	if (subject_image(policies, &image) == 0 &&
	    case_answer(kernel, policies, image, event, 1, &answers) == 0) {
		fputs("# the reference says\n", file);
		opinions_print(&answers.reference, file);
		fputs("# the core on the host says\n", file);
		subject_print(image, &answers.host, file);
		fputs(kernel ? "# the core in the kernel says\n" : "", file);
		if (kernel)
			subject_print(image, &answers.kernel, file);
	}
	image_unref(image);
}
