// SPDX-License-Identifier: Apache-2.0
#include "enforce/binding.h"

#include <errno.h>
#include <stdlib.h>

#include "lsm/abi.h"

int binding_new(uint32_t slot, struct binding **ret_binding)
{
	struct binding *binding = calloc(1, sizeof(*binding));

	if (!binding)
		return -ENOMEM;
	binding->slot = slot;
	*ret_binding = binding;
	return 0;
}

struct binding *binding_free(struct binding *binding)
{
	if (binding)
		counter_block_clear(&binding->block);
	free(binding);
	return NULL;
}

uint64_t binding_word(const struct binding *binding)
{
	if (!binding->published)
		return 0;
	return SLOT_WORD(binding->published->index, binding->block.start);
}

const struct image *binding_image(const struct binding *binding)
{
	return binding->published ? binding->published->image : NULL;
}

struct harvest {
	const struct binding *binding;
	enforcer_harvest_fn gained;
	void *data;
};

static uint32_t rule_of(uint32_t counter)
{
	if (counter >= COUNTER_RULES)
		return counter - COUNTER_RULES;
	return counter >= COUNTER_CLOSED ? RULE_CLOSED : HARVEST_NO_RULE;
}

static void report(uint32_t counter, uint64_t gain, void *data)
{
	const struct harvest *harvest = data;

	if (harvest->gained)
		harvest->gained(harvest->binding->slot, binding_image(harvest->binding),
				counter, rule_of(counter), gain, harvest->data);
}

void binding_harvest(const struct binding *binding, struct counters *counters,
		     enforcer_harvest_fn gained, void *data)
{
	struct harvest harvest = {.binding = binding, .gained = gained, .data = data};

	counters_harvest(counters, &binding->block, report, &harvest);
}
