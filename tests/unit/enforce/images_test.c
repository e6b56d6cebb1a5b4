// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <errno.h>

#include "fake.h"

static struct fake_kernel kernel;
static struct images *images;

static void setup(void)
{
	const struct images_backend backend = fake_backend(&kernel);

	cr_assert_eq(images_new(&backend, &images), 0);
}

static void teardown(void)
{
	images_free(images);
}

TestSuite(images, .init = setup, .fini = teardown);

static struct published *get(uint64_t word)
{
	struct image *image = fake_image(1, word);
	struct published *published = NULL;

	cr_assert_eq(images_get(images, image, &published), 0);
	image_unref(image);
	return published;
}

Test(images, equal_images_are_one)
{
	struct published *a = get(1), *b = get(1), *c = get(2);

	cr_assert_eq(a, b);
	cr_assert_neq(a, c);
	cr_assert_eq(kernel.inserted, 2);
	cr_assert_eq(images_bytes(images), 8192);
}

Test(images, the_same_hash_does_not_make_them_equal)
{
	cr_assert_neq(get(1), get(257));
}

Test(images, index_zero_stands_for_none)
{
	cr_assert_gt(get(1)->index, 0);
}

Test(images, stay_until_a_sweep_and_are_had_again_for_nothing)
{
	images_put(get(1));
	cr_assert_eq(kernel.removed, 0);
	get(1);
	cr_assert_eq(kernel.inserted, 1);
	images_sweep(images, 8);
	cr_assert_eq(kernel.removed, 0);
}

Test(images, a_sweep_removes_those_without_users_within_its_budget)
{
	struct published *kept = get(1);

	images_put(get(2));
	images_put(get(3));
	images_put(get(4));
	images_sweep(images, 2);
	cr_assert_eq(kernel.removed, 2);
	images_sweep(images, 2);
	cr_assert_eq(kernel.removed, 3);
	cr_assert_eq(images_find(images, kept->index), kept);
}

Test(images, what_cannot_be_removed_keeps_its_index)
{
	struct published *published = get(1);
	uint32_t index = published->index;

	images_put(published);
	kernel.refuse = -EPERM;
	images_sweep(images, 8);
	kernel.refuse = 0;
	cr_assert_not_null(images_find(images, index));
	cr_assert_neq(get(2)->index, index);
}

Test(images, a_failed_insert_leaves_nothing)
{
	struct image *image = fake_image(1, 1);
	struct published *published;

	kernel.refuse = -EPERM;
	cr_assert_eq(images_get(images, image, &published), -EPERM);
	cr_assert_null(images_find(images, 1));
	cr_assert_eq(image->references, 1);
	image_unref(image);
}

Test(images, the_limit_is_said_and_an_unused_one_makes_room)
{
	struct image *image;
	struct published *published;

	for (uint64_t i = 1; i < LIMIT_IMAGES; i++)
		get(i);
	image = fake_image(1, LIMIT_IMAGES);
	cr_assert_eq(images_get(images, image, &published), IMAGES_E_FULL);
	images_put(images_find(images, 77));
	cr_assert_eq(images_get(images, image, &published), 0);
	cr_assert_eq(published->index, 77);
	image_unref(image);
}

Test(images, an_earlier_life_s_image_that_is_used_is_shared)
{
	struct image *image = fake_image(1, 5);

	cr_assert_eq(images_adopt(images, 9, image, 4096), 0);
	image_unref(image);
	images_use(images_find(images, 9));
	cr_assert_eq(get(5)->index, 9);
	cr_assert_eq(kernel.inserted, 0);
}

Test(images, one_that_only_claims_to_be_there_is_not_shared)
{
	struct image *image = fake_image(1, 5);

	cr_assert_eq(images_adopt(images, 9, image, 4096), 0);
	image_unref(image);
	cr_assert_neq(get(5)->index, 9);
	cr_assert_eq(kernel.inserted, 1);
}

Test(images, adopting_again_replaces_only_what_has_no_users)
{
	struct image *image = fake_image(1, 5), *other = fake_image(1, 6);

	cr_assert_eq(images_adopt(images, 9, image, 4096), 0);
	cr_assert_eq(images_adopt(images, 9, other, 4096), 0);
	images_use(images_find(images, 9));
	cr_assert_eq(get(6)->index, 9);
	cr_assert_eq(images_adopt(images, 9, image, 4096), -EEXIST);
	cr_assert_eq(images_adopt(images, 0, image, 4096), -ERANGE);
	cr_assert_eq(images_adopt(images, LIMIT_IMAGES, image, 4096), -ERANGE);
	image_unref(image);
	image_unref(other);
}

Test(images, one_without_words_is_swept)
{
	cr_assert_eq(images_adopt(images, 9, NULL, 0), 0);
	images_sweep(images, 8);
	cr_assert_null(images_find(images, 9));
	cr_assert_eq(kernel.removed, 1);
}

Test(images, without_words_and_users_it_is_dropped_and_nothing_else)
{
	struct published *unused = get(1);

	images_put(unused);
	cr_assert_eq(images_adopt(images, 8, NULL, 4096), 0);
	cr_assert_eq(images_adopt(images, 9, NULL, 4096), 0);
	images_use(images_find(images, 8));
	images_drop_claims(images);
	cr_assert_not_null(images_find(images, 8));
	cr_assert_null(images_find(images, 9));
	cr_assert_eq(images_find(images, unused->index), unused);
	cr_assert_eq(kernel.removed, 1);
}

static void claim(uint32_t n)
{
	for (uint32_t index = 1; index <= n; index++) {
		struct image *image = fake_image(1, index);

		cr_assert_eq(images_adopt(images, index, image, 4096), 0);
		image_unref(image);
	}
	images_use(images_find(images, 1));
	images_drop_claims(images);
}

Test(images, claims_stay_for_records_that_name_them)
{
	claim(100);
	cr_assert_eq(kernel.removed, 0);
}

Test(images, many_lives_that_ended_early_do_not_fill_the_kernel_with_claims)
{
	claim(1000);
	cr_assert_eq(kernel.removed, 999);
	cr_assert_not_null(images_find(images, 1));
}
