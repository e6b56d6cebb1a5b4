// SPDX-License-Identifier: Apache-2.0
#include "enforce/image_map.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "enforce/map_info.h"
#include "lsm/image.h"
#include "lsm/limits.h"
#include "util/cleanup.h"

#define NAME_UNLISTED "lsmd_dry_%05" PRIu32

static int create(const char *name, uint32_t n_words, int *ret_fd)
{
	LIBBPF_OPTS(bpf_map_create_opts, options,
		    .map_flags = BPF_F_INNER_MAP | BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(uint32_t),
				sizeof(uint64_t), n_words, &options);

	if (fd < 0)
		return fd;
	*ret_fd = fd;
	return 0;
}

static int create_at(const struct image_map *map, uint32_t index, size_t n_words,
		     int *ret_fd)
{
	char name[BPF_OBJ_NAME_LEN];

	snprintf(name, sizeof(name), map->unlisted ? NAME_UNLISTED : IMAGE_MAP_NAME,
		 index);
	return create(name, (uint32_t)n_words, ret_fd);
}

/* What is behind the image reads as what is behind a map that is as long as its image. */
static void copy_words(const struct image *image, uint64_t *memory, size_t n_words)
{
	memcpy(memory, image->words, image->n_words * sizeof(*image->words));
	for (size_t i = image->n_words; i < n_words; i++)
		memory[i] = WORD_OUTSIDE;
}

/* A write through memory costs one copy where updates would cost a call for each word. */
static int fill(int fd, size_t n_words, const struct image *image)
{
	size_t bytes = n_words * sizeof(*image->words);
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED)
		return -errno;
	copy_words(image, memory, n_words);
	/* Freezing is refused while anyone maps it writable. */
	if (munmap(memory, bytes) < 0)
		return -errno;
	return bpf_map_freeze(fd);
}

/* --- what the queue made
 * ----------------------------------------------------------------- */

static void finish_put(struct image_map *map, struct map_change *change)
{
	const struct spare spare = {
		.index = change->index,
		.n_words = change->n_words,
		.fd = change->fd,
		.bytes = map_bytes(change->fd),
	};

	if (change->result < 0) {
		spares_fail(&map->spares, change->n_words);
		bitmap_set(&map->taken, change->index, 1, false);
		return;
	}
	change->fd = -1;
	spares_add(&map->spares, &spare);
}

static void collect(struct image_map *map)
{
	struct map_change *change;

	while ((change = map_queue_made(map->queue))) {
		if (change->n_words)
			finish_put(map, change);
		/* What could not be taken out keeps its index; a later life tries again.
		 */
		else if (change->result == 0)
			bitmap_set(&map->taken, change->index, 1, false);
		map_change_free(change);
	}
}

/* --- indices
 * ----------------------------------------------------------------------------- */

static int find_index(const struct image_map *map, uint32_t *ret_index)
{
	uint32_t index = bitmap_find(&map->taken, 1, 1);

	if (index == LIMIT_IMAGES)
		return IMAGES_E_FULL;
	*ret_index = index;
	return 0;
}

/* When none is free, one that is on its way out; then one that nobody has use for yet. */
static int take_index(struct image_map *map, uint32_t *ret_index)
{
	struct spare spare;
	int r = find_index(map, ret_index);

	if (r == IMAGES_E_FULL) {
		map_queue_wait(map->queue);
		collect(map);
		r = find_index(map, ret_index);
	}
	if (r == IMAGES_E_FULL && spares_give_up(&map->spares, &spare)) {
		close(spare.fd);
		*ret_index = spare.index;
		r = 0;
	}
	if (r == 0)
		bitmap_set(&map->taken, *ret_index, 1, true);
	return r;
}

/* --- spares
 * ------------------------------------------------------------------------------ */

static int order(struct image_map *map, uint32_t n_words)
{
	_cleanup_(closep) int fd = -1;
	uint32_t index;
	int r = find_index(map, &index);

	if (r == 0)
		r = create_at(map, index, n_words, &fd);
	if (r == 0)
		r = map_queue_put(map->queue, index, fd, n_words);
	if (r)
		return r;
	TAKE_FD(fd);
	bitmap_set(&map->taken, index, 1, true);
	return 0;
}

