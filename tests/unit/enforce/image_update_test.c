// SPDX-License-Identifier: Apache-2.0
#include "enforce/image_update.h"

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>

#include "enforce/map_info.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define ELEMENTS 200

static int outer = -1, inner = -1;

static int make_inner(void)
{
	return bpf_map_create(BPF_MAP_TYPE_ARRAY, "inner", sizeof(uint32_t),
			      sizeof(uint64_t), 1, NULL);
}

static void setup(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);

	inner = make_inner();
	if (inner < 0)
		cr_skip("needs CAP_BPF and CAP_SYS_ADMIN");
	options.inner_map_fd = (uint32_t)inner;
	outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "outer", sizeof(uint32_t),
			       sizeof(uint32_t), ELEMENTS, &options);
	cr_assert_geq(outer, 0);
}

static void teardown(void)
{
	closep(&outer);
	closep(&inner);
}

TestSuite(image_update, .init = setup, .fini = teardown);

/* 0: there is none. */
static uint32_t id_at(uint32_t index)
{
	uint32_t id = 0;

	return bpf_map_lookup_elem(outer, &index, &id) == 0 ? id : 0;
}

static uint32_t id_of(int fd)
{
	struct bpf_map_info info;

	cr_assert_eq(map_info(fd, &info), 0);
	return info.id;
}

Test(image_update, is_seen_when_it_returns)
{
	for (uint32_t index = 0; index < ELEMENTS; index++) {
		_cleanup_(closep) int fd = make_inner();

		cr_assert_eq(image_update(outer, index, fd), 0);
		cr_assert_eq(id_at(index), id_of(fd));
	}
	for (uint32_t index = 0; index < ELEMENTS; index++) {
		cr_assert_eq(image_update(outer, index, -1), 0);
		cr_assert_eq(id_at(index), 0);
	}
}

Test(image_update, changes_one_element_in_the_order_asked_for)
{
	for (unsigned i = 0; i < 100; i++) {
		_cleanup_(closep) int fd = make_inner();

		cr_assert_eq(image_update(outer, 1, fd), 0);
		cr_assert_eq(id_at(1), id_of(fd));
		if (i % 2)
			cr_assert_eq(image_update(outer, 1, -1), 0);
	}
	cr_expect_eq(id_at(1), 0);
}

/* A thread that still had the first to do would undo the second. */
Test(image_update, does_nothing_where_nothing_is_to_be_done)
{
	for (unsigned i = 0; i < 200; i++) {
		_cleanup_(closep) int fd = make_inner();

		cr_assert_eq(image_update(outer, i % 4, -1), 0);
		cr_assert_eq(image_update(outer, i % 4, -1), 0);
		cr_assert_eq(image_update(outer, i % 4, fd), 0);
		cr_assert_eq(image_update(outer, i % 4, fd), 0);
	}
	usleep(100000);
	for (uint32_t index = 0; index < 4; index++)
		cr_expect_neq(id_at(index), 0);
}

Test(image_update, tells_what_the_kernel_refuses)
{
	cr_expect_eq(image_update(outer, ELEMENTS, inner), -E2BIG);
	cr_expect_lt(image_update(-1, 0, inner), 0);
}

/* The average, so that a busy machine does not count. */
Test(image_update, does_not_wait_for_a_grace_period)
{
	uint64_t waited = clock_boot(), own;

	for (uint32_t index = 0; index < 10; index++)
		cr_assert_eq(bpf_map_update_elem(outer, &index, &inner, BPF_ANY), 0);
	waited = clock_boot() - waited;
	own = clock_boot();
	for (uint32_t index = 10; index < 20; index++)
		cr_assert_eq(image_update(outer, index, inner), 0);
	own = clock_boot() - own;
	printf("# 10 updates: %.1f ms, with the wait %.1f ms\n", (double)own / 1e6,
	       (double)waited / 1e6);
	cr_expect_lt(own, waited);
}
