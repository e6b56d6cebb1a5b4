// SPDX-License-Identifier: Apache-2.0
#include "enforce/kernel.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "enforce/build.h"
#include "enforce/detail.h"
#include "enforce/libbpf_log.h"
#include "enforce/requirements.h"
#include "util/cleanup.h"

static const char *const map_names[KERNEL_MAPS] = {
	[KERNEL_CGROUPS] = "cgroups",	      [KERNEL_SLOTS] = "slots",
	[KERNEL_IMAGES] = "images",	      [KERNEL_COUNTERS] = "counters",
	[KERNEL_FILTER] = "filter",	      [KERNEL_ENTERING] = "entering",
	[KERNEL_IDENTITIES] = "identities",   [KERNEL_STATE] = "state",
	[KERNEL_EVENTS] = "events",
};

static const char *const call_names[KERNEL_CALLS] = {
	[KERNEL_ASSIGN] = "cgroup_assign",
	[KERNEL_REMOVE] = "cgroup_remove",
};

/* One opening: what it is about, beside the kernel itself. */
struct opening {
	struct kernel *kernel;
	const struct pins *pins;
	const struct enforcer_options *options;
	struct skeleton *skeleton;
	struct build build; /* what is recorded */
	int build_fd;
	char **reterr_detail;
};

static void opening_clear(struct opening *opening)
{
	skeleton_free(opening->skeleton);
	closep(&opening->build_fd);
}

void kernel_init(struct kernel *kernel)
{
	*kernel = (struct kernel){0};
	for (int i = 0; i < KERNEL_MAPS; i++)
		kernel->maps[i] = -1;
	for (int i = 0; i < KERNEL_CALLS; i++)
		kernel->calls[i] = -1;
}

void kernel_close(struct kernel *kernel)
{
	window_close(&kernel->slots);
	window_close(&kernel->counters);
	if (kernel->state)
		munmap(kernel->state, sizeof(struct state));
	links_close(&kernel->links);
	for (int i = 0; i < KERNEL_CALLS; i++)
		closep(&kernel->calls[i]);
	for (int i = 0; i < KERNEL_MAPS; i++)
		closep(&kernel->maps[i]);
	kernel_init(kernel);
}

static int fail(const struct opening *opening, int error, const char *what)
{
	return requirements_explain(error, what, opening->reterr_detail);
}

/* --- what an earlier life left ------------------------------------------------------------ */

static int open_pinned_maps(struct opening *opening)
{
	for (int i = 0; i < KERNEL_MAPS; i++) {
		int *fd = &opening->kernel->maps[i];
		int r = pins_get(opening->pins, PIN_MAPS, map_names[i], fd);

		if (r == -ENOENT)
			continue;
		if (r == 0)
			r = skeleton_use_map(opening->skeleton, map_names[i], *fd);
		if (r == -EEXIST)
			return detail(opening->reterr_detail, ENFORCER_E_ABI,
				      "the pinned map \"%s\" has another layout than this lsmd "
				      "has: run lsmd --unload, then start again",
				      map_names[i]);
		if (r < 0)
			return fail(opening, r, "open the pinned maps");
	}
	return 0;
}

static int open_state(struct opening *opening)
{
	struct kernel *kernel = opening->kernel;
	void *memory;

	if (kernel->state || kernel->maps[KERNEL_STATE] < 0)
		return 0;
	memory = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED,
		      kernel->maps[KERNEL_STATE], 0);
	if (memory == MAP_FAILED)
		return fail(opening, -errno, "map the state");
	kernel->state = memory;
	return 0;
}

/* Version 0 is a load that was killed before it wrote one: nothing was attached yet. */
static int check_abi(const struct opening *opening)
{
	const struct state *state = opening->kernel->state;

	if (!state || !state->abi_version || state->abi_version == ABI_VERSION)
		return 0;
	return detail(opening->reterr_detail, ENFORCER_E_ABI,
		      "what is pinned has version %u, this lsmd has %u: run lsmd --unload, then "
		      "start again",
		      state->abi_version, (unsigned)ABI_VERSION);
}

/* The generation is switched when all new links are there, and recorded when all are in place. */
static int recover(const struct opening *opening)
{
	const struct state *state = opening->kernel->state;
	int r;

	if (state && state->generation != opening->build.generation)
		r = pins_promote(opening->pins, PIN_LINKS);
	else
		r = pins_keep(opening->pins, PIN_NEW, NULL, NULL);
	return r < 0 ? fail(opening, r, "clear up after a load that was cut short") : 0;
}

