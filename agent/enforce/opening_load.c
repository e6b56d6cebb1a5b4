// SPDX-License-Identifier: Apache-2.0

/* The part of opening.h that loads; in which order, and why, is said at kernel_open(). */

#include <errno.h>
#include <string.h>

#include "enforce/demand.h"
#include "enforce/detail.h"
#include "enforce/libbpf_log.h"
#include "enforce/opening.h"

static int pin_maps(struct opening *opening)
{
	for (int i = 0; i < KERNEL_MAPS; i++) {
		int *fd = &opening->kernel->maps[i];
		int r;

		if (*fd >= 0)
			continue;
		r = pins_put(opening->pins, PIN_MAPS, kernel_map_names[i],
			     skeleton_map_fd(opening->skeleton, kernel_map_names[i]));
		if (r == 0)
			r = pins_get(opening->pins, PIN_MAPS, kernel_map_names[i], fd);
		if (r < 0)
			return opening_fail(opening, r, "pin the maps");
	}
	return 0;
}

static int pin_programs(const struct opening *opening,
			bool (*is_wanted)(const struct bpf_program *program))
{
	struct bpf_program *program = NULL;

	while ((program = skeleton_next_program(opening->skeleton, program))) {
		int r;

		if (!is_wanted(program))
			continue;
		r = pins_put(opening->pins, PIN_PROGRAMS, bpf_program__name(program),
			     bpf_program__fd(program));
		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_on_demand(const struct bpf_program *program)
{
	return demand_of(bpf_program__name(program));
}

static int pin_calls(const struct opening *opening)
{
	int r = pin_programs(opening, skeleton_is_callable);

	return r < 0 ? r : opening_calls(opening);
}

int opening_attach_failed(const struct opening *opening, int error, const char *name)
{
	return detail(opening->reterr_detail, ENFORCER_E_LOAD, "attach %s: %s: %s", name,
		      strerror(-error), libbpf_log_text());
}

static int attach(const struct opening *opening)
{
	const char *name = NULL;
	int r = links_attach(opening->pins, opening->skeleton, &name);

	if (r == 0)
		return 0;
	/* What is in force stays so alone. */
	pins_keep(opening->pins, PIN_NEW, NULL, NULL);
	return opening_attach_failed(opening, r, name);
}

static int put_in_place(const struct opening *opening, const struct build *build)
{
	struct kernel *kernel = opening->kernel;
	int r;

	__atomic_store_n(&kernel->state->generation, build->generation, __ATOMIC_RELEASE);
	/* Of this generation, as the links beside which they may be attached. */
	r = pin_programs(opening, is_on_demand);
	if (r == 0)
		r = pins_promote(opening->pins, PIN_LINKS);
	if (r == 0)
		r = links_drop_others(opening->pins, opening->skeleton);
	if (r == 0)
		r = build_write(opening->build_fd, build);
	if (r == 0)
		r = links_open(opening->pins, opening->skeleton, &kernel->links);
	return r < 0 ? opening_fail(opening, r, "put the links in place") : 0;
}

static int configure(const struct opening *opening, uint32_t generation)
{
	int r = skeleton_configure(opening->skeleton, opening->options, generation);

	if (r == 0)
		return 0;
	return detail(opening->reterr_detail, r == -EACCES ? ENFORCER_E_PRIVILEGE : r,
		      "/proc/1/ns/mnt: %s: the agent must see the host's processes "
		      "(hostPID: true) "
		      "and have CAP_SYS_PTRACE",
		      strerror(-r));
}

int opening_programs(const struct opening *opening, uint32_t generation)
{
	int r = configure(opening, generation);

	if (r)
		return r;
	r = skeleton_load(opening->skeleton);
	return r < 0 ? opening_fail(opening, r, "load the programs") : 0;
}

int opening_load(struct opening *opening, const struct build_id *id)
{
	const struct state *state = opening->kernel->state;
	const struct build build = {.id = *id,
				    .generation = (state ? state->generation : 0) + 1};
	int r = opening_programs(opening, build.generation);

	if (r == 0)
		r = pin_maps(opening);
	if (r == 0)
		r = opening_state(opening);
	if (r)
		return r;
	opening->kernel->state->abi_version = ABI_VERSION;
	r = pin_calls(opening);
	if (r < 0)
		return opening_fail(opening, r, "pin the programs");
	r = attach(opening);
	return r ? r : put_in_place(opening, &build);
}
