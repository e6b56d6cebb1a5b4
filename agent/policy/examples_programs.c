// SPDX-License-Identifier: Apache-2.0
#include "policy/examples_programs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/array.h"
#include "util/cleanup.h"

/* A script that no rule means but one that names the root directory. */
#define SOME_SCRIPT "/"

void example_programs_clear(struct example_programs *programs)
{
	for (size_t i = 0; i < programs->n; i++)
		free(programs->items[i].path);
	free(programs->items);
	*programs = (struct example_programs){0};
}

static bool is_known(const struct example_programs *programs, const uint32_t sets[2])
{
	for (size_t i = 0; i < programs->n; i++)
		if (!memcmp(programs->items[i].sets, sets,
			    sizeof(programs->items[i].sets)))
			return true;
	return false;
}

struct gathering {
	const struct image *const *images;
	struct example_programs programs;
};

static void gathering_clear(struct gathering *gathering)
{
	example_programs_clear(&gathering->programs);
}

static int gather(const struct eval_event *event, void *data)
{
	struct gathering *gathering = data;
	struct example_programs *programs = &gathering->programs;
	struct example_program program = {
		.sets = {eval_programs(gathering->images[0], event->path),
			 eval_programs(gathering->images[1], event->path)}};
	struct example_program *grown;

	if (event->kind != EVAL_EXEC || event->untrusted_name ||
	    is_known(programs, program.sets))
		return 0;
	if (programs->n == EXAMPLE_PROGRAMS)
		return -E2BIG;
	grown = array_grow(programs->items, programs->n, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	programs->items = grown;
	program.path = strdup(event->path);
	grown[programs->n] = program;
	programs->n += program.path ? 1 : 0;
	return program.path ? 0 : -ENOMEM;
}

static bool asks_for_programs(const struct image *image)
{
	return image && image->words[IMAGE_H_PROGRAMS];
}

int examples_programs(const struct image *const images[2],
		      struct example_programs *ret_programs)
{
	_cleanup_(gathering_clear) struct gathering gathering = {.images = images};
	int r = 0;

	if (asks_for_programs(images[0]) || asks_for_programs(images[1]))
		r = examples_paths(images, gather, &gathering);
	if (r < 0)
		return r;
	*ret_programs = gathering.programs;
	gathering.programs = (struct example_programs){0};
	return 0;
}

/* What makes the facts hold of an event, in the order of their bits. */
static void set_facts(struct eval_event *event, uint64_t facts)
{
	event->fileless = facts & FACT_FILELESS;
	event->drifted = facts & FACT_DRIFTED;
	event->stdio_socket = facts & FACT_STDIO_SOCKET;
	event->owner_other = facts & FACT_OWNER_OTHER;
	event->script = facts & FACT_INTERPRETER ? SOME_SCRIPT : NULL;
}

struct variation {
	const struct example_programs *programs;
	struct eval_asked asked[2];
	uint64_t facts; /* that one of the images asks for */
	example_fn on_example;
	void *data;
};

static int vary_facts(const struct variation *variation, const struct eval_event *event)
{
	struct eval_event varied = *event;
	uint64_t facts = 0;
	int r;

	/* All subsets, the empty one first. */
	do {
		set_facts(&varied, facts);
		r = variation->on_example(&varied, variation->data);
		facts = (facts - variation->facts) & variation->facts;
	} while (r == 0 && facts);
	return r;
}

/* Do the lists tell it from those before it? */
static bool is_new(const struct variation *variation, size_t number)
{
	const struct example_program *programs = variation->programs->items;

	for (size_t i = 0; i < number; i++) {
		bool same = true;

		for (size_t k = 0; k < 2; k++)
			same &= !((programs[i].sets[k] ^ programs[number].sets[k]) &
				  variation->asked[k].sets);
		if (same)
			return false;
	}
	return true;
}

static int vary_programs(const struct variation *variation,
			 const struct eval_event *event)
{
	struct eval_event varied = *event;
	int r = 0;

	for (size_t i = 0; r == 0 && i < variation->programs->n; i++) {
		if (!is_new(variation, i))
			continue;
		varied.program = variation->programs->items[i].path;
		varied.untrusted_program = false;
		r = vary_facts(variation, &varied);
		varied.untrusted_program = true;
		if (r == 0)
			r = vary_facts(variation, &varied);
	}
	return r;
}

int examples_vary(const struct image *const images[2],
		  const struct example_programs *programs, const struct eval_event *event,
		  example_fn on_example, void *data)
{
	struct variation variation = {
		.programs = programs, .on_example = on_example, .data = data};
	int r;

	for (size_t i = 0; i < 2; i++)
		eval_asked(images[i], event, &variation.asked[i]);
	variation.facts = variation.asked[0].facts | variation.asked[1].facts;
	r = vary_facts(&variation, event);
	if (r == 0 && (variation.asked[0].sets || variation.asked[1].sets))
		r = vary_programs(&variation, event);
	return r;
}
