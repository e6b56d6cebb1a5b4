// SPDX-License-Identifier: Apache-2.0

/* With maps of the running kernel; skipped without the privilege to make them. */

#include "enforce/map_queue.h"

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>

#include "enforce/map_info.h"
#include "util/cleanup.h"

#define ELEMENTS 100U

static int outer = -1;
static struct map_queue *queue;

static int make_inner(uint32_t n_words)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_INNER_MAP);

	return bpf_map_create(BPF_MAP_TYPE_ARRAY, "inner", 4, 8, n_words, &options);
}

static void setup(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);
	_cleanup_(closep) int inner = make_inner(1);

	if (inner == -EPERM)
		cr_skip("needs CAP_BPF and CAP_SYS_ADMIN");
	cr_assert_geq(inner, 0);
	options.inner_map_fd = (uint32_t)inner;
	outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "outer", 4, 4, ELEMENTS,
			       &options);
	cr_assert_geq(outer, 0);
	cr_assert_eq(map_queue_new(outer, &queue), 0);
}

static void teardown(void)
{
	queue = map_queue_free(queue);
	closep(&outer);
}

TestSuite(map_queue, .init = setup, .fini = teardown);

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

/* All that was made until now. Return: how many. */
static unsigned collect(void)
{
	struct map_change *change;
	unsigned n = 0;

	while ((change = map_queue_made(queue))) {
		cr_expect_eq(change->result, 0);
		map_change_free(change);
		n++;
	}
	return n;
}

Test(map_queue, what_is_put_is_there_and_handed_over_once)
{
	struct map_change *change;
	int fd = make_inner(8);
	uint32_t id = id_of(fd);

	cr_assert_null(map_queue_made(queue));
	cr_assert_eq(map_queue_put(queue, 7, fd, 8), 0);
	map_queue_wait(queue);
	change = map_queue_made(queue);
	cr_assert_not_null(change);
	cr_expect_eq(change->result, 0);
	cr_expect_eq(change->index, 7);
	cr_expect_eq(change->n_words, 8);
	cr_expect_eq(change->fd, fd);
	map_change_free(change);
	cr_assert_eq(id_at(7), id);
	cr_assert_null(map_queue_made(queue));
}

Test(map_queue, what_is_removed_is_gone_also_when_nothing_was_there)
{
	cr_assert_eq(map_queue_put(queue, 1, make_inner(1), 1), 0);
	map_queue_wait(queue);
	cr_assert_eq(map_queue_remove(queue, 1), 0);
	cr_assert_eq(map_queue_remove(queue, 2), 0);
	map_queue_wait(queue);
	cr_assert_eq(id_at(1), 0);
	cr_assert_eq(collect(), 3);
}

Test(map_queue, what_the_kernel_refuses_is_told)
{
	struct map_change *change;

	cr_assert_eq(map_queue_put(queue, ELEMENTS, make_inner(1), 1), 0);
	map_queue_wait(queue);
	change = map_queue_made(queue);
	cr_assert_eq(change->result, -E2BIG);
	map_change_free(change);
}

Test(map_queue, all_of_many_are_made)
{
	for (uint32_t index = 0; index < ELEMENTS; index++)
		cr_assert_eq(map_queue_put(queue, index, make_inner(1), 1), 0);
	map_queue_wait(queue);
	for (uint32_t index = 0; index < ELEMENTS; index++)
		cr_expect_neq(id_at(index), 0);
	cr_assert_eq(collect(), ELEMENTS);
}

Test(map_queue, ends_with_what_was_not_begun_left_undone)
{
	for (uint32_t index = 0; index < ELEMENTS; index++)
		cr_assert_eq(map_queue_put(queue, index, make_inner(1), 1), 0);
	queue = map_queue_free(queue);
	cr_assert_null(queue);
	cr_assert_null(map_queue_free(NULL));
}
