/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Sets of stars: which there are, what items follow from one, and what its final stars,
 * which match whatever follows, decide.
 */

#include "policy/automaton_items.h"

#include <errno.h>
#include <stdlib.h>

#include "policy/room.h"

static bool is_slash(const struct element *element)
{
	return element->kind == ELEMENT_BYTE && element->byte == '/';
}

/* Does a star match all that can follow, to the pattern's end? */
static bool is_final(const struct stepper *stepper, uint32_t star)
{
	return crosses_slashes(element_at(stepper, star)) &&
	       element_at(stepper, star + 1)->kind == ELEMENT_END;
}

static const struct automaton_tag *meaning_of(const struct stepper *stepper,
					      uint32_t item)
{
	return stepper->tags ? &stepper->tags[element_at(stepper, item)->tag] : NULL;
}

/* Add an element to the state that follows. What follows from a star is not listed. */
int stepper_reach(struct stepper *stepper, uint32_t item)
{
	const struct element *element = element_at(stepper, item);

	if (!is_star(element))
		return numbers_push(&stepper->items, item);
	if (numbers_push(&stepper->passed, item) < 0)
		return -ENOMEM;
	return element->kind == ELEMENT_NAMES ? stepper_reach(stepper, item + 2) : 0;
}

/* Note what the final stars among some numbers decide. */
int finals_note(struct stepper *stepper, const struct numbers *numbers)
{
	for (size_t i = 0; i < numbers->n; i++) {
		uint32_t star = numbers->items[i], *final, *order;
		const struct automaton_tag *meaning;

		if (star == AFTER_SLASH || !is_final(stepper, star))
			continue;
		if (numbers_push(&stepper->noted, star) < 0)
			return -ENOMEM;
		final = &stepper->tag_final[element_at(stepper, star)->tag];
		if (!*final || *final > star + 1)
			*final = star + 1;
		meaning = meaning_of(stepper, star);
		if (!meaning || !meaning->decides)
			continue;
		order = &stepper->family_order[meaning->family];
		if (!*order || *order > meaning->order + 1)
			*order = meaning->order + 1;
	}
	return 0;
}

void finals_forget(struct stepper *stepper)
{
	for (size_t i = 0; i < stepper->noted.n; i++) {
		uint32_t star = stepper->noted.items[i];
		const struct automaton_tag *meaning = meaning_of(stepper, star);

		stepper->tag_final[element_at(stepper, star)->tag] = 0;
		if (meaning)
			stepper->family_order[meaning->family] = 0;
	}
	stepper->noted.n = 0;
}

/* Does it make no difference any more whether the pattern of this element matches? */
static bool is_decided(const struct stepper *stepper, uint32_t item)
{
	uint32_t tag = element_at(stepper, item)->tag;
	const struct automaton_tag *meaning = meaning_of(stepper, item);

	if (stepper->tag_final[tag] && stepper->tag_final[tag] != item + 1)
		return true;
	return meaning && stepper->family_order[meaning->family] &&
	       stepper->family_order[meaning->family] <= meaning->order;
}

/* Of the numbers that are elements, keep those that still make a difference. */
void finals_apply(const struct stepper *stepper, struct numbers *numbers)
{
	size_t kept = 0;

	for (size_t i = 0; i < numbers->n; i++)
		if (numbers->items[i] == AFTER_SLASH ||
		    !is_decided(stepper, numbers->items[i]))
			numbers->items[kept++] = numbers->items[i];
	numbers->n = kept;
}

static int describe_behind(struct stepper *stepper, struct stars_row *row, uint32_t item)
{
	const struct element *element = element_at(stepper, item);

	if (is_star(element))
		return 0;
	return numbers_push(element->kind == ELEMENT_BYTE ? &row->bytes : &row->wide,
			    item);
}

