/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_SPARES_H
#define LSMD_ENFORCE_SPARES_H

/*
 * Maps that are in the map "images" before there is an image for them: to put one in
 * takes a grace period, to fill one that is in takes a copy. A few of each size that this
 * node's images have, less of the large ones; none where no image was asked for yet.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SPARES_SIZES = 7,
	SPARES_MAX = 18, /* of all sizes together */
};

struct spare {
	uint32_t index;
	uint32_t n_words;
	int fd;
	uint64_t bytes; /* that the kernel has for it */
};

struct spares {
	struct spare items[SPARES_MAX];
	size_t n;
	unsigned coming[SPARES_SIZES]; /* asked for by spares_next(), and not there yet */
	bool wanted[SPARES_SIZES];
};

/** spares_want() - An image of so many words was asked for: have some of its size. */
void spares_want(struct spares *spares, size_t n_words);

/**
 * spares_next() - The size of one that should be made; it then counts as coming, until
 * spares_add() or spares_fail().
 * Return: its words; 0: there are, or come, as many as should be.
 */
uint32_t spares_next(struct spares *spares);

/** spares_add() - It is there. Its descriptor is taken over. */
void spares_add(struct spares *spares, const struct spare *spare);
/** spares_fail() - It could not be made. @n_words: as spares_next() had it */
void spares_fail(struct spares *spares, uint32_t n_words);

/**
 * spares_take() - The smallest that has room for so many words, and not for many times
 * as many.
 * @ret_spare: the caller's, its descriptor too
 * Return: false: there is none.
 */
bool spares_take(struct spares *spares, size_t n_words, struct spare *ret_spare);

/** spares_give_up() - Any one, whatever its size; the rest as spares_take(). */
bool spares_give_up(struct spares *spares, struct spare *ret_spare);

/** spares_bytes() - That the kernel has for all that are there. */
uint64_t spares_bytes(const struct spares *spares);

/** spares_clear() - Closes their descriptors. */
void spares_clear(struct spares *spares);

#endif
