// SPDX-License-Identifier: Apache-2.0

/* On a bpf file system in a mount namespace of its own; skipped without the privilege. */

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "enforce/lingering.h"
#include "util/cleanup.h"

static char directory[] = "/tmp/lsmd-lingering-XXXXXX";
static char path[sizeof(directory) + 8];
static struct pins pins = {.fd = -1};
static struct lingering lingering;
static char *why;
static int program = -1;

static int load(void)
{
	/* return 0 */
	static const struct bpf_insn instructions[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};

	return bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "test", "GPL", instructions,
			     ARRAY_SIZE(instructions), NULL);
}

static void setup(void)
{
	cr_assert_not_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/pins", directory);
	program = load();
	if (program < 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("bpf", directory, "bpf", 0, "mode=700") < 0) {
		rmdir(directory);
		cr_skip("needs CAP_SYS_ADMIN and CAP_BPF");
	}
	cr_assert_eq(pins_open(path, &pins, &why), 0);
	cr_assert_eq(pins_put(&pins, PIN_PROGRAMS, "test", program), 0);
}

static void teardown(void)
{
	lingering_clear(&lingering);
	closep(&program);
	pins_close(&pins);
	free(why);
	umount2(directory, MNT_DETACH);
	rmdir(directory);
}

TestSuite(lingering, .init = setup, .fini = teardown, .timeout = 20);

Test(lingering, a_program_that_somebody_holds_is_still_there)
{
	cr_assert_eq(lingering_note(&pins, &lingering), 0);
	cr_assert_eq(lingering.n, 1);
	cr_assert_eq(pins_remove(&pins), 0);
	cr_expect_eq(lingering_wait(&lingering, 50), 1);
	closep(&program);
	program = -1;
	cr_expect_eq(lingering_wait(&lingering, 10000), 0);
}

Test(lingering, what_is_pinned_but_no_program_is_left_out)
{
	_cleanup_(closep) int map =
		bpf_map_create(BPF_MAP_TYPE_ARRAY, "test", 4, 8, 1, NULL);

	cr_assert_eq(pins_put(&pins, PIN_MAPS, "map", map), 0);
	cr_assert_eq(lingering_note(&pins, &lingering), 0);
	cr_expect_eq(lingering.n, 1);
}
