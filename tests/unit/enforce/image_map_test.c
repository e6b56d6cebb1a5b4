// SPDX-License-Identifier: Apache-2.0

/* With maps of the running kernel; skipped without the privilege to make them. */

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>

#include "enforce/image_map.h"
#include "enforce/self_test_image.h"
#include "lsm/limits.h"
#include "util/cleanup.h"

static int outer = -1;
static struct image_map map;
static struct images *images;
static struct image *image;

static int make_outer(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, inner,
		    .map_flags = BPF_F_INNER_MAP | BPF_F_MMAPABLE);
	LIBBPF_OPTS(bpf_map_create_opts, options);
	_cleanup_(closep) int template =
		bpf_map_create(BPF_MAP_TYPE_ARRAY, "template", 4, 8, 1, &inner);

	if (template <0)
		return template;
	options.inner_map_fd = (uint32_t) template;
	return bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "outer", 4, 4, LIMIT_IMAGES,
			      &options);
}

static void start_life(void)
{
	struct images_backend backend = image_map_backend(&map);

	cr_assert_eq(image_map_open(outer, &map), 0);
	cr_assert_eq(images_new(&backend, &images), 0);
}

static void end_life(void)
{
	images_free(images);
	image_map_close(&map);
}

static void setup(void)
{
	outer = make_outer();
	if (outer == -EPERM)
		cr_skip("needs CAP_BPF and CAP_SYS_ADMIN");
	cr_assert_geq(outer, 0);
	cr_assert_eq(self_test_image(&image), 0);
	start_life();
}

static void teardown(void)
{
	if (outer < 0)
		return;
	end_life();
	image_unref(image);
	close(outer);
}

TestSuite(image_map, .init = setup, .fini = teardown);

static int inner_fd(uint32_t index)
{
	uint32_t id;

	cr_assert_eq(bpf_map_lookup_elem(outer, &index, &id), 0);
	return bpf_map_get_fd_by_id(id);
}

Test(image_map, holds_the_words_and_lets_nobody_change_them)
{
	struct published *published;
	uint32_t word = 0;
	uint64_t value = 0;
	int fd;

	cr_assert_eq(images_get(images, image, &published), 0);
	cr_assert_gt(published->bytes, 0);
	fd = inner_fd(published->index);
	cr_assert_eq(bpf_map_lookup_elem(fd, &word, &value), 0);
	cr_assert_eq(value, image->words[0]);
	cr_assert_eq(bpf_map_update_elem(fd, &word, &value, BPF_ANY), -EPERM);
	close(fd);
}

Test(image_map, a_later_life_reads_it_back)
{
	struct published *published, *again;
	uint32_t index;

	cr_assert_eq(images_get(images, image, &published), 0);
	index = published->index;
	end_life();
	start_life();
	cr_assert_eq(image_map_adopt(&map, images), 0);
	again = images_find(images, index);
	cr_assert_not_null(again);
	cr_assert(images_equal(again->image, image));
	cr_assert_gt(again->bytes, 0);
}

Test(image_map, of_two_that_claim_one_index_the_outer_map_tells)
{
	LIBBPF_OPTS(bpf_map_create_opts, options,
		    .map_flags = BPF_F_INNER_MAP | BPF_F_MMAPABLE);
	char name[] = "lsmd_img_00001";
	int before = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, 4, 8, 1, &options), after;
	struct published *published;

	cr_assert_eq(images_get(images, image, &published), 0);
	cr_assert_eq(published->index, 1);
	after = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, 4, 8, 1, &options);
	end_life();
	start_life();
	cr_assert_eq(image_map_adopt(&map, images), 0);
	cr_assert_not_null(images_find(images, 1));
	cr_assert_not_null(images_find(images, 1)->image);
	close(before);
	close(after);
}

Test(image_map, one_without_a_telling_name_is_looked_up)
{
	LIBBPF_OPTS(bpf_map_create_opts, options,
		    .map_flags = BPF_F_INNER_MAP | BPF_F_MMAPABLE);
	uint32_t index = 5;
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "other", 4, 8,
				(uint32_t)image->n_words, &options);

	for (uint32_t i = 0; i < image->n_words; i++)
		cr_assert_eq(bpf_map_update_elem(fd, &i, &image->words[i], BPF_ANY), 0);
	cr_assert_eq(bpf_map_update_elem(outer, &index, &fd, BPF_ANY), 0);
	close(fd);
	cr_assert_eq(image_map_adopt(&map, images), 0);
	cr_assert_null(images_find(images, index));
	cr_assert_eq(image_map_adopt_index(&map, images, index), 0);
	cr_assert(images_equal(images_find(images, index)->image, image));
}

Test(image_map, what_is_no_image_is_known_without_words)
{
	LIBBPF_OPTS(bpf_map_create_opts, options,
		    .map_flags = BPF_F_INNER_MAP | BPF_F_MMAPABLE);
	uint32_t index = 6;
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "lsmd_img_00006", 4, 8, 64, &options);

	cr_assert_eq(bpf_map_update_elem(outer, &index, &fd, BPF_ANY), 0);
	close(fd);
	cr_assert_eq(image_map_adopt(&map, images), 0);
	cr_assert_not_null(images_find(images, index));
	cr_assert_null(images_find(images, index)->image);
	cr_assert_eq(image_map_adopt_index(&map, images, 7), 0);
	cr_assert_null(images_find(images, 7)->image);
}

Test(image_map, a_sweep_takes_it_out_of_the_kernel)
{
	struct published *published;
	uint32_t index, id;

	cr_assert_eq(images_get(images, image, &published), 0);
	index = published->index;
	images_put(published);
	images_sweep(images, 1);
	cr_assert_eq(bpf_map_lookup_elem(outer, &index, &id), -ENOENT);
	cr_assert_eq(image_map_wait(&map), 0);
}
