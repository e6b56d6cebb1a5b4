// SPDX-License-Identifier: Apache-2.0

/* The part of image_map.h that finds what an earlier life left. */

#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "enforce/image_map.h"
#include "enforce/map_info.h"
#include "lsm/limits.h"
#include "util/cleanup.h"

static int read_image(int fd, const struct bpf_map_info *info, struct image **ret_image)
{
	size_t bytes = (size_t)info->max_entries * sizeof(uint64_t);
	uint64_t *words;
	int r;

	if (info->type != BPF_MAP_TYPE_ARRAY || info->value_size != sizeof(uint64_t) ||
	    info->max_entries > LIMIT_IMAGE_WORDS)
		return -EBADMSG;
	words = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (words == MAP_FAILED)
		return -errno;
	r = image_load(words, info->max_entries, ret_image);
	munmap(words, bytes);
	return r;
}

/* @image: NULL when its words are not known; a reference is given back. */
static int adopt_image(struct image_map *map, struct images *images, uint32_t index,
		       struct image *image, uint64_t bytes)
{
	int r = images_adopt(images, index, image, bytes);

	if (r == 0)
		bitmap_set(&map->taken, index, 1, true);
	/* Of the sizes that this node has, the next one is to find a spare. */
	if (image)
		spares_want(&map->spares, image->n_words);
	image_unref(image);
	return r;
}

static int adopt(struct image_map *map, struct images *images, uint32_t index, int fd,
		 const struct bpf_map_info *info)
{
	struct image *image = NULL;
	int r = read_image(fd, info, &image);

	if (r == -ENOMEM)
		return r;
	return adopt_image(map, images, index, image, map_bytes(fd));
}

static bool index_of(const char *name, uint32_t *ret_index)
{
	char again[BPF_OBJ_NAME_LEN];

	if (sscanf(name, IMAGE_MAP_NAME, ret_index) != 1 || *ret_index == 0 ||
	    *ret_index >= LIMIT_IMAGES)
		return false;
	snprintf(again, sizeof(again), IMAGE_MAP_NAME, *ret_index);
	return !strcmp(name, again);
}

/*
 * A name is a hint only: an image that was removed may live on in someone's descriptor.
 * Of two that claim one index the outer map tells which it is.
 */
static int adopt_id(struct image_map *map, struct images *images, uint32_t id)
{
	_cleanup_(closep) int fd = bpf_map_get_fd_by_id(id);
	struct bpf_map_info info;
	uint32_t index, current;

	/* Gone since, or not for us to open: not ours, in any case. */
	if (fd < 0 || map_info(fd, &info) < 0 || !index_of(info.name, &index))
		return 0;
	if (!images_find(images, index))
		return adopt(map, images, index, fd, &info);
	if (bpf_map_lookup_elem(map->fd, &index, &current) < 0 || current != id)
		return 0;
	return adopt(map, images, index, fd, &info);
}

int image_map_adopt(struct image_map *map, struct images *images)
{
	uint32_t id = 0;

	while (bpf_map_get_next_id(id, &id) == 0) {
		int r = adopt_id(map, images, id);

		if (r < 0)
			return r;
	}
	return errno == ENOENT ? 0 : -errno;
}

int image_map_adopt_index(struct image_map *map, struct images *images, uint32_t index)
{
	_cleanup_(closep) int fd = -1;
	struct bpf_map_info info;
	uint32_t id;

	if (images_find(images, index))
		return 0;
	if (bpf_map_lookup_elem(map->fd, &index, &id) == 0)
		fd = bpf_map_get_fd_by_id(id);
	if (fd < 0 || map_info(fd, &info) < 0)
		return adopt_image(map, images, index, NULL, 0);
	return adopt(map, images, index, fd, &info);
}
