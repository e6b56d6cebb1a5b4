/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_IMAGE_WORDS_H
#define LSMD_POLICY_IMAGE_WORDS_H

/* The decision core's accessor on the host: to be included before lsm/decide.h and the
 * like. */

#include <sys/cdefs.h>

#include "lsm/image.h"
#include "policy/image.h"

typedef const struct image *image_t;

static __always_inline __u64 image_word(image_t image, __u32 offset)
{
	return offset < image->n_words ? image->words[offset] : WORD_OUTSIDE;
}

/**
 * image_adopt() - Make words an image.
 * @words: owned by the image on success
 * Return: 0, -ENOMEM.
 */
int image_adopt(uint64_t *words, size_t n_words, struct image **ret_image);

#endif
