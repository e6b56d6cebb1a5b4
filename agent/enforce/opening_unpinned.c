// SPDX-License-Identifier: Apache-2.0

/*
 * The part of opening.h that loads for one process alone, as a dry run does. Maps,
 * programs and links are held by descriptors, and go when the last is closed, also when
 * the process is killed.
 */

#include <errno.h>
#include <fcntl.h>

#include "enforce/opening.h"

/* Of the one life that there is. */
#define GENERATION 1

static int size_and_trace(const struct opening *opening)
{
	const struct enforcer_options *options = opening->options;
	int r = 0;

	if (options->ring_size)
		r = skeleton_size_map(opening->skeleton, kernel_map_names[KERNEL_EVENTS],
				      options->ring_size);
	if (r == 0 && options->tracing)
		r = skeleton_trace(opening->skeleton);
	return r < 0 ? opening_fail(opening, r, "prepare the programs") : 0;
}

/* The skeleton closes its own descriptors. */
static int keep(int fd, int *ret_fd)
{
	if (fd < 0)
		return fd;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

static int keep_all(const struct opening *opening)
{
	struct kernel *kernel = opening->kernel;
	int r = 0;

	for (int i = 0; r == 0 && i < KERNEL_MAPS; i++)
		r = keep(skeleton_map_fd(opening->skeleton, kernel_map_names[i]),
			 &kernel->maps[i]);
	for (int i = 0; r == 0 && i < KERNEL_CALLS; i++)
		r = keep(skeleton_program_fd(opening->skeleton, kernel_call_names[i]),
			 &kernel->calls[i]);
	return r < 0 ? opening_fail(opening, r, "keep the maps and programs") : 0;
}

static int attach(const struct opening *opening)
{
	const char *name = NULL;
	int r = links_attach_unpinned(opening->skeleton, &name, &opening->kernel->links);

	return r < 0 ? opening_attach_failed(opening, r, name) : 0;
}

int opening_unpinned(struct opening *opening)
{
	int r = size_and_trace(opening);

	if (r == 0)
		r = opening_programs(opening, GENERATION);
	if (r == 0)
		r = keep_all(opening);
	if (r == 0)
		r = opening_state(opening);
	if (r)
		return r;
	opening->kernel->state->abi_version = ABI_VERSION;
	opening->kernel->state->generation = GENERATION;
	return attach(opening);
}
