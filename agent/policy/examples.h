/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_EXAMPLES_H
#define LSMD_POLICY_EXAMPLES_H

/*
 * Events that stand for all others: whatever two images say to any event, the one or the
 * other, they say to one of these as well. Found in the images' own tables, by walking
 * through both at once, so that what is shown of all examples holds for all events.
 *
 * Not among them: names of more than 255 bytes are not told from others, so an example
 * may have one where nothing shorter will do; an object's identity (DESIGN.md 4), and the
 * name by which a file is called, are not looked at; and opening to read and write at
 * once is decided as the stricter of the two. What an event may be besides its object is
 * varied by examples_programs.h, where scripts that are allowed are left out.
 */

#include <stdint.h>

#include "policy/eval.h"
#include "policy/image.h"

/* Pairs of states, or of tables, that are walked through; more is refused. */
#define EXAMPLES_PAIRS (8U << 20)

/* Gets each example, borrowed. Return: 0; other than 0 ends the walk, and is its result.
 */
typedef int (*example_fn)(const struct eval_event *event, void *data);

/**
 * examples_paths() - Of exec, open and unix: shortest paths first, as people would write
 * them.
 *
 * Of each path: executed, read, written and connected to, each under a name that counts
 * and one that does not.
 *
 * Return: 0, -E2BIG when EXAMPLES_PAIRS is passed, -ENOMEM, or what @on_example returned.
 */
int examples_paths(const struct image *const images[2], example_fn on_example,
		   void *data);

/** examples_sockets() - Of socket. Return: as examples_paths(). */
int examples_sockets(const struct image *const images[2], example_fn on_example,
		     void *data);

/** examples_connects() - Of connect over IPv4 and IPv6. Return: as examples_paths(). */
int examples_connects(const struct image *const images[2], example_fn on_example,
		      void *data);

#endif
