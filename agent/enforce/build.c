// SPDX-License-Identifier: Apache-2.0
#include "enforce/build.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <errno.h>

#include "util/cleanup.h"

#define NAME "build"

static_assert(sizeof(struct build) == 24, "the map's value");

static const uint32_t zero = 0;

static int make(const struct pins *pins)
{
	_cleanup_(closep) int fd =
		bpf_map_create(BPF_MAP_TYPE_ARRAY, "lsmd_build", sizeof(zero),
			       sizeof(struct build), 1, NULL);
	int r;

	if (fd < 0)
		return fd;
	r = pins_put(pins, PIN_MAPS, NAME, fd);
	return r < 0 ? r : TAKE_FD(fd);
}

int build_open(const struct pins *pins, int *ret_fd, struct build *ret_build)
{
	_cleanup_(closep) int fd = -1;
	int r = pins_get(pins, PIN_MAPS, NAME, &fd);

	if (r == -ENOENT)
		fd = r = make(pins);
	if (r < 0)
		return r;
	r = bpf_map_lookup_elem(fd, &zero, ret_build);
	if (r < 0)
		return r;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int build_write(int fd, const struct build *build)
{
	return bpf_map_update_elem(fd, &zero, build, BPF_ANY);
}
