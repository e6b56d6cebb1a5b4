/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_RETIRED_H
#define LSMD_ENFORCE_RETIRED_H

/* Bindings that are in force no more, but may have witnesses; in which steps is said in
 * slots.h. */

#include <stdint.h>

#include "enforce/binding.h"

/* Starts as {0}. */
struct retired {
	struct binding *
		unsettled; /* a program may still use the image and add to the counters */
	struct binding *settled; /* a record may still name the image and the slot */
};

void retired_clear(struct retired *retired);

/** retired_add() - @binding: owned from here on. */
void retired_add(struct retired *retired, struct binding *binding);

/** retired_harvest() - Report what is not settled gained since the last time. */
void retired_harvest(const struct retired *retired, struct counters *counters,
		     enforcer_harvest_fn gained, void *data);

/** retired_settle() - A grace period and a harvest later: give the counters back. */
void retired_settle(struct retired *retired, struct counters *counters, uint64_t mark);

/** retired_take() - One that settled at @mark or before; owned. Return: NULL when none is
 * left. */
struct binding *retired_take(struct retired *retired, uint64_t mark);

#endif
