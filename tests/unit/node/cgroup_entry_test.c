// SPDX-License-Identifier: Apache-2.0
#include "node/cgroup_entry.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char hybrid[] =
	"12:pids:/machine.slice/libpod-2521e906.scope\n"
	"4:net_cls,net_prio:/machine.slice/libpod-2521e906.scope\n"
	"2:perf_event:/machine.slice/a:b\n"
	"1:name=systemd:/machine.slice/libpod-2521e906.scope/init.scope\n"
	"0::/machine.slice/unified:pids:x\n";

static int read_text(const char *text, bool v1, struct cgroup_entry *ret_entry)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int r = cgroup_entry_read(file, v1, ret_entry);

	fclose(file);
	return r;
}

static void resolves(const char *path, const char *shown, const char *origin,
		     const char *expected)
{
	char *below = NULL;

	cr_assert(eq(int, cgroup_entry_resolve(path, shown, origin, &below), 0), "%s",
		  path);
	cr_expect(eq(str, below, (char *)expected), "%s", path);
	free(below);
}

static void is_outside(const char *path, const char *shown, const char *origin)
{
	char *below = NULL;

	cr_expect(eq(int, cgroup_entry_resolve(path, shown, origin, &below), -EXDEV),
		  "%s", path);
}

Test(cgroup_entry, reads_the_line_of_each_version)
{
	struct cgroup_entry entry;

	cr_assert(eq(int, read_text(hybrid, true, &entry), 0));
	cr_expect(eq(u32, entry.hierarchy, 12));
	cr_expect(eq(str, entry.path, (char *)"/machine.slice/libpod-2521e906.scope"));
	free(entry.path);
	cr_assert(eq(int, read_text(hybrid, false, &entry), 0));
	cr_expect(eq(u32, entry.hierarchy, 0));
	cr_expect(eq(str, entry.path, (char *)"/machine.slice/unified:pids:x"));
	free(entry.path);
}

Test(cgroup_entry, finds_pids_among_controllers_mounted_together)
{
	struct cgroup_entry entry;

	cr_assert(eq(int, read_text("3:cpu,pids,memory:/a\n", true, &entry), 0));
	cr_expect(eq(u32, entry.hierarchy, 3));
	free(entry.path);
}

Test(cgroup_entry, says_when_the_line_is_not_there)
{
	struct cgroup_entry entry;

	cr_expect(eq(int, read_text("1:name=pids:/a\n0::/\n", true, &entry), -ENOENT));
	cr_expect(eq(int, read_text("3:pids:/a\n", false, &entry), -ENOENT));
	cr_expect(
		eq(int, read_text("\n:\n::\nx:pids:/\n3:pids\n", true, &entry), -ENOENT));
}

Test(cgroup_entry, resolves_below_the_mount)
{
	resolves("/", "/", NULL, "");
	resolves("/a/b", "/", NULL, "a/b");
	resolves("/docker/x", "/docker/x", NULL, "");
	resolves("/docker/x/a", "/docker/x", NULL, "a");
	resolves("/..hidden", "/", NULL, "..hidden");
}

Test(cgroup_entry, refuses_what_is_beside_the_mount)
{
	is_outside("/docker/xy", "/docker/x", NULL);
	is_outside("/", "/docker/x", NULL);
	is_outside("/../a", "/", NULL);
	is_outside("/..", "/", NULL);
}

Test(cgroup_entry, resolves_from_within_a_cgroup_namespace)
{
	const char *shown = "/../../..", *origin = "kubepods/pod1/id2";

	resolves("/", shown, origin, "kubepods/pod1/id2");
	resolves("/own", shown, origin, "kubepods/pod1/id2/own");
	resolves("/..", shown, origin, "kubepods/pod1");
	resolves("/../id3/x", shown, origin, "kubepods/pod1/id3/x");
	resolves("/../../pod2", shown, origin, "kubepods/pod2");
	resolves("/../../../system.slice", shown, origin, "system.slice");
	resolves("/../../..", shown, origin, "");
	/* The mount's root is in sight without knowing the names on the way. */
	resolves("/../../../system.slice", shown, NULL, "system.slice");
}

Test(cgroup_entry, does_not_guess_from_within_a_cgroup_namespace)
{
	is_outside("/../id3", "/../../..", NULL);
	is_outside("/../id3", "/../../..", "only/two");
	is_outside("/../../../../x", "/../../..", "a/b/c");
	is_outside("/x", "/../y", "a");
}
