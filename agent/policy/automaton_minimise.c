/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Minimisation by refinement: states are in one class until something tells them apart.
 * When a class is split its largest part keeps the name, so that only the states before
 * the others have to be looked at again: as in Hopcroft's algorithm, a state is looked at
 * O(log n) times.
 *
 * Two states are alike when their defaults and their edges lead to the same classes.
 * States that are alike only if a default is written out as edges stay apart, which costs
 * words and nothing else.
 */

#include "policy/automaton.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/room.h"
#include "util/cleanup.h"

/* States of a class are neighbours in order[]; those to be looked at are its first. */
struct class
{
	uint32_t first;
	uint32_t n;
	uint32_t n_dirty;
};

/* A state to be looked at, by what is compared first. */
struct signature {
	uint64_t hash;
	uint32_t state;
};

struct partition {
	struct automaton *automaton;
	uint32_t *class_of;
	uint32_t *order;
	uint32_t *place; /* of a state in order[] */
	struct class *classes;
	size_t n_classes, classes_room;
	uint32_t *queue; /* classes with dirty states */
	size_t n_queue, queue_room;
	uint32_t *before;	/* states that lead to a state, all together ... */
	uint32_t *before_first; /* ... and where its own begin */
	struct signature *signatures;
};

static uint32_t class_at(const struct partition *partition, uint32_t state)
{
	return partition->class_of[state];
}

/* The edges that do not lead where the default does, from the @edge-th on. */
static const struct edge *next_edge(const struct partition *partition, uint32_t state,
				    uint32_t *edge)
{
	const struct state_row *row = &partition->automaton->states[state];

	while (*edge < row->n_edges) {
		const struct edge *at =
			&partition->automaton->edges[row->edges + (*edge)++];

		if (class_at(partition, at->target) != class_at(partition, row->standard))
			return at;
	}
	return NULL;
}

static uint64_t mix(uint64_t hash, uint64_t number)
{
	hash = (hash ^ number) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 31;
}

static uint64_t hash_state(const struct partition *partition, uint32_t state)
{
	const struct state_row *row = &partition->automaton->states[state];
	uint64_t hash = mix(0, class_at(partition, row->standard));
	const struct edge *edge;
	uint32_t i = 0;

	while ((edge = next_edge(partition, state, &i)))
		hash = mix(hash, (uint64_t)edge->byte << 32 |
					 class_at(partition, edge->target));
	return hash;
}

static bool alike(const struct partition *partition, uint32_t a, uint32_t b)
{
	const struct state_row *rows = partition->automaton->states;
	const struct edge *of_a, *of_b;
	uint32_t i = 0, k = 0;

	if (class_at(partition, rows[a].standard) !=
	    class_at(partition, rows[b].standard))
		return false;
	do {
		of_a = next_edge(partition, a, &i);
		of_b = next_edge(partition, b, &k);
		if (!of_a || !of_b)
			return of_a == of_b;
	} while (of_a->byte == of_b->byte &&
		 class_at(partition, of_a->target) == class_at(partition, of_b->target));
	return false;
}

static int mark_dirty(struct partition *partition, uint32_t state)
{
	uint32_t name = class_at(partition, state), place = partition->place[state];
	struct class *class = &partition->classes[name];
	uint32_t other;

	if (place < class->first + class->n_dirty)
		return 0;
	if (!class->n_dirty) {
		if (room_for(&partition->queue, &partition->queue_room,
			     partition->n_queue + 1) < 0)
			return -ENOMEM;
		partition->queue[partition->n_queue++] = name;
	}
	other = partition->order[class->first + class->n_dirty];
	partition->order[place] = other;
	partition->place[other] = place;
	partition->order[class->first + class->n_dirty] = state;
	partition->place[state] = class->first + class->n_dirty;
	class->n_dirty++;
	return 0;
}

