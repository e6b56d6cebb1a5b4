/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/automaton_items.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/room.h"
#include "util/cleanup.h"

static int push(struct numbers *numbers, uint32_t number)
{
	if (room_for(&numbers->items, &numbers->room, numbers->n + 1) < 0)
		return -ENOMEM;
	numbers->items[numbers->n++] = number;
	return 0;
}

static const struct element *element_at(const struct stepper *stepper, uint32_t item)
{
	return &stepper->automaton->pattern.elements[item];
}

static bool crosses_slashes(const struct element *element)
{
	return element->kind == ELEMENT_STARS || element->kind == ELEMENT_NAMES;
}

static bool is_star(const struct element *element)
{
	return crosses_slashes(element) || element->kind == ELEMENT_STAR;
}

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

static const struct automaton_tag *meaning_of(const struct stepper *stepper, uint32_t item)
{
	return stepper->tags ? &stepper->tags[element_at(stepper, item)->tag] : NULL;
}

/* Add an element to the state that follows. What follows from a star is not listed. */
static int reach(struct stepper *stepper, uint32_t item)
{
	const struct element *element = element_at(stepper, item);

	if (!is_star(element))
		return push(&stepper->items, item);
	if (push(&stepper->passed, item) < 0)
		return -ENOMEM;
	return element->kind == ELEMENT_NAMES ? reach(stepper, item + 2) : 0;
}

