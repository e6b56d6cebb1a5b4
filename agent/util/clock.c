/* SPDX-License-Identifier: Apache-2.0 */
#include "util/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/cleanup.h"

static uint64_t now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * NS_PER_SECOND + (uint64_t)time.tv_nsec;
}

uint64_t clock_boot(void)
{
	return now(CLOCK_BOOTTIME);
}

uint64_t clock_wall(void)
{
	return now(CLOCK_REALTIME);
}

void clock_text(uint64_t wall, char text[CLOCK_TEXT])
{
	time_t seconds = (time_t)(wall / NS_PER_SECOND);
	unsigned long fraction = wall % NS_PER_SECOND;
	struct tm parts;
	size_t length;

	gmtime_r(&seconds, &parts);
	length = strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(text + length, CLOCK_TEXT - length, ".%09luZ", fraction);
}

/* Digits where @shape has 0, any other character as it is there. */
static bool has_shape(const char *text, const char *shape)
{
	for (; *shape; shape++, text++)
		if (*shape == '0' ? *text < '0' || *text > '9' : *text != *shape)
			return false;
	return true;
}

/* ".5", or nothing. Return: what follows it; NULL: no digit after the point. */
static const char *parse_fraction(const char *text, uint64_t *ret_ns)
{
	uint64_t unit = NS_PER_SECOND / 10;

	*ret_ns = 0;
	if (*text != '.')
		return text;
	if (!has_shape(++text, "0"))
		return NULL;
	for (; has_shape(text, "0"); text++, unit /= 10)
		*ret_ns += unit * (uint64_t)(*text - '0');
	return text;
}

/* "Z", "+01:00". Return: false: it is none. */
static bool parse_offset(const char *text, time_t *ret_seconds)
{
	int hours = 0, minutes = 0;

	*ret_seconds = 0;
	if (!strcmp(text, "Z") || !strcmp(text, "z"))
		return true;
	if ((*text != '+' && *text != '-') || !has_shape(text + 1, "00:00") || text[6])
		return false;
	sscanf(text + 1, "%2d:%2d", &hours, &minutes);
	*ret_seconds = (hours * 60 + minutes) * (*text == '-' ? -60 : 60);
	return hours < 24 && minutes < 60;
}

int clock_parse(const char *text, uint64_t *ret_wall)
{
	struct tm parts = {0}, given;
	time_t offset, seconds;
	uint64_t fraction;
	const char *rest;

	if (!has_shape(text, "0000-00-00T00:00:00"))
		return -EINVAL;
	rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);
	rest = rest ? parse_fraction(rest, &fraction) : NULL;
	if (!rest || !parse_offset(rest, &offset))
		return -EINVAL;
	given = parts;
	seconds = timegm(&parts);
	/* A 31st of February is another day by now. */
	if (parts.tm_mday != given.tm_mday || seconds < offset)
		return -EINVAL;
	*ret_wall = (uint64_t)(seconds - offset) * NS_PER_SECOND + fraction;
	return 0;
}

bool boot_id(char text[BOOT_ID_TEXT])
{
	_cleanup_(fclosep) FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	*text = '\0';
	if (!file || !fgets(text, BOOT_ID_TEXT, file))
		return false;
	text[strcspn(text, "\n")] = '\0';
	return *text;
}
