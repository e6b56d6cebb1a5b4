// SPDX-License-Identifier: Apache-2.0
#include "deadline.h"

#include <string.h>

#include "util/clock.h"

void deadline_keep(json_t *item, uint64_t until)
{
	char boot[BOOT_ID_TEXT];

	if (!boot_id(boot))
		return;
	json_object_set_new(item, "bootId", json_string(boot));
	json_object_set_new(item, "endBootNs", json_integer((json_int_t)until));
}

void deadline_forget(json_t *item)
{
	json_object_del(item, "bootId");
	json_object_del(item, "endBootNs");
}

static bool is_of_this_boot(const json_t *item)
{
	const char *kept = json_string_value(json_object_get(item, "bootId"));
	char boot[BOOT_ID_TEXT];

	return kept && boot_id(boot) && !strcmp(kept, boot) &&
	       json_is_integer(json_object_get(item, "endBootNs"));
}

bool deadline_read(const json_t *item, uint64_t *ret_until)
{
	uint64_t end = (uint64_t)json_integer_value(json_object_get(item, "endWallNs"));
	uint64_t wall = clock_wall(), now = clock_boot();

	if (end == 0)
		*ret_until = 0;
	else if (is_of_this_boot(item))
		*ret_until =
			(uint64_t)json_integer_value(json_object_get(item, "endBootNs"));
	else
		*ret_until = end > wall ? now + (end - wall) : now;
	return end == 0 || *ret_until > now;
}