/* Note what the final stars among some numbers decide. */
static int note_finals(struct stepper *stepper, const struct numbers *numbers)
{
	for (size_t i = 0; i < numbers->n; i++) {
		uint32_t star = numbers->items[i], *final, *order;
		const struct automaton_tag *meaning;

		if (star == AFTER_SLASH || !is_final(stepper, star))
			continue;
		if (push(&stepper->noted, star) < 0)
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

static void forget_finals(struct stepper *stepper)
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
static void drop_decided(const struct stepper *stepper, struct numbers *numbers)
{
	size_t kept = 0;

	for (size_t i = 0; i < numbers->n; i++)
		if (numbers->items[i] == AFTER_SLASH || !is_decided(stepper, numbers->items[i]))
			numbers->items[kept++] = numbers->items[i];
	numbers->n = kept;
}

static int describe_behind(struct stepper *stepper, struct stars_row *row, uint32_t item)
{
	const struct element *element = element_at(stepper, item);

	if (is_star(element))
		return 0;
	return push(element->kind == ELEMENT_BYTE ? &row->bytes : &row->wide, item);
}

static int describe_star(struct stepper *stepper, struct stars_row *row, uint32_t star,
			 bool after_slash)
{
	const struct element *behind = element_at(stepper, star + 1);

	if (behind->kind == ELEMENT_END) {
		if (is_final(stepper, star) && push(&row->final, star) < 0)
			return -ENOMEM;
		return push(&row->tags, behind->tag);
	}
	if (!crosses_slashes(element_at(stepper, star)) || !is_slash(behind))
		return describe_behind(stepper, row, star + 1);
	if (push(&row->slash, star + 2) < 0)
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
static int intern_stars(struct stepper *stepper, uint32_t *ret_id)
{
	struct numbers *passed = &stepper->passed;
	struct automaton *automaton = stepper->automaton;
	int r;

	automaton->work += passed->n;
	passed->n = sets_sort(passed->items, passed->n);
	r = note_finals(stepper, passed);
	if (r < 0)
		return r;
	drop_decided(stepper, passed);
	forget_finals(stepper);
	r = sets_intern(&automaton->stars, passed->items, passed->n, ret_id);
	passed->n = 0;
	if (r < 0 || *ret_id < stepper->n_stars)
		return r;
	if (room_for(&stepper->stars, &stepper->stars_room, stepper->n_stars + 1) < 0)
		return -ENOMEM;
	stepper->n_stars++;
	return describe_stars(stepper, *ret_id);
}

static int push_stars(struct stepper *stepper, uint32_t id)
{
	size_t n;
	const uint32_t *stars = sets_get(&stepper->automaton->stars, id, &n);

	stepper->automaton->work += n;
	for (size_t i = 0; i < n; i++)
		if (push(&stepper->passed, stars[i]) < 0)
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
		if (push(&stepper->passed, stars[i]) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; slash && i < row->slash.n; i++)
		if (is_star(element_at(stepper, row->slash.items[i])) &&
		    reach(stepper, row->slash.items[i]) < 0)
			return -ENOMEM;
	return slash && row->slash.n ? push(&stepper->passed, AFTER_SLASH) : 0;
}

/* The set after a byte when no other star is reached by it. */
static int stars_after(struct stepper *stepper, bool slash, uint32_t *ret_id)
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
		r = intern_stars(stepper, ret_id);
	free(stepper->passed.items);
	stepper->passed = passed;
	if (r == 0)
		stepper->stars[id].after[slash] = *ret_id;
	return r;
}

/* Drop the items that the stars have decided. */
static int drop_decided_items(struct stepper *stepper, uint32_t stars)
{
	const struct numbers *final = &stepper->stars[stars].final;

	if (!final->n)
		return 0;
	if (note_finals(stepper, final) < 0)
		return -ENOMEM;
	drop_decided(stepper, &stepper->items);
	forget_finals(stepper);
	return 0;
}

/* What has been reached, and the set of stars, become a state. */
static int intern_state(struct stepper *stepper, uint32_t stars, uint32_t *ret_state)
{
	struct numbers *key = &stepper->key, *items = &stepper->items;

	if (drop_decided_items(stepper, stars) < 0)
		return -ENOMEM;
	stepper->automaton->work += items->n;
	items->n = sets_sort(items->items, items->n);
	key->n = items->n + 1;
	if (room_for(&key->items, &key->room, key->n) < 0)
		return -ENOMEM;
	key->items[0] = stars;
	if (items->n)
		memcpy(key->items + 1, items->items, items->n * sizeof(*items->items));
	items->n = 0;
	return sets_intern(&stepper->automaton->sets, key->items, key->n, ret_state);
}

static bool matches(const struct stepper *stepper, const struct element *element, unsigned byte)
{
	if (element->kind == ELEMENT_SET)
		return byte_set_has(&stepper->automaton->pattern.sets[element->set], byte);
	return element->kind == ELEMENT_ANY && byte != '/';
}

int stepper_follow(struct stepper *stepper, unsigned byte, uint32_t *ret_state)
{
	const struct numbers *bytes = &stepper->byte[byte], *wide = &stepper->wide;
	uint32_t stars;
	int r;

	stepper->automaton->work += wide->n + 1;
	for (size_t i = 0; i < bytes->n; i++)
		if (reach(stepper, bytes->items[i] + 1) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < wide->n; i++)
		if (matches(stepper, element_at(stepper, wide->items[i]), byte) &&
		    reach(stepper, wide->items[i] + 1) < 0)
			return -ENOMEM;
	r = stars_after(stepper, byte == '/', &stars);
	if (r == 0 && stepper->passed.n) {
		r = push_stars(stepper, stars);
		if (r == 0)
			r = intern_stars(stepper, &stars);
	}
	return r < 0 ? r : intern_state(stepper, stars, ret_state);
}

static int sort_item(struct stepper *stepper, uint32_t item)
{
	const struct element *element = element_at(stepper, item);
	struct numbers *bytes;

	if (element->kind == ELEMENT_END)
		return 0;
	if (element->kind != ELEMENT_BYTE)
		return push(&stepper->wide, item);
	bytes = &stepper->byte[element->byte];
	if (!bytes->n)
		stepper->touched[stepper->n_touched++] = element->byte;
	return push(bytes, item);
}

static int sort_items(struct stepper *stepper, const uint32_t *items, size_t n)
{
	stepper->automaton->work += n;
	for (size_t i = 0; i < n; i++)
		if (sort_item(stepper, items[i]) < 0)
			return -ENOMEM;
	return 0;
}

int stepper_take(struct stepper *stepper, uint32_t state)
{
	const struct stars_row *row;
	size_t n;
	const uint32_t *key = sets_get(&stepper->automaton->sets, state, &n);

	for (size_t i = 0; i < stepper->n_touched; i++)
		stepper->byte[stepper->touched[i]].n = 0;
	stepper->n_touched = 0;
	stepper->wide.n = 0;
	stepper->stars_id = key[0];
	row = &stepper->stars[key[0]];
	if (sort_items(stepper, key + 1, n - 1) < 0 ||
	    sort_items(stepper, row->bytes.items, row->bytes.n) < 0 ||
	    sort_items(stepper, row->wide.items, row->wide.n) < 0)
		return -ENOMEM;
	/* Stars end, or begin to follow, at a slash, whether or not an item matches it. */
	if (key[0] && !stepper->byte['/'].n)
		stepper->touched[stepper->n_touched++] = '/';
	return 0;
}

int stepper_tags(struct stepper *stepper, uint32_t state, uint32_t *ret_tags)
{
	size_t n;
	const uint32_t *key = sets_get(&stepper->automaton->sets, state, &n);
	const struct numbers *of_stars = &stepper->stars[key[0]].tags;
	struct numbers *tags = &stepper->items;
	int r;

	for (size_t i = 1; i < n; i++) {
		const struct element *element = element_at(stepper, key[i]);

		if (element->kind == ELEMENT_END && push(tags, element->tag) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < of_stars->n; i++)
		if (push(tags, of_stars->items[i]) < 0)
			return -ENOMEM;
	tags->n = sets_sort(tags->items, tags->n);
	r = sets_intern(&stepper->automaton->tag_sets, tags->items, tags->n, ret_tags);
	tags->n = 0;
	return r;
}

static int alloc_notes(struct stepper *stepper)
{
	uint32_t n_tags = stepper->automaton->n_tags, n_families = 0;

	for (uint32_t tag = 0; stepper->tags && tag < n_tags; tag++)
		if (stepper->tags[tag].family >= n_families)
			n_families = stepper->tags[tag].family + 1;
	stepper->tag_final = calloc(n_tags + (size_t)1, sizeof(*stepper->tag_final));
	stepper->family_order = calloc(n_families + (size_t)1, sizeof(*stepper->family_order));
	return stepper->tag_final && stepper->family_order ? 0 : -ENOMEM;
}

int stepper_begin(struct stepper *stepper)
{
	uint32_t none;
	int r = alloc_notes(stepper);

	if (r == 0)
		r = sets_intern(&stepper->automaton->tag_sets, NULL, 0, &none);
	if (r == 0)
		r = intern_stars(stepper, &none);
	return r < 0 ? r : intern_state(stepper, none, &none);
}

int stepper_start(struct stepper *stepper, uint32_t *ret_state)
{
	const struct automaton *automaton = stepper->automaton;

	for (size_t i = 0; i < automaton->n_patterns; i++)
		if (reach(stepper, automaton->starts[i]) < 0)
			return -ENOMEM;
	return intern_state(stepper, 0, ret_state);
}

void stepper_clear(struct stepper *stepper)
{
	struct numbers *own[] = {&stepper->wide, &stepper->items, &stepper->passed, &stepper->key,
				 &stepper->noted};

	for (size_t i = 0; i < stepper->n_stars; i++) {
		struct stars_row *row = &stepper->stars[i];

		free(row->bytes.items);
		free(row->wide.items);
		free(row->slash.items);
		free(row->tags.items);
		free(row->final.items);
	}
	free(stepper->stars);
	free(stepper->family_order);
	free(stepper->tag_final);
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		free(own[i]->items);
	for (size_t i = 0; i < BYTES; i++)
		free(stepper->byte[i].items);
}
