// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "enforce/window.h"

#define SIZE (200 << 10)

static int fd;
static struct window window;

static void setup(void)
{
	fd = memfd_create("map", MFD_CLOEXEC);
	cr_assert_eq(ftruncate(fd, SIZE), 0);
	cr_assert_eq(window_open(fd, SIZE, &window), 0);
}

static void teardown(void)
{
	window_close(&window);
	close(fd);
}

TestSuite(window, .init = setup, .fini = teardown);

Test(window, maps_no_more_than_is_reached_for)
{
	cr_assert_eq(window.mapped, 0);
	cr_assert_eq(window_reach(&window, 1), 0);
	cr_assert_geq(window.mapped, 1);
	cr_assert_lt(window.mapped, SIZE);
}

Test(window, grows_in_place_over_the_same_memory)
{
	uint8_t *base = window.base;
	char byte = 0;

	cr_assert_eq(window_reach(&window, 1), 0);
	window.base[0] = 7;
	cr_assert_eq(window_reach(&window, SIZE), 0);
	cr_assert_eq(window.base, base);
	cr_assert_eq(window.base[0], 7);
	window.base[SIZE - 1] = 9;
	cr_assert_eq(pread(fd, &byte, 1, SIZE - 1), 1);
	cr_assert_eq(byte, 9);
}

Test(window, ends_with_the_map)
{
	cr_assert_eq(window_reach(&window, SIZE + 1), -ERANGE);
	cr_assert_eq(window.mapped, 0);
}
