// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <errno.h>

#include "enforce/slots.h"
#include "fake.h"
#include "lsm/image.h"

#define CELLS 512U

static struct fake_kernel kernel;
static struct slot slot_cells[LIMIT_SLOTS];
static uint64_t counter_cells[CELLS];
static struct window slot_window, counter_window;
static struct images *images;
static struct counters *counters;
static struct slots *slots;

static void start_life(void)
{
	const struct images_backend backend = fake_backend(&kernel);

	cr_assert_eq(images_new(&backend, &images), 0);
	counter_window = (struct window){(uint8_t *)counter_cells, sizeof(counter_cells),
					 sizeof(counter_cells), -1};
	slot_window = (struct window){(uint8_t *)slot_cells, sizeof(slot_cells),
				      sizeof(slot_cells), -1};
	cr_assert_eq(counters_new(&counter_window, &counters), 0);
	cr_assert_eq(slots_new(&slot_window, images, counters, &slots), 0);
}

static void end_life(void)
{
	slots_free(slots);
	counters_free(counters);
	images_free(images);
}

TestSuite(slots, .init = start_life, .fini = end_life);

static uint32_t take(void)
{
	uint32_t slot = 0;

	cr_assert_eq(slots_take(slots, &slot), 0);
	return slot;
}

static int publish(uint32_t slot, uint32_t n_rules, uint64_t word)
{
	struct image *image = fake_image(n_rules, word);
	int r = slots_publish(slots, slot, image);

	image_unref(image);
	return r;
}

static uint64_t *cells_of(uint32_t slot)
{
	return &counter_cells[SLOT_COUNTERS(slot_cells[slot].image)];
}

struct gains {
	uint64_t total, of_rule_0, closed, no_rule;
	uint32_t slot;
	const struct image *image;
};

static void add(uint32_t slot, const struct image *image, uint32_t counter, uint32_t rule,
		uint64_t count, void *data)
{
	struct gains *gains = data;

	gains->total += count;
	gains->of_rule_0 += rule == 0 ? count : 0;
	gains->closed += rule == RULE_CLOSED && counter >= COUNTER_CLOSED ? count : 0;
	gains->no_rule += rule == HARVEST_NO_RULE ? count : 0;
	gains->slot = slot;
	gains->image = image;
}

static struct gains harvest(void)
{
	struct gains gains = {0};

	slots_harvest(slots, add, &gains);
	return gains;
}

Test(slots, zero_is_never_given_out)
{
	uint32_t slot = take();

	cr_assert_gt(slot, 0);
	cr_assert_eq(slot_cells[slot].image, 0);
}

Test(slots, the_limit_is_said)
{
	uint32_t slot;

	for (uint32_t i = 1; i < LIMIT_SLOTS; i++)
		take();
	cr_assert_eq(slots_take(slots, &slot), ENFORCER_E_SLOTS);
}

Test(slots, publishing_stores_an_image_that_is_there_already)
{
	uint32_t slot = take();

	cr_assert_eq(publish(slot, 2, 1), 0);
	cr_assert_not_null(kernel.images[SLOT_IMAGE(slot_cells[slot].image)]);
	cr_assert_gt(SLOT_COUNTERS(slot_cells[slot].image), 0);
	cr_assert_eq(slots_image(slots, slot)->n_rules, 2);
}

Test(slots, publishing_what_is_in_force_changes_nothing)
{
	uint32_t slot = take();
	uint64_t word;

	cr_assert_eq(publish(slot, 2, 1), 0);
	word = slot_cells[slot].image;
	cr_assert_eq(publish(slot, 2, 1), 0);
	cr_assert_eq(slot_cells[slot].image, word);
	cr_assert_not(slots_must_settle(slots));
}

Test(slots, subjects_share_an_image_and_no_counters)
{
	uint32_t a = take(), b = take();

	publish(a, 2, 1);
	publish(b, 2, 1);
	cr_assert_eq(SLOT_IMAGE(slot_cells[a].image), SLOT_IMAGE(slot_cells[b].image));
	cr_assert_neq(SLOT_COUNTERS(slot_cells[a].image),
		      SLOT_COUNTERS(slot_cells[b].image));
	cr_assert_eq(kernel.inserted, 1);
}

