// SPDX-License-Identifier: Apache-2.0

/* With a map of the running kernel; skipped without the privilege to make one. */

#include "enforce/identity_map.h"

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "lsm/abi.h"

#define ROOM 12

static int fd = -1;
static struct identity_map *map;

static void setup(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);

	fd = bpf_map_create(BPF_MAP_TYPE_HASH, "identities", sizeof(struct identity_key),
			    sizeof(uint32_t), ROOM, &options);
	if (fd == -EPERM)
		cr_skip("needs CAP_BPF");
	cr_assert_geq(fd, 0);
	cr_assert_eq(identity_map_new(fd, &map), 0);
}

static void teardown(void)
{
	identity_map_free(map);
}

TestSuite(identity_map, .init = setup, .fini = teardown);

static struct enforcer_identity identity(uint64_t inode, uint32_t accept)
{
	return (struct enforcer_identity){.file = {.inode = inode, .device = 7},
					  .accept = accept};
}

/* What the kernel finds for a file, as a program does: "10 20", "" for none. */
static const char *found(uint32_t slot, uint32_t image, uint64_t inode)
{
	static char text[256];
	struct identity_key key = {
		.inode = inode, .device = 7, .slot = slot, .image = image};
	uint32_t accept;

	*text = '\0';
	for (; key.number < LIMIT_IDENTITY_ACCEPTS &&
	       bpf_map_lookup_elem(fd, &key, &accept) == 0;
	     key.number++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u",
			 *text ? " " : "", accept);
	return text;
}

static size_t put(uint32_t slot, uint32_t image, const struct enforcer_identity *items,
		  size_t n)
{
	size_t missing = 99;

	cr_assert_eq(identity_map_put(map, slot, image, items, n, &missing), 0);
	return missing;
}

Test(identity_map, holds_what_was_put)
{
	const struct enforcer_identity items[] = {identity(2, 20), identity(1, 10),
						  identity(1, 10)};

	cr_assert_eq(put(3, 1, items, 3), 0);
	cr_assert_str_eq(found(3, 1, 1), "10");
	cr_assert_str_eq(found(3, 1, 2), "20");
	cr_assert_str_eq(found(3, 2, 1), "");
	cr_assert_str_eq(found(4, 1, 1), "");
	cr_assert_eq(identity_map_count(map), 2);
}

Test(identity_map, one_file_can_be_several_paths)
{
	const struct enforcer_identity items[] = {identity(1, 30), identity(1, 10),
						  identity(1, 20)};

	put(3, 1, items, 3);
	cr_assert_str_eq(found(3, 1, 1), "10 20 30");
}

Test(identity_map, numbers_have_no_gap_when_one_goes)
{
	const struct enforcer_identity items[] = {identity(1, 10), identity(1, 20),
						  identity(1, 30)};
	const struct enforcer_identity fewer[] = {identity(1, 20), identity(1, 30)};

	put(3, 1, items, 3);
	put(3, 1, fewer, 2);
	cr_assert_str_eq(found(3, 1, 1), "30 20");
	put(3, 1, NULL, 0);
	cr_assert_str_eq(found(3, 1, 1), "");
	cr_assert_eq(identity_map_count(map), 0);
}

Test(identity_map, what_comes_takes_the_number_of_what_goes)
{
	const struct enforcer_identity items[] = {identity(1, 10), identity(1, 20)};
	const struct enforcer_identity others[] = {identity(1, 40), identity(1, 20)};

	put(3, 1, items, 2);
	put(3, 1, others, 2);
	cr_assert_str_eq(found(3, 1, 1), "40 20");
}

Test(identity_map, images_are_apart_until_one_is_dropped)
{
	const struct enforcer_identity items[] = {identity(1, 10)};
	const struct enforcer_identity others[] = {identity(1, 11)};

	put(3, 1, items, 1);
	put(3, 2, others, 1);
	cr_assert_str_eq(found(3, 1, 1), "10");
	cr_assert_str_eq(found(3, 2, 1), "11");
	identity_map_keep(map, 3, 2);
	cr_assert_str_eq(found(3, 1, 1), "");
	cr_assert_str_eq(found(3, 2, 1), "11");
	identity_map_keep(map, 3, 0);
	cr_assert_str_eq(found(3, 2, 1), "");
}

Test(identity_map, says_what_found_no_room)
{
	struct enforcer_identity items[ROOM + 3], same[LIMIT_IDENTITY_ACCEPTS + 2];

	for (uint32_t i = 0; i < ROOM + 3; i++)
		items[i] = identity(i, 10);
	cr_assert_eq(put(3, 1, items, ROOM + 3), 3);
	put(3, 1, NULL, 0);
	for (uint32_t i = 0; i < LIMIT_IDENTITY_ACCEPTS + 2; i++)
		same[i] = identity(1, i + 1);
	cr_assert_eq(put(3, 1, same, LIMIT_IDENTITY_ACCEPTS + 2), 2);
}

static uint32_t keep_five(uint32_t slot, const void *data)
{
	(void)data;
	return slot == 3 ? 5 : 0;
}

Test(identity_map, a_later_life_knows_what_is_there)
{
	const struct enforcer_identity items[] = {identity(1, 10), identity(1, 20)};

	put(3, 5, items, 2);
	put(4, 5, items, 1);
	identity_map_free(map);
	cr_assert_eq(identity_map_new(fd, &map), 0);
	cr_assert_eq(identity_map_adopt(map), 0);
	cr_assert_eq(identity_map_count(map), 3);
	identity_map_keep_all(map, keep_five, NULL);
	cr_assert_str_eq(found(3, 5, 1), "10 20");
	cr_assert_str_eq(found(4, 5, 1), "");
}