static int describe_star(struct stepper *stepper, struct stars_row *row, uint32_t star,
			 bool after_slash)
{
	const struct element *behind = element_at(stepper, star + 1);

	if (behind->kind == ELEMENT_END) {
		if (is_final(stepper, star) && numbers_push(&row->final, star) < 0)
			return -ENOMEM;
		return numbers_push(&row->tags, behind->tag);
	}
	if (!crosses_slashes(element_at(stepper, star)) || !is_slash(behind))
		return describe_behind(stepper, row, star + 1);
	if (numbers_push(&row->slash, star + 2) < 0)
		return -ENOMEM;
	return after_slash ? describe_behind(stepper, row, star + 2) : 0;
}

static int describe_stars(struct stepper *stepper, uint32_t id)
{
	struct stars_row *row = &stepper->stars[id];
	size_t n;
	const uint32_t *stars = sets_get(&stepper->automaton->stars, id, &n);
	bool after_slash = n && stars[n - 1] == AFTER_SLASH;

	*row = (struct stars_row){.after = {STARS_UNKNOWN, STARS_UNKNOWN}};
	stepper->automaton->work += n;
	for (size_t i = 0; i < n - after_slash; i++)
		if (describe_star(stepper, row, stars[i], after_slash) < 0)
			return -ENOMEM;
	return 0;
}

/* The stars that were passed become a set, without those that another decides. */
int stars_intern(struct stepper *stepper, uint32_t *ret_id)
{
	struct numbers *passed = &stepper->passed;
	struct automaton *automaton = stepper->automaton;
	int r;

	automaton->work += passed->n;
	passed->n = sets_sort(passed->items, passed->n);
	r = finals_note(stepper, passed);
	if (r < 0)
		return r;
	finals_apply(stepper, passed);
	finals_forget(stepper);
	r = sets_intern(&automaton->stars, passed->items, passed->n, ret_id);
	passed->n = 0;
	if (r < 0 || *ret_id < stepper->n_stars)
		return r;
	if (room_for(&stepper->stars, &stepper->stars_room, stepper->n_stars + 1) < 0)
		return -ENOMEM;
	stepper->n_stars++;
	return describe_stars(stepper, *ret_id);
}

int stars_push(struct stepper *stepper, uint32_t id)
{
	size_t n;
	const uint32_t *stars = sets_get(&stepper->automaton->stars, id, &n);

	stepper->automaton->work += n;
	for (size_t i = 0; i < n; i++)
		if (numbers_push(&stepper->passed, stars[i]) < 0)
			return -ENOMEM;
	return 0;
}

/* The stars that are left of a set after a byte: `*` ends at a slash. */
static int push_stars_after(struct stepper *stepper, uint32_t id, bool slash)
{
	const struct stars_row *row = &stepper->stars[id];
	size_t n;
	const uint32_t *stars = sets_get(&stepper->automaton->stars, id, &n);

	for (size_t i = 0; i < n; i++) {
		if (stars[i] == AFTER_SLASH ||
		    (slash && !crosses_slashes(element_at(stepper, stars[i]))))
			continue;
		if (numbers_push(&stepper->passed, stars[i]) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; slash && i < row->slash.n; i++)
		if (is_star(element_at(stepper, row->slash.items[i])) &&
		    stepper_reach(stepper, row->slash.items[i]) < 0)
			return -ENOMEM;
	return slash && row->slash.n ? numbers_push(&stepper->passed, AFTER_SLASH) : 0;
}

/* The set after a byte when no other star is reached by it. */
int stars_after(struct stepper *stepper, bool slash, uint32_t *ret_id)
{
	uint32_t id = stepper->stars_id;
	struct numbers passed = stepper->passed;
	int r;

	if (stepper->stars[id].after[slash] != STARS_UNKNOWN) {
		*ret_id = stepper->stars[id].after[slash];
		return 0;
	}
	stepper->passed = (struct numbers){0};
	r = push_stars_after(stepper, id, slash);
	if (r == 0)
		r = stars_intern(stepper, ret_id);
	free(stepper->passed.items);
	stepper->passed = passed;
	if (r == 0)
		stepper->stars[id].after[slash] = *ret_id;
	return r;
}
