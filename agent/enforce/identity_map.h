/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_IDENTITY_MAP_H
#define LSMD_ENFORCE_IDENTITY_MAP_H

/*
 * The map "identities": what files are, by slot and image (lsm/abi.h), and which entries
 * of it a slot has.
 *
 * While the entries of an image that is in force are replaced, a program finds each that
 * is there before and after at every moment; what comes is there before what goes is
 * gone.
 */

#include <stddef.h>
#include <stdint.h>

#include "enforce/enforcer.h"

struct identity_map;

/** identity_map_new() - @fd: of the map; borrowed. Return: 0, -ENOMEM. */
int identity_map_new(int fd, struct identity_map **ret_map);
struct identity_map *identity_map_free(struct identity_map *map);

/** identity_map_adopt() - Know what an earlier life left. Return: 0, negative errno. */
int identity_map_adopt(struct identity_map *map);

/**
 * identity_map_put() - Make the entries of a slot for one image be these, no more.
 * @identities: in any order, repeated ones count once
 * @ret_missing: how many found no room, in the map or at their file
 * Return: 0, -ENOMEM.
 */
int identity_map_put(struct identity_map *map, uint32_t slot, uint32_t image,
		     const struct enforcer_identity *identities, size_t n,
		     size_t *ret_missing);

/**
 * identity_map_keep() - Remove the entries of a slot for all images but one.
 * @image: 0: for all
 */
void identity_map_keep(struct identity_map *map, uint32_t slot, uint32_t image);

/** identity_map_keep_all() - The same for every slot. @image_of: what each keeps. */
void identity_map_keep_all(struct identity_map *map,
			   uint32_t (*image_of)(uint32_t slot, const void *data),
			   const void *data);

/** identity_map_count() - Entries of all slots. */
size_t identity_map_count(const struct identity_map *map);

#endif
