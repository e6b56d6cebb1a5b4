/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/automaton_items.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/room.h"
#include "util/cleanup.h"

/* Drop the items that the stars have decided. */
static int drop_decided_items(struct stepper *stepper, uint32_t stars)
{
	const struct numbers *final = &stepper->stars[stars].final;

	if (!final->n)
		return 0;
	if (finals_note(stepper, final) < 0)
		return -ENOMEM;
	finals_apply(stepper, &stepper->items);
	finals_forget(stepper);
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

static bool matches(const struct stepper *stepper, const struct element *element,
		    unsigned byte)
{
	if (element->kind == ELEMENT_SET)
		return byte_set_has(&stepper->automaton->pattern.sets[element->set],
				    byte);
	return element->kind == ELEMENT_ANY && byte != '/';
}

int stepper_follow(struct stepper *stepper, unsigned byte, uint32_t *ret_state)
{
	const struct numbers *bytes = &stepper->byte[byte], *wide = &stepper->wide;
	uint32_t stars;
	int r;

	stepper->automaton->work += wide->n + 1;
	for (size_t i = 0; i < bytes->n; i++)
		if (stepper_reach(stepper, bytes->items[i] + 1) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < wide->n; i++)
		if (matches(stepper, element_at(stepper, wide->items[i]), byte) &&
		    stepper_reach(stepper, wide->items[i] + 1) < 0)
			return -ENOMEM;
	r = stars_after(stepper, byte == '/', &stars);
	if (r == 0 && stepper->passed.n) {
		r = stars_push(stepper, stars);
		if (r == 0)
			r = stars_intern(stepper, &stars);
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
		return numbers_push(&stepper->wide, item);
	bytes = &stepper->byte[element->byte];
	if (!bytes->n)
		stepper->touched[stepper->n_touched++] = element->byte;
	return numbers_push(bytes, item);
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
	/* Stars end, or begin to follow, at a slash, whether or not an item matches it.
	 */
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

		if (element->kind == ELEMENT_END && numbers_push(tags, element->tag) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < of_stars->n; i++)
		if (numbers_push(tags, of_stars->items[i]) < 0)
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
	stepper->family_order =
		calloc(n_families + (size_t)1, sizeof(*stepper->family_order));
	return stepper->tag_final && stepper->family_order ? 0 : -ENOMEM;
}

int stepper_begin(struct stepper *stepper)
{
	uint32_t none;
	int r = alloc_notes(stepper);

	if (r == 0)
		r = sets_intern(&stepper->automaton->tag_sets, NULL, 0, &none);
	if (r == 0)
		r = stars_intern(stepper, &none);
	return r < 0 ? r : intern_state(stepper, none, &none);
}

int stepper_start(struct stepper *stepper, uint32_t *ret_state)
{
	const struct automaton *automaton = stepper->automaton;

	for (size_t i = 0; i < automaton->n_patterns; i++)
		if (stepper_reach(stepper, automaton->starts[i]) < 0)
			return -ENOMEM;
	return intern_state(stepper, 0, ret_state);
}

void stepper_clear(struct stepper *stepper)
{
	struct numbers *own[] = {&stepper->wide, &stepper->items, &stepper->passed,
				 &stepper->key, &stepper->noted};

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