void image_map_refill(struct image_map *map)
{
	uint32_t n_words;

	collect(map);
	while ((n_words = spares_next(&map->spares))) {
		if (order(map, n_words) == 0)
			continue;
		/* The next image asks again. */
		spares_fail(&map->spares, n_words);
		return;
	}
}

uint64_t image_map_spare_bytes(const struct image_map *map)
{
	return spares_bytes(&map->spares);
}

/* --- images
 * ------------------------------------------------------------------------------ */

static int remove_index(uint32_t index, void *data)
{
	struct image_map *map = data;

	return map_queue_remove(map->queue, index);
}

/* Nobody reads it before a slot refers to it. */
static int insert_in_spare(struct image_map *map, const struct image *image,
			   const struct spare *spare)
{
	int r = fill(spare->fd, spare->n_words, image);

	if (r < 0)
		remove_index(spare->index, map);
	close(spare->fd);
	return r;
}

/* Waits for a grace period. */
static int insert_at(const struct image_map *map, const struct image *image,
		     uint32_t index, uint64_t *ret_bytes)
{
	_cleanup_(closep) int fd = -1;
	int r = create_at(map, index, image->n_words, &fd);

	if (r == 0)
		r = fill(fd, image->n_words, image);
	if (r == 0)
		r = bpf_map_update_elem(map->fd, &index, &fd, BPF_ANY);
	if (r == 0)
		*ret_bytes = map_bytes(fd);
	return r;
}

static int insert_new(struct image_map *map, const struct image *image,
		      struct spare *ret_place)
{
	int r = take_index(map, &ret_place->index);

	if (r)
		return r;
	r = insert_at(map, image, ret_place->index, &ret_place->bytes);
	if (r < 0)
		bitmap_set(&map->taken, ret_place->index, 1, false);
	return r;
}

static int insert(const struct image *image, uint32_t *ret_index, uint64_t *ret_bytes,
		  void *data)
{
	struct image_map *map = data;
	struct spare place;
	int r;

	if (image->n_words > LIMIT_IMAGE_WORDS)
		return -E2BIG;
	if (!map->unlisted)
		spares_want(&map->spares, image->n_words);
	collect(map);
	if (spares_take(&map->spares, image->n_words, &place))
		r = insert_in_spare(map, image, &place);
	else
		r = insert_new(map, image, &place);
	if (r)
		return r;
	image_map_refill(map);
	*ret_index = place.index;
	*ret_bytes = place.bytes;
	return 0;
}

struct images_backend image_map_backend(struct image_map *map)
{
	return (struct images_backend){
		.insert = insert, .remove = remove_index, .data = map};
}

/* --- the map
 * ----------------------------------------------------------------------------- */

int image_map_open(int fd, struct image_map *ret_map)
{
	struct image_map map = {.fd = fd, .none_fd = -1};
	int r = create("lsmd_img_none", 1, &map.none_fd);

	if (r == 0)
		r = image_map_wait(&map);
	if (r == 0)
		r = bitmap_init(&map.taken, LIMIT_IMAGES);
	if (r == 0)
		r = map_queue_new(fd, &map.queue);
	if (r < 0) {
		image_map_close(&map);
		return r;
	}
	bitmap_set(&map.taken, 0, 1, true);
	*ret_map = map;
	return 0;
}

void image_map_close(struct image_map *map)
{
	map_queue_free(map->queue);
	spares_clear(&map->spares);
	bitmap_clear(&map->taken);
	if (map->none_fd >= 0)
		close(map->none_fd);
	*map = (struct image_map){.fd = -1, .none_fd = -1};
}

int image_map_wait(const struct image_map *map)
{
	const uint32_t none = 0;

	return bpf_map_update_elem(map->fd, &none, &map->none_fd, BPF_ANY);
}
