/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_ENFORCE_FAKE_H
#define LSMD_TESTS_ENFORCE_FAKE_H

/* A kernel side in memory: which images it holds, and whether it refuses another. */

#include <stdlib.h>

#include "enforce/images.h"
#include "lsm/limits.h"

struct fake_kernel {
	const struct image *images[LIMIT_IMAGES];
	unsigned inserted, removed;
	int refuse; /* negative errno that inserting and removing fail with */
};

static inline int fake_insert(const struct image *image, uint32_t *ret_index,
			      uint64_t *ret_bytes, void *data)
{
	struct fake_kernel *kernel = data;
	uint32_t index = 1;

	if (kernel->refuse)
		return kernel->refuse;
	while (index < LIMIT_IMAGES && kernel->images[index])
		index++;
	if (index == LIMIT_IMAGES)
		return IMAGES_E_FULL;
	kernel->images[index] = image;
	kernel->inserted++;
	*ret_index = index;
	*ret_bytes = 4096;
	return 0;
}

static inline int fake_remove(uint32_t index, void *data)
{
	struct fake_kernel *kernel = data;

	if (kernel->refuse)
		return kernel->refuse;
	kernel->images[index] = NULL;
	kernel->removed++;
	return 0;
}

static inline struct images_backend fake_backend(struct fake_kernel *kernel)
{
	return (struct images_backend){fake_insert, fake_remove, kernel};
}

/* An image of which only the number of rules and the last word matter. */
static inline struct image *fake_image(uint32_t n_rules, uint64_t word)
{
	struct image *image = calloc(1, sizeof(*image));

	image->references = 1;
	image->words = calloc(4, sizeof(*image->words));
	image->n_words = 4;
	image->n_rules = n_rules;
	image->words[3] = word;
	image->hash[0] = (uint8_t)word;
	return image;
}

#endif
