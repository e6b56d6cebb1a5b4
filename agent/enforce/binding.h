/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_BINDING_H
#define LSMD_ENFORCE_BINDING_H

/* What a slot has in force for a time: an image and the counters that go with it. */

#include <stdbool.h>
#include <stdint.h>

#include "enforce/counters.h"
#include "enforce/enforcer.h"
#include "enforce/images.h"

struct binding {
	struct binding *next; /* in a list of retired ones */
	uint32_t slot;
	bool is_last;		     /* the slot itself goes with it */
	struct published *published; /* NULL: no rules */
	struct counter_block block;
	uint64_t mark; /* of the ring, see slots_settle() */
};

/** binding_new() - Without rules, and thus without counters. Return: 0, -ENOMEM. */
int binding_new(uint32_t slot, struct binding **ret_binding);
/** binding_free() - Gives neither image nor block back. Return: NULL. */
struct binding *binding_free(struct binding *binding);

/** binding_word() - What the cell of the slot holds while it is in force. */
uint64_t binding_word(const struct binding *binding);

const struct image *binding_image(const struct binding *binding);

/** binding_harvest() - Report gains since the last time; @gained may be NULL: to nobody.
 */
void binding_harvest(const struct binding *binding, struct counters *counters,
		     enforcer_harvest_fn gained, void *data);

#endif
