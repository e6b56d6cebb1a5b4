// SPDX-License-Identifier: Apache-2.0
#include "enforce/pinned_state.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

#include "util/cleanup.h"

void pinned_state_set(struct state *state, uint32_t sources, uint64_t until)
{
	/* In this order: never paused without the end that it is to have. */
	if (!sources)
		__atomic_store_n(&state->paused, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&state->paused_until, until, __ATOMIC_RELEASE);
	if (sources)
		__atomic_store_n(&state->paused, sources, __ATOMIC_RELEASE);
}

static void unmap(struct state **state)
{
	if (*state)
		munmap(*state, sizeof(**state));
}

static int map_state(const char *pin_directory, struct state **ret_state)
{
	_cleanup_(freep) char *path = NULL;
	_cleanup_(closep) int fd = -1;
	void *memory;

	if (asprintf(&path, "%s/maps/state", pin_directory) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	fd = bpf_obj_get(path);
	if (fd < 0)
		return fd;
	memory = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		      0);
	if (memory == MAP_FAILED)
		return -errno;
	*ret_state = memory;
	return 0;
}

static int open_state(const char *pin_directory, struct state **ret_state)
{
	_cleanup_(unmap) struct state *state = NULL;
	int r = map_state(pin_directory, &state);

	if (r < 0)
		return r;
	if (!state || state->abi_version != ABI_VERSION)
		return -EPROTO;
	*ret_state = TAKE_PTR(state);
	return 0;
}

int pinned_state_pause(const char *pin_directory, uint32_t sources, uint64_t until)
{
	_cleanup_(unmap) struct state *state = NULL;
	int r = open_state(pin_directory, &state);

	if (r == 0)
		pinned_state_set(state, sources, until);
	return r;
}

int pinned_state_read(const char *pin_directory, uint32_t *ret_sources,
		      uint64_t *ret_until)
{
	_cleanup_(unmap) struct state *state = NULL;
	int r = open_state(pin_directory, &state);

	if (r < 0)
		return r;
	*ret_sources = __atomic_load_n(&state->paused, __ATOMIC_ACQUIRE);
	*ret_until = __atomic_load_n(&state->paused_until, __ATOMIC_ACQUIRE);
	return 0;
}