Test(slots, what_cannot_be_published_leaves_the_old_in_force)
{
	uint32_t slot = take();
	uint64_t word;

	publish(slot, 2, 1);
	word = slot_cells[slot].image;
	kernel.refuse = -EPERM;
	cr_assert_eq(publish(slot, 2, 2), -EPERM);
	kernel.refuse = 0;
	cr_assert_eq(publish(slot, CELLS, 3), ENFORCER_E_COUNTERS);
	cr_assert_eq(publish(slot + 1, 1, 4), -ENOENT);
	cr_assert_eq(slot_cells[slot].image, word);
	cr_assert_not(slots_must_settle(slots));
}

Test(slots, no_rules_is_a_word_of_zero)
{
	uint32_t slot = take();

	publish(slot, 2, 1);
	cr_assert_eq(slots_publish(slots, slot, NULL), 0);
	cr_assert_eq(slot_cells[slot].image, 0);
	cr_assert_null(slots_image(slots, slot));
}

Test(slots, each_counter_is_reported_for_what_it_is)
{
	uint32_t slot = take();
	struct gains gains;

	publish(slot, 2, 1);
	cells_of(slot)[COUNTER_RULES] = 3;
	cells_of(slot)[COUNTER_CLOSED + HOOK_FILE_OPEN] = 4;
	cells_of(slot)[COUNTER_UNRECORDED] = 5;
	gains = harvest();
	cr_assert_eq(gains.slot, slot);
	cr_assert_eq(gains.image, slots_image(slots, slot));
	cr_assert_eq(gains.of_rule_0, 3);
	cr_assert_eq(gains.closed, 4);
	cr_assert_eq(gains.no_rule, 5);
	cr_assert_eq(harvest().total, 0);
}

Test(slots, a_late_count_of_a_replaced_image_is_reported_under_that_image)
{
	uint32_t slot = take();
	const struct image *old;
	struct gains gains;
	uint64_t *cells;

	publish(slot, 2, 1);
	old = slots_image(slots, slot);
	cells = cells_of(slot);
	publish(slot, 2, 2);
	cells[COUNTER_RULES] = 1;
	gains = harvest();
	cr_assert_eq(gains.total, 1);
	cr_assert_eq(gains.image, old);
}

Test(slots, counters_are_reused_only_when_settled)
{
	uint32_t slot = take(), other = take();
	uint32_t block;

	publish(slot, 2, 1);
	block = SLOT_COUNTERS(slot_cells[slot].image);
	slots_publish(slots, slot, NULL);
	publish(other, 2, 2);
	cr_assert_neq(SLOT_COUNTERS(slot_cells[other].image), block);
	slots_settle(slots, 0);
	publish(slot, 2, 2);
	cr_assert_eq(SLOT_COUNTERS(slot_cells[slot].image), block);
}

Test(slots, image_and_number_are_reused_only_when_no_record_can_name_them)
{
	uint32_t slot = take(), index;

	publish(slot, 2, 1);
	index = SLOT_IMAGE(slot_cells[slot].image);
	slots_give(slots, slot);
	cr_assert_eq(slot_cells[slot].image, 0);
	slots_reclaim(slots, 1000);
	slots_settle(slots, 500);
	slots_reclaim(slots, 499);
	images_sweep(images, 8);
	cr_assert_not_null(images_find(images, index));
	cr_assert_neq(take(), slot);
	slots_reclaim(slots, 500);
	images_sweep(images, 8);
	cr_assert_null(images_find(images, index));
	cr_assert_eq(take(), slot);
}

Test(slots, giving_back_twice_is_ignored)
{
	uint32_t slot = take();

	slots_give(slots, slot);
	slots_give(slots, slot);
	slots_settle(slots, 0);
	slots_reclaim(slots, 0);
	cr_assert_eq(take(), slot);
	cr_assert_neq(take(), slot);
}

Test(slots, a_new_subject_inherits_no_container)
{
	uint32_t slot = take();

	slot_cells[slot].mount_namespace = 77;
	slot_cells[slot].root_device = 78;
	slots_give(slots, slot);
	slots_settle(slots, 0);
	slots_reclaim(slots, 0);
	cr_assert_eq(take(), slot);
	cr_assert_eq(slot_cells[slot].mount_namespace, 0);
	cr_assert_eq(slot_cells[slot].root_device, 0);
}

Test(slots, what_is_forgotten_is_not_harvested)
{
	uint32_t slot = take();

	publish(slot, 2, 1);
	cells_of(slot)[COUNTER_RULES] = 3;
	cr_assert_eq(slots_counter(slots, slot, COUNTER_RULES), 3);
	slots_forget(slots, slot);
	cr_assert_eq(harvest().total, 0);
}

/* --- a later life
 * ------------------------------------------------------------------------- */