static int open_calls(const struct opening *opening)
{
	for (int i = 0; i < KERNEL_CALLS; i++) {
		int *fd = &opening->kernel->calls[i];
		int r;

		closep(fd);
		*fd = -1;
		r = pins_get(opening->pins, PIN_PROGRAMS, call_names[i], fd);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool has_all_maps(const struct kernel *kernel)
{
	for (int i = 0; i < KERNEL_MAPS; i++)
		if (kernel->maps[i] < 0)
			return false;
	return true;
}

static bool can_keep(const struct opening *opening, const struct build_id *id)
{
	struct kernel *kernel = opening->kernel;

	return !memcmp(&opening->build.id, id, sizeof(*id)) && has_all_maps(kernel) &&
	       open_calls(opening) == 0 &&
	       links_open(opening->pins, opening->skeleton, &kernel->links) == 0;
}

/* --- loading ------------------------------------------------------------------------------ */

static int pin_maps(struct opening *opening)
{
	for (int i = 0; i < KERNEL_MAPS; i++) {
		int *fd = &opening->kernel->maps[i];
		int r;

		if (*fd >= 0)
			continue;
		r = pins_put(opening->pins, PIN_MAPS, map_names[i],
			     skeleton_map_fd(opening->skeleton, map_names[i]));
		if (r == 0)
			r = pins_get(opening->pins, PIN_MAPS, map_names[i], fd);
		if (r < 0)
			return fail(opening, r, "pin the maps");
	}
	return 0;
}

static int pin_calls(const struct opening *opening)
{
	struct bpf_program *program = NULL;

	while ((program = skeleton_next_program(opening->skeleton, program))) {
		int r;

		if (!skeleton_is_callable(program))
			continue;
		r = pins_put(opening->pins, PIN_PROGRAMS, bpf_program__name(program),
			     bpf_program__fd(program));
		if (r < 0)
			return r;
	}
	return open_calls(opening);
}

static int attach(const struct opening *opening)
{
	const char *name = NULL;
	int r = links_attach(opening->pins, opening->skeleton, &name);

	if (r == 0)
		return 0;
	return detail(opening->reterr_detail, ENFORCER_E_LOAD, "attach %s: %s: %s", name,
		      strerror(-r), libbpf_log_text());
}

static int put_in_place(const struct opening *opening, const struct build *build)
{
	struct kernel *kernel = opening->kernel;
	int r;

	__atomic_store_n(&kernel->state->generation, build->generation, __ATOMIC_RELEASE);
	r = pins_promote(opening->pins, PIN_LINKS);
	if (r == 0)
		r = links_drop_others(opening->pins, opening->skeleton);
	if (r == 0)
		r = build_write(opening->build_fd, build);
	if (r == 0)
		r = links_open(opening->pins, opening->skeleton, &kernel->links);
	return r < 0 ? fail(opening, r, "put the links in place") : 0;
}

static int configure(const struct opening *opening, uint32_t generation)
{
	int r = skeleton_configure(opening->skeleton, opening->options, generation);

	if (r == 0)
		return 0;
	return detail(opening->reterr_detail, r == -EACCES ? ENFORCER_E_PRIVILEGE : r,
		      "/proc/1/ns/mnt: %s: the agent must see the host's processes (hostPID: true) "
		      "and have CAP_SYS_PTRACE",
		      strerror(-r));
}

static int load_programs(const struct opening *opening, uint32_t generation)
{
	int r = configure(opening, generation);

	if (r)
		return r;
	r = skeleton_load(opening->skeleton);
	return r < 0 ? fail(opening, r, "load the programs") : 0;
}

static int load(struct opening *opening, const struct build_id *id)
{
	const struct state *state = opening->kernel->state;
	const struct build build = {.id = *id, .generation = (state ? state->generation : 0) + 1};
	int r = load_programs(opening, build.generation);

	if (r == 0)
		r = pin_maps(opening);
	if (r == 0)
		r = open_state(opening);
	if (r)
		return r;
	opening->kernel->state->abi_version = ABI_VERSION;
	r = pin_calls(opening);
	if (r < 0)
		return fail(opening, r, "pin the programs");
	r = attach(opening);
	return r ? r : put_in_place(opening, &build);
}

static int open_memory(struct opening *opening)
{
	struct kernel *kernel = opening->kernel;
	int r = window_open(kernel->maps[KERNEL_SLOTS], LIMIT_SLOTS * sizeof(struct slot),
			    &kernel->slots);

	if (r == 0)
		r = window_open(kernel->maps[KERNEL_COUNTERS], LIMIT_COUNTERS * sizeof(uint64_t),
				&kernel->counters);
	return r < 0 ? fail(opening, r, "map the slots and counters") : 0;
}

/* Images of an earlier life, and the attached programs, are opened by id. Where that is not
 * allowed it is to be known before anything is changed. */
static int check_ids(const struct opening *opening)
{
	uint32_t id = 0;
	int r = bpf_map_get_next_id(id, &id);

	return r < 0 && r != -ENOENT ? fail(opening, r, "list the maps") : 0;
}

static int open_all(struct opening *opening)
{
	const struct build_id id = skeleton_build_id(opening->options);
	int r = check_ids(opening);

	if (r == 0)
		r = open_pinned_maps(opening);
	if (r == 0)
		r = open_state(opening);
	if (r == 0)
		r = check_abi(opening);
	if (r == 0)
		r = recover(opening);
	if (r)
		return r;
	opening->kernel->was_there = pins_has_any(opening->pins, PIN_LINKS);
	r = can_keep(opening, &id) ? 0 : load(opening, &id);
	return r ? r : open_memory(opening);
}

/* 5.10 charges maps to the limit of locked memory, which is small by default. */
static void raise_memlock(void)
{
	const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

	setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

int kernel_open(struct kernel *kernel, const struct pins *pins,
		const struct enforcer_options *options, char **reterr_detail)
{
	_cleanup_(opening_clear) struct opening opening = {
		.kernel = kernel,
		.pins = pins,
		.options = options,
		.build_fd = -1,
		.reterr_detail = reterr_detail,
	};
	int r;

	libbpf_log_start();
	raise_memlock();
	r = skeleton_open(&opening.skeleton);
	if (r < 0)
		return fail(&opening, r, "read the programs");
	r = build_open(pins, &opening.build_fd, &opening.build);
	if (r < 0)
		return fail(&opening, r, "open the pinned maps");
	return open_all(&opening);
}

int kernel_call(const struct kernel *kernel, enum kernel_call call, const uint64_t *arguments,
		uint32_t n)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = arguments,
		    .ctx_size_in = n * (uint32_t)sizeof(*arguments));
	int r = bpf_prog_test_run_opts(kernel->calls[call], &options);

	return r < 0 ? r : (int)options.retval;
}
