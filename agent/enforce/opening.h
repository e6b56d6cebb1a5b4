/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_OPENING_H
#define LSMD_ENFORCE_OPENING_H

/* One kernel_open() under way: what its steps share. */

#include "enforce/build.h"
#include "enforce/kernel.h"
#include "enforce/skeleton.h"

struct opening {
	struct kernel *kernel;
	const struct pins *pins; /* unpinned: not open */
	const struct enforcer_options *options;
	struct skeleton *skeleton;
	struct build build; /* what is recorded */
	int build_fd;
	char **reterr_detail;
};

/* Names of the maps and programs, which are those of their pins too. */
extern const char *const kernel_map_names[KERNEL_MAPS];
extern const char *const kernel_call_names[KERNEL_CALLS];

/** opening_fail() - Return: the outcome that @error is, with its detail set. */
int opening_fail(const struct opening *opening, int error, const char *what);

/** opening_state() - Map the state, once there is one. Return: 0, or an outcome. */
int opening_state(struct opening *opening);

/** opening_calls() - Open the programs that the agent runs. Return: 0, negative errno. */
int opening_calls(const struct opening *opening);

/** opening_programs() - Configure and load the programs. Return: 0, or an outcome. */
int opening_programs(const struct opening *opening, uint32_t generation);

/** opening_attach_failed() - Return: the outcome that it is, with its detail set. */
int opening_attach_failed(const struct opening *opening, int error, const char *name);

/** opening_unpinned() - Load and attach everything for this process alone. */
int opening_unpinned(struct opening *opening);

/** opening_load() - Load everything anew, and put it in place of what is there. */
int opening_load(struct opening *opening, const struct build_id *id);

#endif
