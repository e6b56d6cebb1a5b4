/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_IMAGES_H
#define LSMD_ENFORCE_IMAGES_H

/*
 * The images that the kernel holds: equal ones once, by index, with a count of their
 * users. One without users stays until a sweep, and whoever wants it before has it for
 * nothing.
 */

#include <stdbool.h>
#include <stdint.h>

#include "policy/image.h"

struct images;

/* How images get into the kernel and out of it, and under which index. */
struct images_backend {
	/* May wait for a grace period. Return: 0, IMAGES_E_FULL, negative errno.
	 * @ret_bytes: what it holds there. */
	int (*insert)(const struct image *image, uint32_t *ret_index, uint64_t *ret_bytes,
		      void *data);
	/* Goes on behind the caller; the index is not given out before it is over.
	 * Return: 0 (also when nothing is there), negative errno. */
	int (*remove)(uint32_t index, void *data);
	void *data;
};

struct published {
	struct published *next; /* of the same bucket */
	struct image
		*image; /* NULL: an earlier life's, of which the words are not known */
	uint32_t index;
	uint32_t users;
	bool is_claimed; /* adopted, and no slot has said yet that it is there */
	uint64_t bytes;
};

enum {
	IMAGES_E_FULL = 1, /* LIMIT_IMAGES are in the kernel */
};

int images_new(const struct images_backend *backend, struct images **ret_images);
struct images *images_free(struct images *images);

/**
 * images_get() - The published form of an image, which is inserted if no equal one is
 * there.
 * @ret_published: with one user more; give it to images_put()
 * Return: 0, IMAGES_E_FULL, negative errno.
 */
int images_get(struct images *images, struct image *image,
	       struct published **ret_published);

/** images_use() - One user more. Return: @published. */
struct published *images_use(struct published *published);
/** images_put() - One user less. Return: NULL. */
struct published *images_put(struct published *published);

/**
 * images_adopt() - Know what an earlier life left under an index; it has no users yet.
 * @image: a reference is taken; NULL when its words are not known
 *
 * Replaces what was adopted under the index before, if that has no users. What is adopted
 * is a claim: maps are found by names, which another lsmd of this kernel (a node in a
 * container has one) may have given. Only what a slot refers to is certain to be there.
 * Without a first images_use() it is handed out to nobody.
 *
 * Return: 0, -EEXIST, -ERANGE, -ENOMEM.
 */
int images_adopt(struct images *images, uint32_t index, struct image *image,
		 uint64_t bytes);

/** images_equal() - Do two images have the same words? */
bool images_equal(const struct image *a, const struct image *b);

/** images_find() - By index. Return: NULL when nothing is known under it. */
struct published *images_find(const struct images *images, uint32_t index);

/**
 * images_drop_claims() - After adoption: remove what nobody uses and is not to be kept.
 *
 * What has no words is of no use. The rest may be named by records that are yet to be
 * read, and stays until a sweep; but not without limit, as lsmd may die before its first
 * one, again and again.
 */
void images_drop_claims(struct images *images);

/**
 * images_sweep() - Remove images without users from the kernel.
 * @budget: at most so many
 */
void images_sweep(struct images *images, unsigned budget);

/** images_bytes() - What all of them hold in the kernel. */
uint64_t images_bytes(const struct images *images);

#endif
