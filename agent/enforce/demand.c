// SPDX-License-Identifier: Apache-2.0
#include "enforce/demand.h"

#include <string.h>

#include "lsm/image.h"
#include "util/cleanup.h"

/* Their hooks are called for every message that anyone on the node sends. */
static const struct {
	const char *program;
	uint32_t sections;
} on_demand[] = {
	{"net_sendmsg", IMAGE_HAS_SENDMSG},
	{"unix_connect", IMAGE_HAS_UNIX},
	{"unix_send", IMAGE_HAS_UNIX},
};

uint32_t demand_of(const char *program)
{
	for (size_t i = 0; i < ARRAY_SIZE(on_demand); i++)
		if (!strcmp(on_demand[i].program, program))
			return on_demand[i].sections;
	return 0;
}

uint32_t demand_by(const struct image *image)
{
	return WORD_LO(image->words[IMAGE_H_SECTIONS]);
}
