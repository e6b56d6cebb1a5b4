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
	char *hook_problem; /* NULL: none */
};

/** enforcer_adopt() - Know what an earlier life left in the maps. Return: 0, negative
 * errno. */
int enforcer_adopt(struct enforcer *enforcer);

/** enforcer_adopt_hooks() - Attach what images in force need, and nothing else on demand.
 * One that can't be attached is listed by enforcer_programs(). Return: 0, negative errno.
 */
int enforcer_adopt_hooks(struct enforcer *enforcer);

/** enforcer_need_hooks() - Attach what an image needs, before it is in force. Return: 0,
 * ENFORCER_E_HOOK. */
int enforcer_need_hooks(struct enforcer *enforcer, const struct image *image);

/** enforcer_trim_identities() - No program decides any more by what was in force before.
 */
void enforcer_trim_identities(struct enforcer *enforcer);

#endif
