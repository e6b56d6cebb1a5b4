// SPDX-License-Identifier: Apache-2.0
#include "enforce/map_info.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "util/cleanup.h"

int map_info(int fd, struct bpf_map_info *ret_info)
{
	struct bpf_map_info info = {0};
	uint32_t length = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &length) < 0)
		return -errno;
	*ret_info = info;
	return 0;
}

uint64_t map_bytes(int fd)
{
	_cleanup_(fclosep) FILE *file = NULL;
	char path[64], line[256];
	uint64_t bytes;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "memlock: %" SCNu64, &bytes) == 1)
			return bytes;
	return 0;
}
