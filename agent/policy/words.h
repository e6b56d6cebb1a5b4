/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_WORDS_H
#define LSMD_POLICY_WORDS_H

/* An image's words while it is compiled. */

#include <stddef.h>
#include <stdint.h>

#include "policy/sets.h"

/* Starts as {.blocks = {.limit = ...}}. */
struct words {
	uint64_t *items;
	size_t n, room;
	struct sets blocks; /* what words_share() has put, as pairs of halves */
	uint32_t *offsets;  /* of each block */
	size_t offsets_room;
};

/**
 * words_put() - Append words.
 * @words: the image's; @items NULL: zeros
 * Return: 0; -E2BIG when it would be more than LIMIT_IMAGE_WORDS; -ENOMEM.
 */
int words_put(struct words *words, const uint64_t *items, size_t n, uint32_t *ret_offset);

/** words_share() - Append words, or find them among those it has put. Return: as
 * words_put(). */
int words_share(struct words *words, const uint64_t *items, size_t n,
		uint32_t *ret_offset);

void words_clear(struct words *words);

#endif
