/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_LINGERING_H
#define LSMD_ENFORCE_LINGERING_H

/*
 * Programs that were unpinned and that the kernel has yet to let go of: it detaches in a
 * work queue, and until then it calls them.
 */

#include <stddef.h>
#include <stdint.h>

#include "enforce/pins.h"

struct lingering {
	uint32_t *ids;
	size_t n;
};

void lingering_clear(struct lingering *lingering);

/**
 * lingering_note() - Note every program that is pinned, or attached by a pinned link.
 * What cannot be opened is left out. Return: 0, -ENOMEM, negative errno of reading the
 * directories.
 */
int lingering_note(const struct pins *pins, struct lingering *lingering);

/**
 * lingering_wait() - Wait until they are gone.
 * Return: how many are still there when @patience_ms are over.
 */
size_t lingering_wait(struct lingering *lingering, unsigned patience_ms);

#endif
