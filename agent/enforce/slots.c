// SPDX-License-Identifier: Apache-2.0
#include "enforce/slots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "enforce/binding.h"
#include "enforce/demand.h"
#include "enforce/retired.h"
#include "util/cleanup.h"

struct slots {
	struct window *cells;
	struct images *images;
	struct counters *counters;
	struct bitmap taken; /* numbers, those of retired slots too */
	struct retired retired;
	struct binding **in_force; /* NULL: the number is not given out */
	uint32_t n;		   /* numbers that in_force and the cells reach to */
};

static void slots_freep(struct slots **slots)
{
	slots_free(*slots);
}

static void binding_freep(struct binding **binding)
{
	binding_free(*binding);
}

int slots_new(struct window *cells, struct images *images, struct counters *counters,
	      struct slots **ret_slots)
{
	_cleanup_(slots_freep) struct slots *slots = calloc(1, sizeof(*slots));
	int r;

	if (!slots)
		return -ENOMEM;
	slots->cells = cells;
	slots->images = images;
	slots->counters = counters;
	r = bitmap_init(&slots->taken, LIMIT_SLOTS);
	if (r < 0)
		return r;
	bitmap_set(&slots->taken, 0, 1, true);
	*ret_slots = TAKE_PTR(slots);
	return 0;
}

struct slots *slots_free(struct slots *slots)
{
	if (!slots)
		return NULL;
	for (uint32_t slot = 0; slot < slots->n; slot++)
		binding_free(slots->in_force[slot]);
	free(slots->in_force);
	retired_clear(&slots->retired);
	bitmap_clear(&slots->taken);
	free(slots);
	return NULL;
}

static struct slot *cell(const struct slots *slots, uint32_t slot)
{
	return (struct slot *)(void *)slots->cells->base + slot;
}

static struct binding *find(const struct slots *slots, uint32_t slot)
{
	return slot < slots->n ? slots->in_force[slot] : NULL;
}

static void store(struct slots *slots, uint32_t slot, uint64_t word)
{
	/* Whoever reads the word finds the image and zeroed counters behind it. */
	__atomic_store_n(&cell(slots, slot)->image, word, __ATOMIC_RELEASE);
}

/* Make room for a number, and some more. */
static int reach(struct slots *slots, uint32_t slot)
{
	uint32_t n = slot < LIMIT_SLOTS / 2 ? slot * 2 : LIMIT_SLOTS;
	struct binding **in_force;
	int r;

	if (slot < slots->n)
		return 0;
	r = window_reach(slots->cells, n * sizeof(struct slot));
	if (r < 0)
		return r;
	in_force = reallocarray(slots->in_force, n, sizeof(*in_force));
	if (!in_force)
		return -ENOMEM;
	memset(in_force + slots->n, 0, (n - slots->n) * sizeof(*in_force));
	slots->in_force = in_force;
	slots->n = n;
	return 0;
}

/* What the programs recorded of an earlier subject; how many cgroups and scripts point
 * here is theirs to say. */
static void forget_subject(struct slot *slot)
{
	slot->mount_namespace = 0;
	slot->root_device = 0;
	slot->arrived = 0;
	slot->scripts_lost = 0;
	slot->records = 0;
	slot->records_since = 0;
}

int slots_take(struct slots *slots, uint32_t *ret_slot)
{
	uint32_t slot = bitmap_find(&slots->taken, 0, 1);
	int r;

	if (slot == LIMIT_SLOTS)
		return ENFORCER_E_SLOTS;
	r = reach(slots, slot);
	if (r == 0)
		r = binding_new(slot, &slots->in_force[slot]);
	if (r < 0)
		return r;
	bitmap_set(&slots->taken, slot, 1, true);
	forget_subject(cell(slots, slot));
	*ret_slot = slot;
	return 0;
}

void slots_give(struct slots *slots, uint32_t slot)
{
	struct binding *binding = find(slots, slot);

	if (!binding)
		return;
	store(slots, slot, 0);
	slots->in_force[slot] = NULL;
	binding->is_last = true;
	retired_add(&slots->retired, binding);
}

/* Image and counters for a slot; on failure nothing is held. */
static int bind(struct slots *slots, struct image *image, struct binding *binding)
{
	int r = images_get(slots->images, image, &binding->published);

	if (r)
		return r == IMAGES_E_FULL ? ENFORCER_E_IMAGES : r;
	r = counters_take(slots->counters, COUNTER_RULES + image->n_rules,
			  &binding->block);
	if (r)
		binding->published = images_put(binding->published);
	return r == COUNTERS_E_FULL ? ENFORCER_E_COUNTERS : r;
}

static void replace(struct slots *slots, struct binding *binding)
{
	struct binding *old = slots->in_force[binding->slot];

	store(slots, binding->slot, binding_word(binding));
	slots->in_force[binding->slot] = binding;
	if (old->published)
		retired_add(&slots->retired, old);
	else
		binding_free(old);
}

static bool is_in_force(const struct binding *binding, const struct image *image)
{
	if (!binding->published || !image)
		return !binding->published && !image;
	return binding->published->image &&
	       images_equal(binding->published->image, image);
}

