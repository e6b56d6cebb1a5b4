/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lsm/image.h"
#include "lsm/limits.h"
#include "policy/room.h"
#include "util/cleanup.h"

int words_put(struct words *words, const uint64_t *items, size_t n, uint32_t *ret_offset)
{
	if (n > LIMIT_IMAGE_WORDS - words->n)
		return -E2BIG;
	if (room_for(&words->items, &words->room, words->n + n) < 0)
		return -ENOMEM;
	if (items && n)
		memcpy(words->items + words->n, items, n * sizeof(*items));
	else
		memset(words->items + words->n, 0, n * sizeof(*items));
	*ret_offset = (uint32_t)words->n;
	words->n += n;
	return 0;
}

static int intern(struct words *words, const uint64_t *items, size_t n,
		  uint32_t *ret_block)
{
	_cleanup_(freep) uint32_t *halves = calloc(2 * n + 1, sizeof(*halves));

	if (!halves)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		halves[2 * i] = WORD_LO(items[i]);
		halves[2 * i + 1] = WORD_HI(items[i]);
	}
	return sets_intern(&words->blocks, halves, 2 * n, ret_block);
}

int words_share(struct words *words, const uint64_t *items, size_t n,
		uint32_t *ret_offset)
{
	size_t known = words->blocks.n;
	uint32_t block;
	int r = intern(words, items, n, &block);

	if (r < 0)
		return r;
	if (block < known) {
		*ret_offset = words->offsets[block];
		return 0;
	}
	if (room_for(&words->offsets, &words->offsets_room, known + 1) < 0)
		return -ENOMEM;
	r = words_put(words, items, n, &words->offsets[block]);
	if (r == 0)
		*ret_offset = words->offsets[block];
	return r;
}

void words_clear(struct words *words)
{
	free(words->items);
	free(words->offsets);
	sets_clear(&words->blocks);
	*words = (struct words){0};
}
