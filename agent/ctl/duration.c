// SPDX-License-Identifier: Apache-2.0
#include "ctl/duration.h"

#include <errno.h>
#include <stdlib.h>

#include "util/cleanup.h"

static const struct {
	char name;
	uint32_t seconds;
} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

/* The unit named @name, from @first on; ARRAY_SIZE(units) when there is none. */
static size_t find_unit(size_t first, char name)
{
	while (first < ARRAY_SIZE(units) && units[first].name != name)
		first++;
	return first;
}

int duration_parse(const char *text, uint64_t *ret_seconds)
{
	uint64_t sum = 0, number;
	size_t unit = 0;
	char *end;

	for (; *text; text = end + 1, unit++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		errno = 0;
		number = strtoull(text, &end, 10);
		unit = find_unit(unit, *end);
		if (unit == ARRAY_SIZE(units))
			return -EINVAL;
		if (errno || number > DURATION_MAX)
			return -ERANGE;
		sum += number * units[unit].seconds;
	}
	if (!sum)
		return -EINVAL;
	if (sum > DURATION_MAX)
		return -ERANGE;
	*ret_seconds = sum;
	return 0;
}

void duration_write(uint64_t seconds, FILE *file)
{
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(units) && n < 2; i++) {
		uint64_t number = seconds / units[i].seconds;

		if (number)
			fprintf(file, "%llu%c", (unsigned long long)number,
				units[i].name);
		n += number || n;
		seconds %= units[i].seconds;
	}
	if (!n)
		fputs("0s", file);
}
