// SPDX-License-Identifier: Apache-2.0

/* On a bpf file system in a mount namespace of its own; skipped without the privilege. */

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "enforce/enforcer.h"
#include "enforce/pins.h"
#include "util/cleanup.h"

static char directory[] = "/tmp/lsmd-pins-XXXXXX";
static char path[sizeof(directory) + 8];
static struct pins pins = {.fd = -1};
static char *why;
static bool is_mounted;

static void setup(void)
{
	cr_assert_not_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/pins", directory);
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("bpf", directory, "bpf", 0, "mode=700") < 0) {
		rmdir(directory);
		cr_skip("needs CAP_SYS_ADMIN");
	}
	is_mounted = true;
	cr_assert_eq(pins_open(path, &pins, &why), 0);
}

static void teardown(void)
{
	if (!is_mounted)
		return;
	pins_close(&pins);
	free(why);
	umount2(directory, MNT_DETACH);
	rmdir(directory);
}

TestSuite(pins, .init = setup, .fini = teardown);

static void put(enum pin_kind kind, const char *name, uint32_t entries)
{
	_cleanup_(closep) int fd =
		bpf_map_create(BPF_MAP_TYPE_ARRAY, "test", 4, 8, entries, NULL);

	cr_assert_geq(fd, 0);
	cr_assert_eq(pins_put(&pins, kind, name, fd), 0);
}

/* How many entries the pinned map has, or a negative errno. */
static int get(enum pin_kind kind, const char *name)
{
	struct bpf_map_info info = {0};
	uint32_t length = sizeof(info);
	_cleanup_(closep) int fd = -1;
	int r = pins_get(&pins, kind, name, &fd);

	if (r < 0)
		return r;
	cr_assert_eq(bpf_obj_get_info_by_fd(fd, &info, &length), 0);
	return (int)info.max_entries;
}

Test(pins, the_directory_is_the_owner_s_alone)
{
	struct stat status;

	cr_assert_eq(stat(path, &status), 0);
	cr_assert_eq(status.st_mode & 07777, 0700);
}

Test(pins, a_second_is_told_and_the_lock_goes_with_its_holder)
{
	struct pins second;
	char *detail = NULL;

	cr_assert_eq(pins_open(path, &second, &detail), ENFORCER_E_BUSY);
	cr_assert_not_null(strstr(detail, path));
	free(detail);
	pins_close(&pins);
	cr_assert_eq(pins_open(path, &pins, &why), 0);
}

Test(pins, what_is_put_can_be_got_and_replaced)
{
	cr_assert_eq(get(PIN_MAPS, "one"), -ENOENT);
	put(PIN_MAPS, "one", 3);
	cr_assert_eq(get(PIN_MAPS, "one"), 3);
	put(PIN_MAPS, "one", 4);
	cr_assert_eq(get(PIN_MAPS, "one"), 4);
	cr_assert(pins_has(&pins, PIN_MAPS, "one"));
	cr_assert_not(pins_has(&pins, PIN_LINKS, "one"));
}

Test(pins, promotion_replaces_and_adds)
{
	put(PIN_LINKS, "old", 1);
	put(PIN_LINKS, "both", 1);
	put(PIN_NEW, "both", 2);
	put(PIN_NEW, "new", 2);
	cr_assert_eq(pins_promote(&pins, PIN_LINKS), 0);
	cr_assert_eq(get(PIN_LINKS, "old"), 1);
	cr_assert_eq(get(PIN_LINKS, "both"), 2);
	cr_assert_eq(get(PIN_LINKS, "new"), 2);
	cr_assert_not(pins_has_any(&pins, PIN_NEW));
}

static bool is_wanted(const char *name, void *data)
{
	return !strcmp(name, data);
}

Test(pins, keeping_removes_the_others)
{
	char wanted[] = "b";

	put(PIN_LINKS, "a", 1);
	put(PIN_LINKS, "b", 1);
	put(PIN_LINKS, "c", 1);
	put(PIN_MAPS, "a", 1);
	cr_assert_eq(pins_keep(&pins, PIN_LINKS, is_wanted, wanted), 0);
	cr_assert_eq(get(PIN_LINKS, "a"), -ENOENT);
	cr_assert_eq(get(PIN_LINKS, "b"), 1);
	cr_assert_eq(get(PIN_LINKS, "c"), -ENOENT);
	cr_assert_eq(get(PIN_MAPS, "a"), 1);
}

Test(pins, removing_leaves_nothing)
{
	put(PIN_MAPS, "a", 1);
	put(PIN_LINKS, "a", 1);
	put(PIN_PROGRAMS, "a", 1);
	put(PIN_NEW, "a", 1);
	cr_assert_eq(pins_remove(&pins), 0);
	cr_assert_lt(access(path, F_OK), 0);
}

Test(pins, where_there_is_no_bpf_file_system_it_is_said)
{
	struct pins other;
	char *detail = NULL;

	cr_assert_eq(pins_open("/tmp/lsmd/pins", &other, &detail), ENFORCER_E_BPFFS);
	cr_assert_not_null(strstr(detail, "mount -t bpf"));
	free(detail);
}

Test(pins, opening_what_is_not_there_makes_nothing)
{
	char missing[sizeof(path) + 2];
	struct pins other;
	char *detail = NULL;

	snprintf(missing, sizeof(missing), "%sx", path);
	cr_assert_eq(pins_open_existing(missing, &other, &detail), -ENOENT);
	cr_assert_lt(access(missing, F_OK), 0);
	free(detail);
}
