// SPDX-License-Identifier: Apache-2.0

/* The part of enforcer.h that concerns the whole node: pause, and what there is to show.
 */

#include "enforce/enforcer_private.h"
#include "enforce/map_info.h"
#include "enforce/pinned_state.h"

void enforcer_pause(struct enforcer *enforcer, uint32_t sources, uint64_t until)
{
	pinned_state_set(enforcer->kernel.state, sources, until);
}

const struct state *enforcer_state(const struct enforcer *enforcer)
{
	return enforcer->kernel.state;
}

/* Without pins a link is there as long as its descriptor. */
static bool is_attached(const struct enforcer *enforcer,
			const struct attachment *attachment)
{
	return !enforcer->pins.path ||
	       pins_has(&enforcer->pins, PIN_LINKS, attachment->name);
}

static bool is_listed(const struct attachment *attachment)
{
	return !attachment->demand || attachment->fd >= 0 || attachment->error;
}

size_t enforcer_programs(const struct enforcer *enforcer,
			 struct enforcer_program *programs, size_t max)
{
	const struct links *links = &enforcer->kernel.links;
	size_t n = 0;

	for (size_t i = 0; i < links->n; i++) {
		const struct attachment *attachment = &links->items[i];

		if (!is_listed(attachment))
			continue;
		if (n < max)
			programs[n] = (struct enforcer_program){
				.name = attachment->name,
				.attach_to = attachment->attach_to,
				.id = attachment->program_id,
				.attached = is_attached(enforcer, attachment),
				.verified_instructions =
					attachment->verified_instructions,
			};
		n++;
	}
	return n;
}

uint64_t enforcer_memory(const struct enforcer *enforcer)
{
	uint64_t bytes = images_bytes(enforcer->images) +
			 image_map_spare_bytes(&enforcer->image_map);

	for (int i = 0; i < KERNEL_MAPS; i++)
		bytes += map_bytes(enforcer->kernel.maps[i]);
	return bytes;
}
