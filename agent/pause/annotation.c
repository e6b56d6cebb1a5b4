// SPDX-License-Identifier: Apache-2.0
#include "pause/annotation.h"

#include <errno.h>
#include <string.h>

#include "util/clock.h"

int pause_annotation_read(const char *value, struct pauses *pauses)
{
	uint64_t end, wall = clock_wall();

	if (value && !strcmp(value, "true"))
		return pauses_set(pauses, PAUSE_BY_NODE, 0, NULL);
	if (!value || !*value || !strcmp(value, "false")) {
		pauses_lift(pauses, PAUSE_BY_NODE);
		return 0;
	}
	if (clock_parse(value, &end) == 0 && end > wall)
		return pauses_set(pauses, PAUSE_BY_NODE, clock_boot() + (end - wall),
				  NULL);
	if (clock_parse(value, &end) < 0)
		return -EINVAL;
	pauses_lift(pauses, PAUSE_BY_NODE);
	return 0;
}
