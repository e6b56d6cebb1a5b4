/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_IMAGE_MAP_H
#define LSMD_ENFORCE_IMAGE_MAP_H

/*
 * Images in the map "images". Each is an array map of its own, filled and then frozen;
 * its name tells the index, so that a later life finds it without asking the outer map,
 * where each look-up waits for a grace period before 6.8.
 *
 * To put a map in waits for one on every kernel. So some are put in ahead, empty, and
 * what needs an image at once has it in one of those: it is filled while nothing refers
 * to it, and the store to the slot that makes a program look at it comes after. Such a
 * program finds the image by that very word, so that it cannot see an older state of it.
 */

#include <inttypes.h>
#include <stdbool.h>

#include "enforce/bitmap.h"
#include "enforce/images.h"
#include "enforce/map_queue.h"
#include "enforce/spares.h"

/* Of its index. */
#define IMAGE_MAP_NAME "lsmd_img_%05" PRIu32

/* The map "images", and what is known of it. */
struct image_map {
	int fd;
	int none_fd;	     /* of what stands at index 0 */
	bool unlisted;	     /* of a dry run: no lsmd is to take its images for its own */
	struct bitmap taken; /* indices: of images, of spares, and of what goes */
	struct spares spares;
	struct map_queue *queue;
};

/** image_map_open() - @fd: of the map "images"; borrowed. Return: 0, negative errno. */
int image_map_open(int fd, struct image_map *ret_map);
void image_map_close(struct image_map *map);

/** image_map_backend() - For images_new(). @map must outlive it. */
struct images_backend image_map_backend(struct image_map *map);

/**
 * image_map_adopt() - Tell @images what an earlier life left in the kernel.
 *
 * What has no user when the slots were adopted as well is removed by a sweep; its spares
 * by images_drop_claims(), since they are no images.
 *
 * Return: 0, negative errno.
 */
int image_map_adopt(struct image_map *map, struct images *images);

/**
 * image_map_adopt_index() - Make sure that @images knows one index: by a look-up when its
 * name did not tell, without words when there is no image to be read.
 */
int image_map_adopt_index(struct image_map *map, struct images *images, uint32_t index);

/** image_map_refill() - See to it that there are spares, of the sizes that images had. */
void image_map_refill(struct image_map *map);

/** image_map_spare_bytes() - What the spares hold in the kernel. */
uint64_t image_map_spare_bytes(const struct image_map *map);

/**
 * image_map_wait() - Wait until no program runs that was running before
 * (synchronize_rcu).
 *
 * The kernel does so after each update of a map of maps, for this purpose (commit
 * 1ae80cf31938). membarrier(2) would not do: on one CPU it returns at once, though a
 * program may have been preempted.
 *
 * Return: 0, negative errno: nothing may be taken for over.
 */
int image_map_wait(const struct image_map *map);

#endif
