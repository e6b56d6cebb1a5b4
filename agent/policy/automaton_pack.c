/* SPDX-License-Identifier: Apache-2.0 */

/*
 * States laid out as words, first fit: a state's header and its edges go to words that
 * are free, those with many edges first; the many with one edge then fill what is left.
 * For states with edges on the same bytes the search goes on where the last one ended:
 * where one did not fit, none of them ever will.
 */

#include "policy/automaton.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lsm/image.h"
#include "policy/room.h"
#include "util/cleanup.h"

#define BYTES 256

/* Places that are tried for a state before it goes behind all others. */
#define TRIES 4096

/* Searches that are kept apart; two that share a place only miss some words. */
#define CURSOR_BITS 12
#define CURSORS	    (1U << CURSOR_BITS)

struct packer {
	const struct automaton *automaton;
	size_t base, limit;
	uint32_t *reached; /* states, in order of their discovery, then by number of edges
			    */
	size_t n_reached;
	uint32_t *place; /* of a state: 1 once it is discovered, then its number in the
			    image */
	uint8_t *taken;	 /* words */
	size_t n_taken;	 /* words before which the last taken one is */
	size_t taken_room;
	size_t cursors[CURSORS]; /* by the bytes that a state has edges on */
};

/* All that follows is the same: its words are not needed. */
static bool is_final(const struct automaton *automaton, uint32_t state)
{
	const struct state_row *row = &automaton->states[state];

	return row->standard == state && !row->n_edges;
}

static bool needs_words(const struct automaton *automaton, uint32_t state)
{
	return state != STATE_DEAD && !is_final(automaton, state);
}

static void discover(struct packer *packer, uint32_t state)
{
	if (packer->place[state] || !needs_words(packer->automaton, state))
		return;
	packer->place[state] = 1;
	packer->reached[packer->n_reached++] = state;
}

static int find_reached(struct packer *packer)
{
	const struct automaton *automaton = packer->automaton;

	packer->place = calloc(automaton->n_states, sizeof(*packer->place));
	packer->reached = calloc(automaton->n_states, sizeof(*packer->reached));
	if (!packer->place || !packer->reached)
		return -ENOMEM;
	discover(packer, automaton->start);
	for (size_t i = 0; i < packer->n_reached; i++) {
		const struct state_row *row = &automaton->states[packer->reached[i]];

		discover(packer, row->standard);
		for (uint32_t k = 0; k < row->n_edges; k++)
			discover(packer, automaton->edges[row->edges + k].target);
	}
	return 0;
}

/* Counting sort, those with the most edges first, else as they were discovered. */
static int sort_reached(struct packer *packer)
{
	const struct state_row *states = packer->automaton->states;
	size_t first[BYTES + 1] = {0};
	_cleanup_(freep) uint32_t *sorted =
		calloc(packer->n_reached + 1, sizeof(*sorted));

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < packer->n_reached; i++)
		first[BYTES - states[packer->reached[i]].n_edges]++;
	for (size_t i = 0, sum = 0; i <= BYTES; i++) {
		size_t n = first[i];

		first[i] = sum;
		sum += n;
	}
	for (size_t i = 0; i < packer->n_reached; i++)
		sorted[first[BYTES - states[packer->reached[i]].n_edges]++] =
			packer->reached[i];
	free(packer->reached);
	packer->reached = TAKE_PTR(sorted);
	return 0;
}

static bool is_taken(const struct packer *packer, size_t word)
{
	return word < packer->n_taken && packer->taken[word];
}

static bool fits(const struct packer *packer, const struct state_row *row, size_t place)
{
	if (is_taken(packer, place))
		return false;
	for (uint32_t i = 0; i < row->n_edges; i++)
		if (is_taken(packer,
			     place + 1 + packer->automaton->edges[row->edges + i].byte))
			return false;
	return true;
}

static int take(struct packer *packer, size_t word)
{
	if (packer->base + word >= packer->limit)
		return -E2BIG;
	if (word >= packer->n_taken) {
		if (room_for(&packer->taken, &packer->taken_room, word + 1) < 0)
			return -ENOMEM;
		memset(packer->taken + packer->n_taken, 0, word + 1 - packer->n_taken);
		packer->n_taken = word + 1;
	}
	packer->taken[word] = 1;
	return 0;
}

static size_t *cursor_of(struct packer *packer, const struct state_row *row)
{
	uint32_t hash = row->n_edges;

	for (uint32_t i = 0; i < row->n_edges; i++)
		hash = (hash ^ packer->automaton->edges[row->edges + i].byte) *
		       0x9e3779b1U;
	return &packer->cursors[hash >> (32 - CURSOR_BITS)];
}

static size_t find_place(struct packer *packer, const struct state_row *row)
{
	size_t *cursor = cursor_of(packer, row), tries = TRIES;

	for (; !fits(packer, row, *cursor); (*cursor)++)
		if (!is_taken(packer, *cursor) && !--tries)
			return packer->n_taken;
	return *cursor;
}

static int put(struct packer *packer, uint32_t state)
{
	const struct state_row *row = &packer->automaton->states[state];
	size_t place = find_place(packer, row);
	int r = take(packer, place);

	for (uint32_t i = 0; r == 0 && i < row->n_edges; i++)
		r = take(packer,
			 place + 1 + packer->automaton->edges[row->edges + i].byte);
	packer->place[state] = (uint32_t)(packer->base + place);
	return r;
}

/* A state's number in the image. */
static uint32_t number_of(const struct packer *packer, uint32_t state)
{
	if (state == STATE_DEAD)
		return STATE_DEAD;
	if (is_final(packer->automaton, state))
		return packer->automaton->states[state].tags | ACCEPT_FINAL;
	return packer->place[state];
}

static void write_state(const struct packer *packer, uint32_t state, uint64_t *words)
{
	const struct state_row *row = &packer->automaton->states[state];
	uint32_t number = packer->place[state];
	uint64_t *header = words + (number - packer->base);

	*header = WORD(row->tags, number_of(packer, row->standard));
	for (uint32_t i = 0; i < row->n_edges; i++) {
		const struct edge *edge = &packer->automaton->edges[row->edges + i];

		header[1 + edge->byte] = WORD(number, number_of(packer, edge->target));
	}
}

static int pack(struct packer *packer)
{
	int r = find_reached(packer);

	if (r == 0)
		r = sort_reached(packer);
	for (size_t i = 0; r == 0 && i < packer->n_reached; i++)
		r = put(packer, packer->reached[i]);
	return r;
}

static void packer_clear(struct packer *packer)
{
	free(packer->reached);
	free(packer->place);
	free(packer->taken);
}

int automaton_pack(const struct automaton *automaton, size_t base, size_t limit,
		   uint64_t **ret_words, size_t *ret_n_words, uint32_t *ret_start)
{
	_cleanup_(packer_clear) struct packer packer = {
		.automaton = automaton, .base = base, .limit = limit};
	uint64_t *words;
	int r = pack(&packer);

	if (r < 0)
		return r;
	words = calloc(packer.n_taken + 1, sizeof(*words));
	if (!words)
		return -ENOMEM;
	for (size_t i = 0; i < packer.n_reached; i++)
		write_state(&packer, packer.reached[i], words);
	*ret_start = number_of(&packer, automaton->start);
	*ret_n_words = packer.n_taken;
	*ret_words = words;
	return 0;
}
