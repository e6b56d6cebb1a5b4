/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_BUILD_H
#define LSMD_ENFORCE_BUILD_H

/*
 * Which build's programs are attached, in a pinned map of one element. Written when all
 * of them are in place, and so the sign that loading was completed.
 */

#include <stdbool.h>
#include <stdint.h>

#include "enforce/pins.h"
#include "enforce/skeleton.h"

struct build {
	struct build_id id;
	uint32_t generation; /* see struct state */
	uint32_t reserved;
};

/** build_open() - Open the map, or make it. @ret_build: zero when it was made. */
int build_open(const struct pins *pins, int *ret_fd, struct build *ret_build);

/** build_write() - Return: 0, negative errno. */
int build_write(int fd, const struct build *build);

#endif