int slots_publish(struct slots *slots, uint32_t slot, struct image *image)
{
	_cleanup_(binding_freep) struct binding *binding = NULL;
	int r;

	if (!find(slots, slot))
		return -ENOENT;
	if (is_in_force(slots->in_force[slot], image))
		return 0;
	r = binding_new(slot, &binding);
	if (r < 0)
		return r;
	r = image ? bind(slots, image, binding) : 0;
	if (r)
		return r;
	replace(slots, TAKE_PTR(binding));
	return 0;
}

const struct slot *slots_cell(const struct slots *slots, uint32_t slot)
{
	return find(slots, slot) ? cell(slots, slot) : NULL;
}

void slots_set_root(struct slots *slots, uint32_t slot, uint32_t mount_namespace,
		    uint32_t device)
{
	struct slot *at = find(slots, slot) ? cell(slots, slot) : NULL;
	uint32_t unknown = 0;

	if (!at || __atomic_load_n(&at->mount_namespace, __ATOMIC_RELAXED))
		return;
	/* In the order of the programs: who knows the namespace knows the device. */
	__atomic_store_n(&at->root_device, device, __ATOMIC_RELEASE);
	__atomic_compare_exchange_n(&at->mount_namespace, &unknown, mount_namespace,
				    false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

const struct image *slots_image(const struct slots *slots, uint32_t slot)
{
	const struct binding *binding = find(slots, slot);

	return binding ? binding_image(binding) : NULL;
}

uint32_t slots_demand(const struct slots *slots)
{
	uint32_t demand = 0;

	for (uint32_t slot = 1; slot < slots->n; slot++) {
		const struct binding *binding = slots->in_force[slot];
		const struct image *image;

		if (!binding || !binding->published)
			continue;
		image = binding->published->image;
		demand |= image ? demand_by(image) : UINT32_MAX;
	}
	return demand;
}

/* The block of an earlier life. One that is not this slot's alone can't be counted by. */
static int adopt_block(struct slots *slots, struct binding *binding, uint32_t start,
		       uint32_t length)
{
	int r = counters_adopt(slots->counters, start, length, &binding->block);

	return r == COUNTERS_E_TAKEN ? 0 : r;
}

static int adopt(struct slots *slots, uint32_t slot, uint64_t word)
{
	_cleanup_(binding_freep) struct binding *binding = NULL;
	int r = reach(slots, slot);

	if (r == 0)
		r = binding_new(slot, &binding);
	if (r < 0)
		return r;
	binding->published = images_find(slots->images, SLOT_IMAGE(word));
	if (binding->published) {
		const struct image *image = images_use(binding->published)->image;

		if (image)
			r = adopt_block(slots, binding, SLOT_COUNTERS(word),
					COUNTER_RULES + image->n_rules);
	}
	if (r < 0)
		return r;
	bitmap_set(&slots->taken, slot, 1, true);
	slots->in_force[slot] = TAKE_PTR(binding);
	return 0;
}

/* Of an image whose words are not known the counters' number is not known either: all
 * that can be its own is kept from others. */
static int adopt_room(struct slots *slots, struct binding *binding)
{
	uint32_t start = SLOT_COUNTERS(cell(slots, binding->slot)->image);

	return adopt_block(slots, binding, start, counters_room(slots->counters, start));
}

int slots_adopt(struct slots *slots, const struct slot *cells,
		const struct bitmap *referenced)
{
	int r = 0;

	for (uint32_t slot = 1; slot < LIMIT_SLOTS && r == 0; slot++)
		if (cells[slot].image || bitmap_test(referenced, slot))
			r = adopt(slots, slot, cells[slot].image);
	for (uint32_t slot = 1; slot < slots->n && r == 0; slot++) {
		struct binding *binding = slots->in_force[slot];

		if (!binding)
			continue;
		if (binding->published && !binding->published->image)
			r = adopt_room(slots, binding);
		if (!bitmap_test(referenced, slot))
			slots_give(slots, slot);
	}
	return r;
}

void slots_forget(struct slots *slots, uint32_t slot)
{
	if (find(slots, slot))
		binding_harvest(slots->in_force[slot], slots->counters, NULL, NULL);
}

uint64_t slots_counter(const struct slots *slots, uint32_t slot, uint32_t counter)
{
	const struct binding *binding = find(slots, slot);

	return binding ? counters_read(slots->counters, &binding->block, counter) : 0;
}

void slots_harvest(struct slots *slots, enforcer_harvest_fn gained, void *data)
{
	for (uint32_t slot = 1; slot < slots->n; slot++)
		if (slots->in_force[slot])
			binding_harvest(slots->in_force[slot], slots->counters, gained,
					data);
	retired_harvest(&slots->retired, slots->counters, gained, data);
}

bool slots_must_settle(const struct slots *slots)
{
	return slots->retired.unsettled;
}

void slots_settle(struct slots *slots, uint64_t mark)
{
	retired_settle(&slots->retired, slots->counters, mark);
}

void slots_reclaim(struct slots *slots, uint64_t mark)
{
	struct binding *binding;

	while ((binding = retired_take(&slots->retired, mark))) {
		images_put(binding->published);
		if (binding->is_last)
			bitmap_set(&slots->taken, binding->slot, 1, false);
		binding_free(binding);
	}
}
