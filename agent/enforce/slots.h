/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_SLOTS_H
#define LSMD_ENFORCE_SLOTS_H

/*
 * The map "slots": which numbers are given out, what each has in force, and what each
 * had.
 *
 * What a slot had is retired in two steps. A program that read the slot before the store
 * may still decide by the old image and add to the old counters until a grace period is
 * over: then the counters are settled. A record that it wrote names the image and the
 * slot by number until the ring is read up to there: then both may be used for something
 * else.
 */

#include <stdbool.h>
#include <stdint.h>

#include "enforce/bitmap.h"
#include "enforce/counters.h"
#include "enforce/enforcer.h"
#include "enforce/images.h"
#include "enforce/window.h"

struct slots;

/** slots_new() - @cells: the map's memory. All borrowed. Return: 0, -ENOMEM. */
int slots_new(struct window *cells, struct images *images, struct counters *counters,
	      struct slots **ret_slots);
struct slots *slots_free(struct slots *slots);

/** slots_take() - A number with nothing in force. Return: 0, ENFORCER_E_SLOTS, negative
 * errno. */
int slots_take(struct slots *slots, uint32_t *ret_slot);

/** slots_give() - Give a number back; one that is not taken is ignored. */
void slots_give(struct slots *slots, uint32_t slot);

/**
 * slots_publish() - One store, after which @image is in force (NULL: no rules).
 * Return: 0; -ENOENT for a slot that is not taken; -ENOMEM; what images_get() failed
 * with; ENFORCER_E_IMAGES, ENFORCER_E_COUNTERS.
 */
int slots_publish(struct slots *slots, uint32_t slot, struct image *image);

/** slots_cell() - What the programs read and write. Return: NULL for a slot that is not
 * taken. */
const struct slot *slots_cell(const struct slots *slots, uint32_t slot);

/** slots_set_root() - As enforcer_slot_set_root(). */
void slots_set_root(struct slots *slots, uint32_t slot, uint32_t mount_namespace,
		    uint32_t device);

/** slots_image() - What is in force; NULL for no rules, and when its words are not known.
 */
const struct image *slots_image(const struct slots *slots, uint32_t slot);

/** slots_demand() - demand_by() of all images in force; all bits where the words of one
 * are not known. */
uint32_t slots_demand(const struct slots *slots);

/**
 * slots_adopt() - Take over what an earlier life left.
 * @cells:      the whole map, LIMIT_SLOTS
 * @referenced: the slots that cgroups point to; all others are given back
 *
 * Every image that a cell names is known to the struct images already. A grace period has
 * passed since the earlier life ended.
 */
int slots_adopt(struct slots *slots, const struct slot *cells,
		const struct bitmap *referenced);

/** slots_forget() - Leave what a slot has counted until now out of every harvest. */
void slots_forget(struct slots *slots, uint32_t slot);

/** slots_counter() - One counter of what a slot has in force; 0 where there is none. */
uint64_t slots_counter(const struct slots *slots, uint32_t slot, uint32_t counter);

/** slots_harvest() - Report gains, of what is in force and of what is not settled yet. */
void slots_harvest(struct slots *slots, enforcer_harvest_fn gained, void *data);

/** slots_must_settle() - Is there something that a grace period would let settle? */
bool slots_must_settle(const struct slots *slots);

/**
 * slots_settle() - A grace period has passed since the last publish, and a harvest after
 * it.
 * @mark: how far the ring was written since
 */
void slots_settle(struct slots *slots, uint64_t mark);

/** slots_reclaim() - The ring was read up to @mark: what settled before has no witness
 * left. */
void slots_reclaim(struct slots *slots, uint64_t mark);

#endif
