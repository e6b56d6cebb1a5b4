// SPDX-License-Identifier: Apache-2.0

/* With maps of the running kernel; skipped without the privilege to make them. */

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "enforce/image_map.h"
#include "enforce/self_test_image.h"
#include "lsm/image.h"
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
	uint32_t index = 12000;
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
	uint32_t index = 12006;
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "lsmd_img_12006", 4, 8, 64, &options);

	cr_assert_eq(bpf_map_update_elem(outer, &index, &fd, BPF_ANY), 0);
	close(fd);
	cr_assert_eq(image_map_adopt(&map, images), 0);
	cr_assert_not_null(images_find(images, index));
	cr_assert_null(images_find(images, index)->image);
	cr_assert_eq(image_map_adopt_index(&map, images, 12007), 0);
	cr_assert_null(images_find(images, 12007)->image);
}

Test(image_map, a_sweep_takes_it_out_of_the_kernel)
{
	struct published *published;
	uint32_t index, id;

	cr_assert_eq(images_get(images, image, &published), 0);
	index = published->index;
	images_put(published);
	images_sweep(images, 1);
	map_queue_wait(map.queue);
	cr_assert_eq(bpf_map_lookup_elem(outer, &index, &id), -ENOENT);
	cr_assert_eq(image_map_wait(&map), 0);
}

/* --- spares
 * ------------------------------------------------------------------------------ */

/* Another image of the same size: of another severity. */
static struct published *get_variant(uint64_t severity)
{
	uint64_t words[512];
	struct image *other;
	struct published *published;

	memcpy(words, image->words, image->n_words * sizeof(*words));
	words[WORD_LO(words[IMAGE_H_RULES]) + RULE_W_WHAT] |= severity << 24;
	cr_assert_eq(image_load(words, image->n_words, &other), 0);
	cr_assert_eq(images_get(images, other, &published), 0);
	image_unref(other);
	return published;
}

/* 0: there is none. */
static uint32_t id_at(uint32_t index)
{
	uint32_t id = 0;

	return bpf_map_lookup_elem(outer, &index, &id) == 0 ? id : 0;
}

/* After one image, until what it made come is there. @first: names are the whole
 * machine's, so that a test which adopts has indices of its own. */
static void have_spares(uint32_t first)
{
	struct published *published;

	bitmap_set(&map.taken, 1, first - 1, true);
	cr_assert_eq(images_get(images, image, &published), 0);
	map_queue_wait(map.queue);
	image_map_refill(&map);
	cr_assert_eq(map.spares.n, 4);
	cr_assert_geq(image_map_spare_bytes(&map), 4 * published->bytes);
}

Test(image_map, an_image_in_a_spare_changes_nothing_in_the_outer_map)
{
	struct published *published;
	uint32_t ids[6], word; /* none, the first, four spares */
	uint64_t value;
	int fd;

	have_spares(1);
	for (uint32_t index = 0; index < ARRAY_SIZE(ids); index++)
		ids[index] = id_at(index);
	published = get_variant(1);
	for (uint32_t index = 0; index < ARRAY_SIZE(ids); index++)
		cr_expect_eq(id_at(index), ids[index]);
	fd = inner_fd(published->index);
	for (word = 0; word < published->image->n_words; word++) {
		cr_assert_eq(bpf_map_lookup_elem(fd, &word, &value), 0);
		cr_expect_eq(value, published->image->words[word]);
	}
	for (; bpf_map_lookup_elem(fd, &word, &value) == 0; word++)
		cr_expect_eq(value, WORD_OUTSIDE);
	cr_expect_eq(word, 512);
	word = 0;
	cr_expect_eq(bpf_map_update_elem(fd, &word, &value, BPF_ANY), -EPERM);
	close(fd);
}

Test(image_map, a_later_life_reads_back_what_a_spare_holds)
{
	struct image *held;
	uint32_t index;

	have_spares(12100);
	index = get_variant(1)->index;
	held = image_ref(images_find(images, index)->image);
	end_life();
	start_life();
	cr_assert_eq(image_map_adopt(&map, images), 0);
	cr_assert(images_equal(images_find(images, index)->image, held));
	image_unref(held);
}

Test(image_map, more_images_than_spares_are_had_all_the_same)
{
	have_spares(1);
	for (uint64_t severity = 1; severity <= 40; severity++) {
		struct published *published = get_variant(severity);

		cr_expect_neq(id_at(published->index), 0);
	}
	map_queue_wait(map.queue);
	image_map_refill(&map);
	cr_assert_eq(map.spares.n, 4);
}

Test(image_map, a_later_life_takes_spares_out_and_makes_its_own)
{
	const uint32_t first = 12200;
	uint32_t ids[5];

	have_spares(first);
	end_life();
	for (uint32_t i = 0; i < ARRAY_SIZE(ids); i++)
		ids[i] = id_at(first + i);
	start_life();
	cr_assert_eq(image_map_adopt(&map, images), 0);
	images_drop_claims(images);
	image_map_refill(&map);
	map_queue_wait(map.queue);
	image_map_refill(&map);
	cr_assert_geq(map.spares.n, 4);
	cr_expect_eq(id_at(first), ids[0]);
	for (uint32_t i = 1; i < ARRAY_SIZE(ids); i++) {
		cr_expect_neq(ids[i], 0);
		cr_expect_neq(id_at(first + i), ids[i]);
	}
}

Test(image_map, an_index_on_its_way_out_is_waited_for)
{
	struct published *published;
	uint32_t index;

	map.unlisted = true;
	published = get_variant(1);
	index = published->index;
	bitmap_set(&map.taken, 1, LIMIT_IMAGES - 1, true);
	images_put(published);
	published = get_variant(2);
	cr_expect_eq(published->index, index);
	cr_expect_neq(id_at(index), 0);
}

Test(image_map, where_no_index_is_free_a_spare_gives_its_own)
{
	struct image large = {.references = 2, .n_words = 4096, .words = NULL};
	struct published *published;

	have_spares(1);
	bitmap_set(&map.taken, 1, LIMIT_IMAGES - 1, true);
	large.words = calloc(large.n_words, sizeof(*large.words));
	cr_assert_eq(images_get(images, &large, &published), 0);
	cr_expect_eq(map.spares.n, 3);
	cr_expect_neq(id_at(published->index), 0);
	free(large.words);
}

Test(image_map, a_dry_run_has_none)
{
	map.unlisted = true;
	get_variant(1);
	map_queue_wait(map.queue);
	image_map_refill(&map);
	cr_assert_eq(map.spares.n, 0);
	cr_assert_eq(image_map_spare_bytes(&map), 0);
}
