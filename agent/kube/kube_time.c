// SPDX-License-Identifier: Apache-2.0
#include "kube/kube_time.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/clock.h"

static size_t put_seconds(uint64_t wall, char text[KUBE_TIME_TEXT])
{
	time_t seconds = (time_t)(wall / NS_PER_SECOND);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return strftime(text, KUBE_TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
}

void kube_time(uint64_t wall, char text[KUBE_TIME_TEXT])
{
	size_t length = put_seconds(wall, text);

	snprintf(text + length, KUBE_TIME_TEXT - length, "Z");
}

void kube_time_micro(uint64_t wall, char text[KUBE_TIME_TEXT])
{
	size_t length = put_seconds(wall, text);

	snprintf(text + length, KUBE_TIME_TEXT - length, ".%06uZ",
		 (unsigned)(wall % NS_PER_SECOND / 1000));
}

/* What stands behind the "." in front of @text, as nanoseconds. */
static uint64_t read_fraction(const char **text)
{
	uint64_t value = 0, scale = NS_PER_SECOND;

	for (; isdigit((unsigned char)**text); (*text)++) {
		scale /= 10;
		value += (uint64_t)(**text - '0') * scale;
	}
	return value;
}

int kube_time_read(const char *text, uint64_t *ret_wall)
{
	struct tm tm = {0};
	uint64_t fraction = 0;
	const char *rest;
	time_t seconds;

	rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	if (rest && *rest == '.') {
		rest++;
		fraction = read_fraction(&rest);
	}
	if (!rest || strcmp(rest, "Z") != 0)
		return -EINVAL;
	seconds = timegm(&tm);
	if (seconds < 0)
		return -EINVAL;
	*ret_wall = (uint64_t)seconds * NS_PER_SECOND + fraction;
	return 0;
}