static void adopt(uint32_t referenced)
{
	struct bitmap bitmap;

	cr_assert_eq(bitmap_init(&bitmap, LIMIT_SLOTS), 0);
	if (referenced)
		bitmap_set(&bitmap, referenced, 1, true);
	cr_assert_eq(slots_adopt(slots, slot_cells, &bitmap), 0);
	bitmap_clear(&bitmap);
}

Test(slots, a_later_life_changes_nothing_and_reports_what_was_counted)
{
	struct image *image = fake_image(2, 1);
	uint32_t slot = take();
	uint64_t word;

	publish(slot, 2, 1);
	cells_of(slot)[COUNTER_RULES + 1] = 9;
	word = slot_cells[slot].image;
	end_life();
	start_life();
	cr_assert_eq(images_adopt(images, SLOT_IMAGE(word), image, 0), 0);
	adopt(slot);
	cr_assert_eq(slot_cells[slot].image, word);
	cr_assert_eq(slots_image(slots, slot), image);
	cr_assert_eq(harvest().total, 9);
	cr_assert_eq(publish(slot, 2, 1), 0);
	cr_assert_eq(slot_cells[slot].image, word);
	cr_assert_neq(take(), slot);
	image_unref(image);
}

Test(slots, a_later_life_gives_back_what_no_cgroup_points_to)
{
	struct image *image = fake_image(2, 1);
	uint32_t slot = take();
	uint64_t word;

	publish(slot, 2, 1);
	word = slot_cells[slot].image;
	cells_of(slot)[COUNTER_RULES] = 2;
	end_life();
	start_life();
	cr_assert_eq(images_adopt(images, SLOT_IMAGE(word), image, 0), 0);
	adopt(0);
	cr_assert_eq(slot_cells[slot].image, 0);
	cr_assert_eq(harvest().total, 2);
	slots_settle(slots, 0);
	slots_reclaim(slots, 0);
	cr_assert_eq(take(), slot);
	image_unref(image);
}

Test(slots, a_slot_without_rules_is_taken_while_a_cgroup_points_to_it)
{
	uint32_t slot = take();

	end_life();
	start_life();
	adopt(slot);
	cr_assert_neq(take(), slot);
	cr_assert_eq(publish(slot, 1, 1), 0);
}

Test(slots, the_counters_of_an_unknown_image_are_kept_from_others)
{
	uint32_t slot = take(), other;
	uint64_t word;

	publish(slot, 100, 1);
	word = slot_cells[slot].image;
	end_life();
	start_life();
	cr_assert_eq(images_adopt(images, SLOT_IMAGE(word), NULL, 0), 0);
	adopt(slot);
	cr_assert_eq(slot_cells[slot].image, word);
	other = take();
	cr_assert_eq(publish(other, 1, 2), ENFORCER_E_COUNTERS);
	/* A new image for it frees them. */
	cr_assert_eq(slots_publish(slots, slot, NULL), 0);
	slots_settle(slots, 0);
	cr_assert_eq(publish(other, 1, 2), 0);
}

static int publish_demanding(uint32_t slot, uint32_t demand)
{
	struct image *image = fake_image(1, demand);
	int r;

	image->words[IMAGE_H_SECTIONS] = demand;
	r = slots_publish(slots, slot, image);
	image_unref(image);
	return r;
}

Test(slots, demand_what_is_in_force_and_no_more)
{
	uint32_t one = take(), other = take();

	cr_assert_eq(slots_demand(slots), 0);
	cr_assert_eq(publish_demanding(one, IMAGE_HAS_UNIX), 0);
	cr_assert_eq(publish_demanding(other, IMAGE_HAS_SENDMSG), 0);
	cr_assert_eq(slots_demand(slots), IMAGE_HAS_UNIX | IMAGE_HAS_SENDMSG);
	cr_assert_eq(slots_publish(slots, one, NULL), 0);
	cr_assert_eq(slots_demand(slots), IMAGE_HAS_SENDMSG);
	slots_give(slots, other);
	cr_assert_eq(slots_demand(slots), 0);
}

Test(slots, demand_everything_for_an_image_that_is_not_known)
{
	uint32_t slot = take();
	uint64_t word;

	publish(slot, 1, 1);
	word = slot_cells[slot].image;
	end_life();
	start_life();
	cr_assert_eq(images_adopt(images, SLOT_IMAGE(word), NULL, 0), 0);
	adopt(slot);
	cr_assert_eq(slots_demand(slots), UINT32_MAX);
}
