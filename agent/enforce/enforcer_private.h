/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_ENFORCER_PRIVATE_H
#define LSMD_ENFORCE_ENFORCER_PRIVATE_H

/* The parts of an enforcer, for the files that implement enforcer.h. */

#include "enforce/counters.h"
#include "enforce/enforcer.h"
#include "enforce/events.h"
#include "enforce/identity_map.h"
#include "enforce/image_map.h"
#include "enforce/images.h"
#include "enforce/kernel.h"
#include "enforce/pins.h"
#include "enforce/slots.h"

struct enforcer {
	struct pins pins;
	struct kernel kernel;
	struct image_map image_map;
	struct images *images;
	struct counters *counters;
	struct slots *slots;
	struct identity_map *identities;
	struct events *events;
};

/** enforcer_adopt() - Know what an earlier life left in the maps. Return: 0, negative
 * errno. */
int enforcer_adopt(struct enforcer *enforcer);

/** enforcer_trim_identities() - No program decides any more by what was in force before.
 */
void enforcer_trim_identities(struct enforcer *enforcer);

#endif
