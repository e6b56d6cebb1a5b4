/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_KERNEL_H
#define LSMD_ENFORCE_KERNEL_H

/* What is in the kernel, loaded by this life or an earlier one: maps, programs,
 * attachments. */

#include <stdbool.h>
#include <stdint.h>

#include "enforce/enforcer.h"
#include "enforce/links.h"
#include "enforce/pins.h"
#include "enforce/window.h"
#include "lsm/abi.h"

enum kernel_map {
	KERNEL_CGROUPS,
	KERNEL_SLOTS,
	KERNEL_IMAGES,
	KERNEL_COUNTERS,
	KERNEL_FILTER,
	KERNEL_ENTERING,
	KERNEL_IDENTITIES,
	KERNEL_SCRIPTS,
	KERNEL_STATE,
	KERNEL_EVENTS,
	KERNEL_MAPS,
};

/* Programs that the agent runs by itself. */
enum kernel_call {
	KERNEL_ASSIGN,
	KERNEL_REMOVE,
	KERNEL_IDENTITY,
	KERNEL_CALLS,
};

struct kernel {
	int maps[KERNEL_MAPS];
	int calls[KERNEL_CALLS];
	struct links links;
	/* The maps' memory, shared with the programs. */
	struct window slots;
	struct window counters;
	struct state *state;
	bool was_there; /* something was attached before */
};

/** kernel_init() - So that kernel_close() may be called. */
void kernel_init(struct kernel *kernel);

/**
 * kernel_open() - Load what is not there, replace what another build left, keep the rest.
 *
 * Order of a load: maps are pinned, programs loaded, links attached and pinned aside, the
 * generation switched, the links put in place of the old ones, the build recorded. Killed
 * before the switch, the next start drops what was put aside; after it, puts that in
 * place. What is attached on demand is attached anew where it was attached before.
 * Unpinned there is no earlier life, and nothing is put anywhere.
 *
 * Return: 0, ENFORCER_E_*, negative errno.
 */
int kernel_open(struct kernel *kernel, const struct pins *pins,
		const struct enforcer_options *options, char **reterr_detail);
void kernel_close(struct kernel *kernel);

/**
 * kernel_call() - Run a program with numbers as arguments.
 * Return: what it returned, or a negative errno.
 */
int kernel_call(const struct kernel *kernel, enum kernel_call call,
		const uint64_t *arguments, uint32_t n);

/**
 * kernel_ask() - Run a program that returns any number.
 * @program: its descriptor
 * Return: 0, negative errno.
 */
int kernel_ask(int program, const uint64_t *arguments, uint32_t n, uint32_t *ret_number);

#endif
