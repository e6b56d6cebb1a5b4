/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_IMAGE_CACHE_H
#define LSMD_POLICY_IMAGE_CACHE_H

/*
 * From a set of policies, and what else there is to an image, to that image, each
 * compiled once: on a node where 250 pods bear a few labels, and run a few distributions,
 * there are a few images.
 */

#include "policy/image.h"

/* Starts as {0}. Holds references on the policies and images of the sets asked for. */
struct image_cache {
	struct image_cache_entry *entries;
	size_t n;
};

/**
 * image_cache_get() - The image of a set of policies.
 * @policies:    in reason order, as policy_list_sort() leaves them
 * @options:     with none but the aliases that concern @policies, see aliases_copy(), so
 *               that images are shared; not dry
 * @reterr_why:  on failure, one line; owned
 * @ret_image:   borrowed from the cache; NULL: no rules
 * Return: 0, -E2BIG, -ENOMEM.
 */
int image_cache_get(struct image_cache *cache, const struct policy_list *policies,
		    const struct image_options *options, char **reterr_why,
		    struct image **ret_image);

/** image_cache_touch() - As if a set had been asked for, where it is known. */
void image_cache_touch(struct image_cache *cache, const struct policy_list *policies);

/** image_cache_trim() - Forget those that nobody asked for since the last trim. */
void image_cache_trim(struct image_cache *cache);
void image_cache_clear(struct image_cache *cache);

#endif
