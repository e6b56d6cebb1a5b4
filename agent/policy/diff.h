/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_DIFF_H
#define LSMD_POLICY_DIFF_H

/* What a change from one image to another does, with an example of each. */

#include <stdbool.h>
#include <stddef.h>

#include "policy/event.h"
#include "policy/image.h"

enum diff_change {
	DIFF_DENIED,	 /* was allowed, is denied */
	DIFF_ALLOWED,	 /* was denied, is allowed */
	DIFF_CHANGED,	 /* denied in both, another way: deny and kill; errno, with all */
	DIFF_REPORTED,	 /* allowed in both, reported in the new one alone */
	DIFF_UNREPORTED, /* the reverse */
	DIFF_REASON,	 /* the same verdict by another rule; with all alone */
};

/* What an image says to an example. */
struct diff_side {
	enum verdict verdict; /* as eval_verdict() */
	uint32_t rule; /* number of the one that denies, or reports; RULE_CLOSED: none */
	uint8_t error;
};

/* All that goes from one rule to another in one way. */
struct diff_item {
	enum diff_change change;
	struct diff_side sides[2];
	struct event example; /* the first, of paths the shortest */
};

/* Starts as {0}. */
struct diff {
	struct diff_item *items;
	size_t n;
};

/**
 * diff_images() - Compare two images, see policy/examples.h for how.
 * @images:   old and new; NULL: no rules
 * @all:      DIFF_REASON too, and where only the errno changes
 * @ret_diff: set on success only; owned
 *
 * Names that do not count (DESIGN.md 5) are compared as well; an example has such a name
 * only where no name that counts shows the same change.
 *
 * Return: 0; -E2BIG, as examples_paths(); -ENOMEM.
 */
int diff_images(const struct image *const images[2], bool all, struct diff *ret_diff);
void diff_clear(struct diff *diff);

/** diff_change_name() - "newly denied". */
const char *diff_change_name(enum diff_change change);

#endif
