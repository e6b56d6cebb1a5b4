// SPDX-License-Identifier: Apache-2.0
#include "enforce/images.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lsm/limits.h"
#include "util/cleanup.h"

#define BUCKETS 256U

/* By an earlier life; mostly of a few KiB. */
#define CLAIMS_KEPT 256U

struct images {
	struct images_backend backend;
	struct published *buckets[BUCKETS];
	struct published *by_index[LIMIT_IMAGES];
};

static void images_freep(struct images **images)
{
	images_free(*images);
}

int images_new(const struct images_backend *backend, struct images **ret_images)
{
	_cleanup_(images_freep) struct images *images = calloc(1, sizeof(*images));

	if (!images)
		return -ENOMEM;
	images->backend = *backend;
	*ret_images = TAKE_PTR(images);
	return 0;
}

static struct published *published_free(struct published *published)
{
	if (published)
		image_unref(published->image);
	free(published);
	return NULL;
}

static void published_freep(struct published **published)
{
	published_free(*published);
}

struct images *images_free(struct images *images)
{
	if (!images)
		return NULL;
	for (uint32_t i = 0; i < LIMIT_IMAGES; i++)
		published_free(images->by_index[i]);
	free(images);
	return NULL;
}

static struct published **bucket_of(struct images *images, const struct image *image)
{
	return &images->buckets[image->hash[0] % BUCKETS];
}

bool images_equal(const struct image *a, const struct image *b)
{
	if (a == b)
		return true;
	return a->n_words == b->n_words && !memcmp(a->hash, b->hash, sizeof(a->hash)) &&
	       !memcmp(a->words, b->words, a->n_words * sizeof(*a->words));
}

static struct published *find_equal(struct images *images, const struct image *image)
{
	struct published *published = *bucket_of(images, image);

	while (published &&
	       (published->is_claimed || !images_equal(published->image, image)))
		published = published->next;
	return published;
}

static void link_published(struct images *images, struct published *published)
{
	images->by_index[published->index] = published;
	if (published->image) {
		struct published **bucket = bucket_of(images, published->image);

		published->next = *bucket;
		*bucket = published;
	}
}

static void unlink_published(struct images *images, struct published *published)
{
	images->by_index[published->index] = NULL;
	if (published->image) {
		struct published **at = bucket_of(images, published->image);

		while (*at != published)
			at = &(*at)->next;
		*at = published->next;
	}
}

static int published_new(struct image *image, uint32_t index,
			 struct published **ret_published)
{
	struct published *published = calloc(1, sizeof(*published));

	if (!published)
		return -ENOMEM;
	published->image = image ? image_ref(image) : NULL;
	published->index = index;
	*ret_published = published;
	return 0;
}

static int insert_published(const struct images *images, struct published *published)
{
	return images->backend.insert(published->image, &published->index,
				      &published->bytes, images->backend.data);
}

static int insert(struct images *images, struct image *image,
		  struct published **ret_published)
{
	_cleanup_(published_freep) struct published *published = NULL;
	int r = published_new(image, 0, &published);

	if (r < 0)
		return r;
	r = insert_published(images, published);
	if (r == IMAGES_E_FULL) {
		images_sweep(images, 1);
		r = insert_published(images, published);
	}
	if (r)
		return r;
	link_published(images, published);
	*ret_published = TAKE_PTR(published);
	return 0;
}

int images_get(struct images *images, struct image *image,
	       struct published **ret_published)
{
	struct published *published = find_equal(images, image);

	if (!published) {
		int r = insert(images, image, &published);

		if (r)
			return r;
	}
	*ret_published = images_use(published);
	return 0;
}

struct published *images_use(struct published *published)
{
	published->users++;
	published->is_claimed = false;
	return published;
}

struct published *images_put(struct published *published)
{
	if (published)
		published->users--;
	return NULL;
}

int images_adopt(struct images *images, uint32_t index, struct image *image,
		 uint64_t bytes)
{
	struct published *published, *before;
	int r;

	if (index == 0 || index >= LIMIT_IMAGES)
		return -ERANGE;
	before = images->by_index[index];
	if (before && before->users)
		return -EEXIST;
	r = published_new(image, index, &published);
	if (r < 0)
		return r;
	published->bytes = bytes;
	published->is_claimed = true;
	if (before) {
		unlink_published(images, before);
		published_free(before);
	}
	link_published(images, published);
	return 0;
}

struct published *images_find(const struct images *images, uint32_t index)
{
	return index < LIMIT_IMAGES ? images->by_index[index] : NULL;
}

/* What could not be removed keeps its index, and the next sweep tries again. */
static void drop(struct images *images, struct published *published)
{
	if (images->backend.remove(published->index, images->backend.data) < 0)
		return;
	unlink_published(images, published);
	published_free(published);
}

void images_sweep(struct images *images, unsigned budget)
{
	for (uint32_t i = 1; i < LIMIT_IMAGES && budget > 0; i++) {
		struct published *published = images->by_index[i];

		if (!published || published->users)
			continue;
		budget--;
		drop(images, published);
	}
}

static bool is_idle_claim(const struct published *published)
{
	return published && published->is_claimed && !published->users;
}

void images_drop_claims(struct images *images)
{
	unsigned n = 0;

	for (uint32_t i = 1; i < LIMIT_IMAGES; i++)
		n += is_idle_claim(images->by_index[i]);
	for (uint32_t i = 1; i < LIMIT_IMAGES; i++) {
		struct published *published = images->by_index[i];

		if (is_idle_claim(published) && (!published->image || n > CLAIMS_KEPT))
			drop(images, published);
	}
}

uint64_t images_bytes(const struct images *images)
{
	uint64_t bytes = 0;

	for (uint32_t i = 1; i < LIMIT_IMAGES; i++)
		if (images->by_index[i])
			bytes += images->by_index[i]->bytes;
	return bytes;
}
