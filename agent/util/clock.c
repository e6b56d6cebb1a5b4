/* SPDX-License-Identifier: Apache-2.0 */
#include "util/clock.h"

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

bool boot_id(char text[BOOT_ID_TEXT])
{
	_cleanup_(fclosep) FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	*text = '\0';
	if (!file || !fgets(text, BOOT_ID_TEXT, file))
		return false;
	text[strcspn(text, "\n")] = '\0';
	return *text;
}
