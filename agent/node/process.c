// SPDX-License-Identifier: Apache-2.0
#include "node/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

static FILE *open_of(int pid, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	return fopen(path, "re");
}

/* Field 22 of /proc/PID/stat. The second is a name in brackets, which may hold any. */
int process_birth(int pid, uint64_t *ret_ticks)
{
	_cleanup_(fclosep) FILE *file = open_of(pid, "stat");
	char line[1024], *at;

	if (!file || !fgets(line, sizeof(line), file))
		return -ESRCH;
	at = strrchr(line, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return -ESRCH;
	*ret_ticks = strtoull(at, NULL, 10);
	return 0;
}

/* Its numbers, from the outermost pid namespace inwards. */
bool process_is_first(int pid)
{
	_cleanup_(fclosep) FILE *file = open_of(pid, "status");
	char line[1024];
	int outer, own, further;

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "NSpid:", 6))
			return sscanf(line + 6, "%d %d %d", &outer, &own, &further) ==
				       2 &&
			       own == 1;
	return false;
}
