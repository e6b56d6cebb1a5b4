/* SPDX-License-Identifier: Apache-2.0 */

/* The subset construction: from the start state, the states that follow, until none is
 * new. */

#include "policy/automaton_items.h"

#include <errno.h>
#include <stdlib.h>

#include "lsm/image.h"
#include "policy/room.h"
#include "util/cleanup.h"

#define STATE_UNKNOWN UINT32_MAX

struct builder {
	struct automaton *automaton;
	struct stepper stepper;
	uint8_t class_of[BYTES]; /* bytes that no set tells apart */
};

static int add_edge(struct automaton *automaton, unsigned byte, uint32_t target)
{
	if (automaton->n_edges >= AUTOMATON_EDGES)
		return -E2BIG;
	if (room_for(&automaton->edges, &automaton->edges_room, automaton->n_edges + 1) <
	    0)
		return -ENOMEM;
	automaton->edges[automaton->n_edges++] =
		(struct edge){.byte = byte, .target = target};
	return 0;
}

/* The target that most bytes have. Byte 0 is in no path. */
static uint32_t most_common(const uint32_t *targets)
{
	uint32_t best = targets[1];
	size_t best_n = 0;

	for (size_t i = 1; i < BYTES; i++) {
		size_t n = 0;

		if (i > 1 && targets[i] == targets[i - 1])
			continue;
		for (size_t k = 1; k < BYTES; k++)
			n += targets[k] == targets[i];
		if (n > best_n) {
			best_n = n;
			best = targets[i];
		}
	}
	return best;
}

/* The targets of the bytes: a class has one, but for those of its bytes that have items.
 */
static int find_targets(struct builder *builder, uint32_t *targets)
{
	const struct stepper *stepper = &builder->stepper;
	bool touched[BYTES] = {false};
	uint32_t by_class[BYTES], *target;
	int r;

	for (size_t i = 0; i < stepper->n_touched; i++)
		touched[stepper->touched[i]] = true;
	for (size_t i = 0; i < BYTES; i++)
		by_class[i] = STATE_UNKNOWN;
	for (unsigned byte = 1; byte < BYTES; byte++) {
		target = touched[byte] ? &targets[byte]
				       : &by_class[builder->class_of[byte]];
		if (touched[byte] || *target == STATE_UNKNOWN) {
			r = stepper_follow(&builder->stepper, byte, target);
			if (r < 0)
				return r;
		}
		targets[byte] = *target;
	}
	return 0;
}

/* A state in which more than single bytes match. */
static int expand_wide(struct builder *builder, struct state_row *row)
{
	uint32_t targets[BYTES];
	int r = find_targets(builder, targets);

	if (r < 0)
		return r;
	builder->automaton->work += BYTES;
	row->standard = most_common(targets);
	for (unsigned byte = 1; byte < BYTES; byte++) {
		if (targets[byte] == row->standard)
			continue;
		r = add_edge(builder->automaton, byte, targets[byte]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int compare_bytes(const void *a, const void *b)
{
	return *(const uint8_t *)a - *(const uint8_t *)b;
}

/* A state in which only single bytes match: after all others there are its stars alone.
 */
static int expand_bytes(struct builder *builder, struct state_row *row)
{
	struct stepper *stepper = &builder->stepper;
	uint32_t target = STATE_DEAD;
	int r = stepper_follow(stepper, 0, &row->standard);

	if (r == 0 && stepper->n_touched > 1)
		qsort(stepper->touched, stepper->n_touched, 1, compare_bytes);
	for (size_t i = 0; r == 0 && i < stepper->n_touched; i++) {
		r = stepper_follow(stepper, stepper->touched[i], &target);
		if (r == 0 && target != row->standard)
			r = add_edge(builder->automaton, stepper->touched[i], target);
	}
	return r;
}

static int expand(struct builder *builder, uint32_t state)
{
	struct automaton *automaton = builder->automaton;
	struct state_row row = {.edges = (uint32_t)automaton->n_edges};
	int r;

	if (state >= AUTOMATON_STATES || automaton->work > AUTOMATON_WORK)
		return -E2BIG;
	if (room_for(&automaton->states, &automaton->states_room, state + (size_t)1) < 0)
		return -ENOMEM;
	r = stepper_tags(&builder->stepper, state, &row.tags);
	if (r == 0)
		r = stepper_take(&builder->stepper, state);
	if (r == 0)
		r = builder->stepper.wide.n ? expand_wide(builder, &row)
					    : expand_bytes(builder, &row);
	if (r < 0)
		return r;
	row.n_edges = (uint32_t)automaton->n_edges - row.edges;
	automaton->states[automaton->n_states++] = row;
	return 0;
}

/* Bytes are of one class when each set has both or neither; the slash is one by itself.
 */
static void find_classes(struct builder *builder)
{
	const struct pattern *pattern = &builder->automaton->pattern;
	unsigned n = 2;

	builder->class_of['/'] = 1;
	for (size_t i = 0; i < pattern->n_sets; i++) {
		bool within[BYTES] = {false}, without[BYTES] = {false};
		unsigned moved[BYTES] = {0}, old = n;

		for (unsigned byte = 0; byte < BYTES; byte++)
			*(byte_set_has(&pattern->sets[i], byte)
				  ? &within[builder->class_of[byte]]
				  : &without[builder->class_of[byte]]) = true;
		for (unsigned class = 0; class < old; class ++)
			if (within[class] && without[class])
				moved[class] = n++;
		for (unsigned byte = 0; byte < BYTES; byte++)
			if (moved[builder->class_of[byte]] &&
			    byte_set_has(&pattern->sets[i], byte))
				builder->class_of[byte] =
					(uint8_t)moved[builder->class_of[byte]];
	}
}

static int build(struct builder *builder)
{
	struct automaton *automaton = builder->automaton;
	int r;

	find_classes(builder);
	r = stepper_begin(&builder->stepper);
	if (r == 0)
		r = stepper_start(&builder->stepper, &automaton->start);
	for (uint32_t state = 0; r == 0 && state < automaton->sets.n; state++)
		r = expand(builder, state);
	return r;
}

static void builder_clear(struct builder *builder)
{
	stepper_clear(&builder->stepper);
}

int automaton_build(struct automaton *automaton, const struct automaton_tag *tags,
		    uint32_t *reterr_tag)
{
	_cleanup_(builder_clear) struct builder builder = {
		.automaton = automaton,
		.stepper = {.automaton = automaton, .tags = tags},
	};
	int r = build(&builder);

	if (r == -E2BIG)
		*reterr_tag = automaton_heaviest(automaton);
	return r;
}
