// SPDX-License-Identifier: Apache-2.0
#include "enforce/image_map.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "enforce/map_info.h"
#include "lsm/limits.h"
#include "util/cleanup.h"

#define NAME_FORMAT	     "lsmd_img_%05" PRIu32
#define NAME_FORMAT_UNLISTED "lsmd_dry_%05" PRIu32

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

/* A write through memory costs one copy where updates would cost a call for each word. */
static int fill(int fd, const struct image *image)
{
	size_t bytes = image->n_words * sizeof(*image->words);
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED)
		return -errno;
	memcpy(memory, image->words, bytes);
	/* Freezing is refused while anyone maps it writable. */
	if (munmap(memory, bytes) < 0)
		return -errno;
	return bpf_map_freeze(fd);
}

static int insert(const struct image *image, uint32_t index, uint64_t *ret_bytes,
		  void *data)
{
	const struct image_map *map = data;
	_cleanup_(closep) int fd = -1;
	char name[BPF_OBJ_NAME_LEN];
	int r;

	if (image->n_words > LIMIT_IMAGE_WORDS)
		return -E2BIG;
	snprintf(name, sizeof(name), map->unlisted ? NAME_FORMAT_UNLISTED : NAME_FORMAT,
		 index);
	r = create(name, (uint32_t)image->n_words, &fd);
	if (r < 0)
		return r;
	r = fill(fd, image);
	if (r < 0)
		return r;
	r = bpf_map_update_elem(map->fd, &index, &fd, BPF_ANY);
	if (r < 0)
		return r;
	*ret_bytes = map_bytes(fd);
	return 0;
}

static int remove_index(uint32_t index, void *data)
{
	const struct image_map *map = data;
	int r = bpf_map_delete_elem(map->fd, &index);

	return r == -ENOENT ? 0 : r;
}

struct images_backend image_map_backend(struct image_map *map)
{
	return (struct images_backend){
		.insert = insert, .remove = remove_index, .data = map};
}

int image_map_open(int fd, struct image_map *ret_map)
{
	struct image_map map = {.fd = fd, .none_fd = -1};
	int r = create("lsmd_img_none", 1, &map.none_fd);

	if (r < 0)
		return r;
	r = image_map_wait(&map);
	if (r < 0) {
		image_map_close(&map);
		return r;
	}
	*ret_map = map;
	return 0;
}

void image_map_close(struct image_map *map)
{
	if (map->none_fd >= 0)
		close(map->none_fd);
	*map = (struct image_map){.fd = -1, .none_fd = -1};
}

int image_map_wait(const struct image_map *map)
{
	const uint32_t none = 0;

	return bpf_map_update_elem(map->fd, &none, &map->none_fd, BPF_ANY);
}

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

static int adopt(struct images *images, uint32_t index, int fd,
		 const struct bpf_map_info *info)
{
	struct image *image = NULL;
	int r = read_image(fd, info, &image);

	if (r == -ENOMEM)
		return r;
	r = images_adopt(images, index, image, map_bytes(fd));
	image_unref(image);
	return r;
}

static bool index_of(const char *name, uint32_t *ret_index)
{
	char again[BPF_OBJ_NAME_LEN];

	if (sscanf(name, NAME_FORMAT, ret_index) != 1 || *ret_index == 0 ||
	    *ret_index >= LIMIT_IMAGES)
		return false;
	snprintf(again, sizeof(again), NAME_FORMAT, *ret_index);
	return !strcmp(name, again);
}

/*
 * A name is a hint only: an image that was removed may live on in someone's descriptor.
 * Of two that claim one index the outer map tells which it is.
 */
static int adopt_id(const struct image_map *map, struct images *images, uint32_t id)
{
	_cleanup_(closep) int fd = bpf_map_get_fd_by_id(id);
	struct bpf_map_info info;
	uint32_t index, current;

	/* Gone since, or not for us to open: not ours, in any case. */
	if (fd < 0 || map_info(fd, &info) < 0 || !index_of(info.name, &index))
		return 0;
	if (!images_find(images, index))
		return adopt(images, index, fd, &info);
	if (bpf_map_lookup_elem(map->fd, &index, &current) < 0 || current != id)
		return 0;
	return adopt(images, index, fd, &info);
}

int image_map_adopt(const struct image_map *map, struct images *images)
{
	uint32_t id = 0;

	while (bpf_map_get_next_id(id, &id) == 0) {
		int r = adopt_id(map, images, id);

		if (r < 0)
			return r;
	}
	return errno == ENOENT ? 0 : -errno;
}

int image_map_adopt_index(const struct image_map *map, struct images *images,
			  uint32_t index)
{
	_cleanup_(closep) int fd = -1;
	struct bpf_map_info info;
	uint32_t id;

	if (images_find(images, index))
		return 0;
	if (bpf_map_lookup_elem(map->fd, &index, &id) == 0)
		fd = bpf_map_get_fd_by_id(id);
	if (fd < 0 || map_info(fd, &info) < 0)
		return images_adopt(images, index, NULL, 0);
	return adopt(images, index, fd, &info);
}