/* Give a part of a class, neighbours in order[], a name of its own. */
static int split_off(struct partition *partition, uint32_t first, uint32_t n)
{
	uint32_t name = (uint32_t)partition->n_classes;

	if (room_for(&partition->classes, &partition->classes_room, name + (size_t)1) < 0)
		return -ENOMEM;
	partition->classes[partition->n_classes++] =
		(struct class){.first = first, .n = n};
	for (uint32_t i = first; i < first + n; i++)
		partition->class_of[partition->order[i]] = name;
	return 0;
}

/* Of some neighbours in order[]; which marking puts into another order, hence the copy.
 */
static int mark_before(struct partition *partition, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		partition->signatures[i].state = partition->order[first + i];
	for (uint32_t i = 0; i < n; i++) {
		uint32_t state = partition->signatures[i].state;

		for (uint32_t k = partition->before_first[state];
		     k < partition->before_first[state + 1]; k++)
			if (mark_dirty(partition, partition->before[k]) < 0)
				return -ENOMEM;
	}
	return 0;
}

static int compare_signatures(const void *a, const void *b)
{
	const struct signature *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->state > y->state) - (x->state < y->state);
}

/* Put a class's dirty states in order of their signatures. */
static void sort_dirty(struct partition *partition, const struct class *class)
{
	for (uint32_t i = 0; i < class->n_dirty; i++) {
		uint32_t state = partition->order[class->first + i];

		partition->signatures[i] = (struct signature){
			.hash = hash_state(partition, state), .state = state};
	}
	qsort(partition->signatures, class->n_dirty, sizeof(*partition->signatures),
	      compare_signatures);
	for (uint32_t i = 0; i < class->n_dirty; i++) {
		uint32_t state = partition->signatures[i].state;

		partition->order[class->first + i] = state;
		partition->place[state] = class->first + i;
	}
}

/* The end of the part that begins at @first: dirty states that are alike, or all clean
 * ones. */
static uint32_t part_end(const struct partition *partition, const struct class *class,
			 uint32_t first)
{
	uint32_t dirty_end = class->first + class->n_dirty, end = first + 1;

	if (first >= dirty_end)
		return class->first + class->n;
	while (end < dirty_end &&
	       alike(partition, partition->order[first], partition->order[end]))
		end++;
	return end;
}

/*
 * Split a class by its dirty states: no clean one is like a dirty one. Parts are found
 * before any is named, since names are what alikeness is about; their ends wait in
 * signatures[].
 */
static int split(struct partition *partition, uint32_t name)
{
	struct class class = partition->classes[name];
	uint32_t first, n_parts = 0, largest = 0, largest_n = 0;

	sort_dirty(partition, &class);
	for (first = class.first; first < class.first + class.n; n_parts++) {
		uint32_t end = part_end(partition, &class, first);

		if (end - first > largest_n) {
			largest_n = end - first;
			largest = first;
		}
		partition->signatures[n_parts].state = end;
		first = end;
	}
	partition->classes[name] = (struct class){.first = largest, .n = largest_n};
	first = class.first;
	for (uint32_t i = 0; i < n_parts; i++) {
		uint32_t end = partition->signatures[i].state;

		if (first != largest && split_off(partition, first, end - first) < 0)
			return -ENOMEM;
		first = end;
	}
	if (largest > class.first &&
	    mark_before(partition, class.first, largest - class.first) < 0)
		return -ENOMEM;
	return mark_before(partition, largest + largest_n,
			   class.first + class.n - largest - largest_n);
}

/* The states before each: a counting sort of all edges, defaults too, by their targets.
 */
static int find_before(struct partition *partition)
{
	const struct automaton *automaton = partition->automaton;
	size_t n = automaton->n_states;
	uint32_t *first = calloc(n + 2, sizeof(*first));

	partition->before_first = first;
	partition->before =
		calloc(n + automaton->n_edges + 1, sizeof(*partition->before));
	if (!first || !partition->before)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		first[automaton->states[i].standard + 2]++;
	for (size_t i = 0; i < automaton->n_edges; i++)
		first[automaton->edges[i].target + 2]++;
	for (size_t i = 2; i < n + 2; i++)
		first[i] += first[i - 1];
	for (uint32_t i = 0; i < n; i++) {
		const struct state_row *row = &automaton->states[i];

		partition->before[first[row->standard + 1]++] = i;
		for (uint32_t k = 0; k < row->n_edges; k++)
			partition->before[first[automaton->edges[row->edges + k].target +
						1]++] = i;
	}
	return 0;
}

