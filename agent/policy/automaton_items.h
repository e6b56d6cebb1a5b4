/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_AUTOMATON_ITEMS_H
#define LSMD_POLICY_AUTOMATON_ITEMS_H

/*
 * What a state of the automaton stands for while it is built, and the step from one to
 * the next.
 *
 * A state is a set of elements that the next byte may match, "items". Of these, most
 * follow from the stars that the path is in: a `*` until the next slash, a `**` for ever.
 * So the set of stars is interned apart, and a state is that set and the few items that
 * do not follow from it. After a slash, what comes after `**` and that slash follows as
 * well: such sets have AFTER_SLASH in them. Without both, each state of 10,000 paths
 * would list the items of each of some hundred `**` patterns.
 */

#include <errno.h>

#include "policy/automaton.h"
#include "policy/room.h"

#define BYTES	      256
#define AFTER_SLASH   UINT32_MAX
#define STARS_UNKNOWN UINT32_MAX

/* Numbers that are gathered. */
struct numbers {
	uint32_t *items;
	size_t n, room;
};

/* What a set of stars means for each state that has it. */
struct stars_row {
	struct numbers bytes; /* items that follow from it: single bytes, */
	struct numbers wide;  /* any others, */
	struct numbers slash; /* and, on a slash, what is behind `**` and that slash */
	struct numbers tags;  /* of the patterns that end with one of the stars */
	struct numbers final; /* and of those of them that match whatever follows */
	uint32_t after[2];    /* set of stars after another byte, and after a slash */
};

struct stepper {
	struct automaton *automaton;
	const struct automaton_tag *tags;
	struct stars_row *stars;
	size_t n_stars, stars_room;

	/* Of each tag, and of each family, by what the stars at hand have decided. */
	uint32_t *family_order; /* lowest order that decides, plus 1; 0: none */
	uint32_t *tag_final;	/* the tag's star that matches all, plus 1; 0: none */
	struct numbers noted;	/* stars that the two are from */

	/* The state at hand: all its items by what they match. */
	uint32_t stars_id;
	struct numbers wide;
	struct numbers byte[BYTES];
	uint8_t touched[BYTES]; /* bytes with items */
	size_t n_touched;

	/* The state that follows, while it is put together. */
	struct numbers items;
	struct numbers passed;
	struct numbers key;
};

/* Add a number. Return: 0, -ENOMEM. */
static inline int numbers_push(struct numbers *numbers, uint32_t number)
{
	if (room_for(&numbers->items, &numbers->room, numbers->n + 1) < 0)
		return -ENOMEM;
	numbers->items[numbers->n++] = number;
	return 0;
}

static inline const struct element *element_at(const struct stepper *stepper,
					       uint32_t item)
{
	return &stepper->automaton->pattern.elements[item];
}

static inline bool crosses_slashes(const struct element *element)
{
	return element->kind == ELEMENT_STARS || element->kind == ELEMENT_NAMES;
}

static inline bool is_star(const struct element *element)
{
	return crosses_slashes(element) || element->kind == ELEMENT_STAR;
}

/** stepper_reach() - Add an element to the state that follows; a star to those it passed.
 */
int stepper_reach(struct stepper *stepper, uint32_t item);

/**
 * stars_intern() - The stars that were passed become a set, without those that another
 * decides. Return: 0, -E2BIG, -ENOMEM.
 */
int stars_intern(struct stepper *stepper, uint32_t *ret_id);

/** stars_push() - Pass all stars of a set. Return: 0, -ENOMEM. */
int stars_push(struct stepper *stepper, uint32_t id);

/** stars_after() - The set that is left of that at hand after a byte, if no star is
 * passed. */
int stars_after(struct stepper *stepper, bool slash, uint32_t *ret_id);

/*
 * What the final stars among some numbers decide: note it, drop the elements that it
 * concerns, forget it.
 */
int finals_note(struct stepper *stepper, const struct numbers *numbers);
void finals_apply(const struct stepper *stepper, struct numbers *numbers);
void finals_forget(struct stepper *stepper);

/** stepper_begin() - Make the state in which nothing can match, 0. Return: 0, -ENOMEM. */
int stepper_begin(struct stepper *stepper);

/** stepper_start() - The state before the first byte. */
int stepper_start(struct stepper *stepper, uint32_t *ret_state);

/** stepper_take() - Take a state in hand. Return: 0, -E2BIG, -ENOMEM. */
int stepper_take(struct stepper *stepper, uint32_t state);

/** stepper_follow() - The state that follows the one at hand. Return: as stepper_take().
 */
int stepper_follow(struct stepper *stepper, unsigned byte, uint32_t *ret_state);

/** stepper_tags() - The set of the tags of the patterns that match what ends in a state.
 */
int stepper_tags(struct stepper *stepper, uint32_t state, uint32_t *ret_tags);

void stepper_clear(struct stepper *stepper);

#endif
