/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_EXAMPLES_PROGRAMS_H
#define LSMD_POLICY_EXAMPLES_PROGRAMS_H

/* Programs that stand for all others, and what else an event may be decided by besides
 * its object. */

#include "policy/examples.h"

/* A path, and the program sets of both images that it is in. */
struct example_program {
	char *path;
	uint32_t sets[2];
};

/* More kinds of programs that can be told apart are refused. */
#define EXAMPLE_PROGRAMS 1024

/* Starts as {0}. */
struct example_programs {
	struct example_program *items;
	size_t n;
};

/** examples_programs() - Find them. Return: as examples_paths(). */
int examples_programs(const struct image *const images[2],
		      struct example_programs *ret_programs);
void example_programs_clear(struct example_programs *programs);

/**
 * examples_vary() - All that an event can be that makes a difference.
 *
 * Each fact that one of the images asks for holds and does not; the program is one of
 * each kind under a name that counts and one that does not, and unknown. The plainest
 * come first.
 *
 * @event: of an object and nothing else
 * Return: 0, or what @on_example returned.
 */
int examples_vary(const struct image *const images[2],
		  const struct example_programs *programs, const struct eval_event *event,
		  example_fn on_example, void *data);

#endif