/* The first classes: by what is accepted. Each state is still to be looked at. */
static int begin(struct partition *partition, const uint32_t *accepts)
{
	struct automaton *automaton = partition->automaton;
	size_t n = automaton->n_states;

	for (uint32_t i = 0; i < n; i++) {
		automaton->states[i].tags = accepts[automaton->states[i].tags];
		partition->signatures[i] =
			(struct signature){.hash = automaton->states[i].tags, .state = i};
	}
	qsort(partition->signatures, n, sizeof(*partition->signatures),
	      compare_signatures);
	for (uint32_t i = 0; i < n; i++) {
		partition->order[i] = partition->signatures[i].state;
		partition->place[partition->order[i]] = i;
	}
	for (uint32_t first = 0, end; first < n; first = end) {
		for (end = first + 1; end < n; end++)
			if (partition->signatures[end].hash !=
			    partition->signatures[first].hash)
				break;
		if (split_off(partition, first, end - first) < 0)
			return -ENOMEM;
	}
	for (uint32_t i = 0; i < n; i++)
		if (mark_dirty(partition, i) < 0)
			return -ENOMEM;
	return 0;
}

/* Drop the edges that lead where the default does. */
static void drop_edges(struct partition *partition, uint32_t state)
{
	struct state_row *row = &partition->automaton->states[state];
	uint32_t kept = 0, next = 0;
	const struct edge *edge;

	while ((edge = next_edge(partition, state, &next)))
		partition->automaton->edges[row->edges + kept++] = *edge;
	row->n_edges = kept;
}

/* The lowest state of each class stands for it. */
static int replace(struct partition *partition)
{
	struct automaton *automaton = partition->automaton;
	_cleanup_(freep) uint32_t *lowest =
		calloc(partition->n_classes + 1, sizeof(*lowest));

	if (!lowest)
		return -ENOMEM;
	for (size_t i = automaton->n_states; i-- > 0;) {
		drop_edges(partition, (uint32_t)i);
		lowest[class_at(partition, (uint32_t)i)] = (uint32_t)i;
	}
	for (size_t i = 0; i < automaton->n_states; i++) {
		struct state_row *row = &automaton->states[i];

		row->standard = lowest[class_at(partition, row->standard)];
		for (uint32_t k = 0; k < row->n_edges; k++) {
			struct edge *edge = &automaton->edges[row->edges + k];

			edge->target = lowest[class_at(partition, edge->target)];
		}
	}
	automaton->start = lowest[class_at(partition, automaton->start)];
	return 0;
}

static void partition_clear(struct partition *partition)
{
	free(partition->class_of);
	free(partition->order);
	free(partition->place);
	free(partition->classes);
	free(partition->queue);
	free(partition->before);
	free(partition->before_first);
	free(partition->signatures);
}

int automaton_minimise(struct automaton *automaton, const uint32_t *accepts)
{
	_cleanup_(partition_clear) struct partition partition = {.automaton = automaton};
	size_t n = automaton->n_states;

	partition.class_of = calloc(n + 1, sizeof(*partition.class_of));
	partition.order = calloc(n + 1, sizeof(*partition.order));
	partition.place = calloc(n + 1, sizeof(*partition.place));
	partition.signatures = calloc(n + 1, sizeof(*partition.signatures));
	if (!partition.class_of || !partition.order || !partition.place ||
	    !partition.signatures)
		return -ENOMEM;
	if (find_before(&partition) < 0 || begin(&partition, accepts) < 0)
		return -ENOMEM;
	while (partition.n_queue)
		if (split(&partition, partition.queue[--partition.n_queue]) < 0)
			return -ENOMEM;
	return replace(&partition);
}
