// SPDX-License-Identifier: Apache-2.0
#include "enforce/opening.h"

#include <errno.h>
#include <sys/mman.h>

#include "enforce/clock.h"
#include "enforce/requirements.h"
#include "util/cleanup.h"

const char *const kernel_map_names[KERNEL_MAPS] = {
	[KERNEL_CGROUPS] = "cgroups",	    [KERNEL_SLOTS] = "slots",
	[KERNEL_IMAGES] = "images",	    [KERNEL_COUNTERS] = "counters",
	[KERNEL_FILTER] = "filter",	    [KERNEL_ENTERING] = "entering",
	[KERNEL_IDENTITIES] = "identities", [KERNEL_STATE] = "state",
	[KERNEL_EVENTS] = "events",	    [KERNEL_SCRIPTS] = "scripts",
};

const char *const kernel_call_names[KERNEL_CALLS] = {
	[KERNEL_ASSIGN] = "cgroup_assign",
	[KERNEL_REMOVE] = "cgroup_remove",
	[KERNEL_IDENTITY] = "identity_read",
};

int opening_fail(const struct opening *opening, int error, const char *what)
{
	return requirements_explain(error, what, opening->reterr_detail);
}

int opening_state(struct opening *opening)
{
	struct kernel *kernel = opening->kernel;
	void *memory;

	if (kernel->state || kernel->maps[KERNEL_STATE] < 0)
		return 0;
	memory = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED,
		      kernel->maps[KERNEL_STATE], 0);
	if (memory == MAP_FAILED)
		return opening_fail(opening, -errno, "map the state");
	kernel->state = memory;
	clock_tell(kernel->state);
	return 0;
}

int opening_calls(const struct opening *opening)
{
	for (int i = 0; i < KERNEL_CALLS; i++) {
		int *fd = &opening->kernel->calls[i];
		int r;

		closep(fd);
		*fd = -1;
		r = pins_get(opening->pins, PIN_PROGRAMS, kernel_call_names[i], fd);
		if (r < 0)
			return r;
	}
	return 0;
}
