// SPDX-License-Identifier: Apache-2.0
#include "enforce/kernel.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "enforce/detail.h"
#include "enforce/libbpf_log.h"
#include "enforce/opening.h"
#include "util/cleanup.h"

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

/* --- what an earlier life left
 * ------------------------------------------------------------ */

static int open_pinned_maps(struct opening *opening)
{
	for (int i = 0; i < KERNEL_MAPS; i++) {
		int *fd = &opening->kernel->maps[i];
		int r = pins_get(opening->pins, PIN_MAPS, kernel_map_names[i], fd);

		if (r == -ENOENT)
			continue;
		if (r == 0)
			r = skeleton_use_map(opening->skeleton, kernel_map_names[i], *fd);
		if (r == -EEXIST)
			return detail(
				opening->reterr_detail, ENFORCER_E_ABI,
				"the pinned map \"%s\" has another layout than this lsmd "
				"has: run lsmd --unload, then start again",
				kernel_map_names[i]);
		if (r < 0)
			return opening_fail(opening, r, "open the pinned maps");
	}
	return 0;
}

/* Version 0 is a load that was killed before it wrote one: nothing was attached yet. */
static int check_abi(const struct opening *opening)
{
	const struct state *state = opening->kernel->state;

	if (!state || !state->abi_version || state->abi_version == ABI_VERSION)
		return 0;
	return detail(opening->reterr_detail, ENFORCER_E_ABI,
		      "what is pinned has version %u, this lsmd has %u: run lsmd "
		      "--unload, then "
		      "start again",
		      state->abi_version, (unsigned)ABI_VERSION);
}

/* The generation is switched when all new links are there, and recorded when all are in
 * place. */
static int recover(const struct opening *opening)
{
	const struct state *state = opening->kernel->state;
	int r;

	if (state && state->generation != opening->build.generation)
		r = pins_promote(opening->pins, PIN_LINKS);
	else
		r = pins_keep(opening->pins, PIN_NEW, NULL, NULL);
	return r < 0 ? opening_fail(opening, r,
				    "clear up after a load that was cut short")
		     : 0;
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
	       opening_calls(opening) == 0 &&
	       links_open(opening->pins, opening->skeleton, &kernel->links) == 0;
}

static int open_memory(const struct opening *opening)
{
	struct kernel *kernel = opening->kernel;
	int r = window_open(kernel->maps[KERNEL_SLOTS], LIMIT_SLOTS * sizeof(struct slot),
			    &kernel->slots);

	if (r == 0)
		r = window_open(kernel->maps[KERNEL_COUNTERS],
				LIMIT_COUNTERS * sizeof(uint64_t), &kernel->counters);
	return r < 0 ? opening_fail(opening, r, "map the slots and counters") : 0;
}

/* Images of an earlier life, and the attached programs, are opened by id. Where that is
 * not allowed it is to be known before anything is changed. */
static int check_ids(const struct opening *opening)
{
	uint32_t id = 0;
	int r = bpf_map_get_next_id(id, &id);

	return r < 0 && r != -ENOENT ? opening_fail(opening, r, "list the maps") : 0;
}

static int open_all(struct opening *opening)
{
	const struct build_id id = skeleton_build_id(opening->options);
	int r = check_ids(opening);

	if (r == 0)
		r = open_pinned_maps(opening);
	if (r == 0)
		r = opening_state(opening);
	if (r == 0)
		r = check_abi(opening);
	if (r == 0)
		r = recover(opening);
	if (r)
		return r;
	opening->kernel->was_there = pins_has_any(opening->pins, PIN_LINKS);
	r = can_keep(opening, &id) ? 0 : opening_load(opening, &id);
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
		return opening_fail(&opening, r, "read the programs");
	if (options->unpinned) {
		r = opening_unpinned(&opening);
		return r ? r : open_memory(&opening);
	}
	r = build_open(pins, &opening.build_fd, &opening.build);
	if (r < 0)
		return opening_fail(&opening, r, "open the pinned maps");
	return open_all(&opening);
}

int kernel_ask(int program, const uint64_t *arguments, uint32_t n, uint32_t *ret_number)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = arguments,
		    .ctx_size_in = n * (uint32_t)sizeof(*arguments));
	int r = bpf_prog_test_run_opts(program, &options);

	if (r < 0)
		return r;
	*ret_number = options.retval;
	return 0;
}

int kernel_call(const struct kernel *kernel, enum kernel_call call,
		const uint64_t *arguments, uint32_t n)
{
	uint32_t number;
	int r = kernel_ask(kernel->calls[call], arguments, n, &number);

	return r < 0 ? r : (int)number;
}
