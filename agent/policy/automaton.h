/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_AUTOMATON_H
#define LSMD_POLICY_AUTOMATON_H

/*
 * Path patterns -> one deterministic automaton, in the words of lsm/image.h.
 *
 * In this order: automaton_add() each pattern with a tag, automaton_build(); then, for
 * each set of tags that some path matches, the caller says what accepting it means;
 * automaton_minimise(), automaton_pack().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/pattern.h"
#include "policy/sets.h"

/* What is refused as an explosion: states before minimisation, numbers in all their item
 * sets, transitions, and steps of work. The first is what an image could hold at most. */
#define AUTOMATON_STATES (1U << 20)
#define AUTOMATON_ITEMS	 (4U << 20)
#define AUTOMATON_EDGES	 (2U << 20)
#define AUTOMATON_WORK	 (256U << 20)

/*
 * What a tag means to others. When all paths below a directory match a tag that decides,
 * tags of its family with a higher order make no difference there any more, and neither
 * do the tag's other patterns. Forgetting them keeps sets of many `**` from multiplying.
 */
struct automaton_tag {
	uint32_t family;
	uint32_t order;
	bool decides;
};

/* A transition; the default's are not listed. Ascending by byte within a state. */
struct edge {
	uint32_t byte;
	uint32_t target;
};

/* State 0 is dead. */
struct state_row {
	uint32_t standard; /* target of all bytes without an edge */
	uint32_t edges;	   /* number of its first edge */
	uint32_t n_edges;
	uint32_t tags; /* set of tags; after automaton_minimise() what the caller gave for
			  it */
};

struct automaton {
	struct pattern pattern; /* elements of all patterns */
	uint32_t *starts;	/* first element of each */
	size_t n_patterns, starts_room;
	uint32_t n_tags; /* one more than the highest */

	struct sets sets;     /* state -> [set of stars, items ...] */
	struct sets stars;    /* sets of the stars that a path is in */
	struct sets tag_sets; /* 0 is the empty set */
	struct state_row *states;
	size_t n_states, states_room;
	struct edge *edges;
	size_t n_edges, edges_room;
	uint32_t start;
	uint64_t work;
};

int automaton_new(struct automaton **ret_automaton);
struct automaton *automaton_free(struct automaton *automaton);
void automaton_freep(struct automaton **automaton);

/** automaton_add() - Add a pattern. Return: 0; -EINVAL, as pattern_parse(); -ENOMEM. */
int automaton_add(struct automaton *automaton, const char *text, uint32_t tag);

/**
 * automaton_build() - Make the states.
 * @tags:       of each tag that was added what it means to others; NULL: nothing
 * @reterr_tag: with -E2BIG, the tag whose patterns have the largest part in it
 * Return: 0, -E2BIG when a limit above is passed, -ENOMEM.
 */
int automaton_build(struct automaton *automaton, const struct automaton_tag *tags,
		    uint32_t *reterr_tag);

/**
 * automaton_minimise() - Merge the states that cannot be told apart.
 * @accepts: for each set of automaton->tag_sets its meaning; sets of equal meaning are
 * one Return: 0, -ENOMEM.
 */
int automaton_minimise(struct automaton *automaton, const uint32_t *accepts);

/** automaton_heaviest() - The tag whose patterns have the most items in the states. */
uint32_t automaton_heaviest(const struct automaton *automaton);

/**
 * automaton_pack() - Lay the minimised states out as words.
 * @base:        offset that the first word will have in the image
 * @limit:       words, at most
 * @ret_words:   owned by the caller
 * @ret_n_words: how many
 * @ret_start:   the start state as the image's header has it
 *
 * What automaton_minimise() was given for a state's tags is taken for the offset of its
 * accept.
 *
 * Return: 0, -E2BIG, -ENOMEM.
 */
int automaton_pack(const struct automaton *automaton, size_t base, size_t limit,
		   uint64_t **ret_words, size_t *ret_n_words, uint32_t *ret_start);

#endif
