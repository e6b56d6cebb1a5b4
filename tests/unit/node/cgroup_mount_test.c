// SPDX-License-Identifier: Apache-2.0
#include "node/cgroup_mount.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <sys/sysmacros.h>

/* Recorded on hosts of each kind, less the mounts that have nothing to do with cgroups.
 */

static const char unified[] =
	"22 28 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw\n"
	"34 24 0:29 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 "
	"cgroup2 "
	"rw,nsdelegate,memory_recursiveprot\n"
	"61 35 8:1 /var/lib /var/lib rw - ext4 /dev/sda1 rw,errors=remount-ro\n";

static const char legacy[] =
	"25 18 0:21 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:8 - tmpfs tmpfs "
	"ro,mode=755\n"
	"26 25 0:22 / /sys/fs/cgroup/systemd rw,relatime shared:9 - cgroup cgroup "
	"rw,xattr,release_agent=/usr/lib/systemd/systemd-cgroups-agent,name=systemd\n"
	"30 25 0:26 / /sys/fs/cgroup/cpu,cpuacct rw shared:13 - cgroup cgroup "
	"rw,cpu,cpuacct\n"
	"33 25 0:29 / /sys/fs/cgroup/pids rw,nosuid,nodev,noexec,relatime shared:16 - "
	"cgroup "
	"cgroup rw,pids\n";

static const char hybrid[] =
	"33 24 0:28 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:9 - tmpfs tmpfs "
	"ro,size=4096k,nr_inodes=1024,mode=755\n"
	"34 33 0:29 / /sys/fs/cgroup/unified rw,nosuid,nodev,noexec,relatime shared:10 - "
	"cgroup2 "
	"cgroup2 rw,nsdelegate\n"
	"35 33 0:30 / /sys/fs/cgroup/systemd rw,relatime shared:11 - cgroup cgroup "
	"rw,xattr,name=systemd\n"
	"40 33 0:35 / /sys/fs/cgroup/pids rw,nosuid,nodev,noexec,relatime shared:17 - "
	"cgroup "
	"cgroup rw,pids\n";

/* A container with a cgroup namespace of its own and the host's tree mounted besides. */
static const char namespaced[] =
	"1066 1065 0:31 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 "
	"cgroup rw\n"
	"1070 1060 0:31 /../../../.. /host/cgroup rw,relatime master:9 - cgroup2 cgroup2 "
	"rw,nsdelegate\n";

/* The same, one mounted over the other. */
static const char covered[] = "241 238 0:29 /../../../../../.. /sys/fs/cgroup "
			      "rw,relatime master:9 - cgroup2 cgroup2 "
			      "rw,nsdelegate,memory_recursiveprot\n"
			      "392 241 0:29 / /sys/fs/cgroup ro,relatime master:9 - "
			      "cgroup2 cgroup2 rw,nsdelegate\n";

static void read_text(const char *text, struct cgroup_mounts *ret_mounts)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");

	*ret_mounts = (struct cgroup_mounts){};
	cr_assert(eq(int, cgroup_mounts_read(file, ret_mounts), 0));
	fclose(file);
	for (size_t i = 0; i < ret_mounts->n; i++) {
		ret_mounts->items[i].reachable = true;
		ret_mounts->items[i].id = 1;
	}
}

static void chooses(struct cgroup_mounts *mounts, const char *path)
{
	const struct cgroup_mount *mount = cgroup_mounts_choose(mounts);

	cr_assert(ne(ptr, (void *)mount, NULL));
	cr_expect(eq(str, mount->path, (char *)path));
	cgroup_mounts_clear(mounts);
}

Test(cgroup_mount, reads_a_unified_host)
{
	struct cgroup_mounts mounts;

	read_text(unified, &mounts);
	cr_assert(eq(sz, mounts.n, 1));
	cr_expect(not(mounts.items[0].v1));
	cr_expect(eq(str, mounts.items[0].shown, (char *)"/"));
	cr_expect(mounts.items[0].device == makedev(0, 29));
	mounts.items[0].has_controllers = true;
	chooses(&mounts, "/sys/fs/cgroup");
}

Test(cgroup_mount, takes_the_pids_hierarchy_of_a_v1_host)
{
	struct cgroup_mounts mounts;

	read_text(legacy, &mounts);
	cr_assert(eq(sz, mounts.n, 1));
	cr_expect(mounts.items[0].v1);
	chooses(&mounts, "/sys/fs/cgroup/pids");
}

Test(cgroup_mount, takes_v1_where_v2_has_nothing_to_control)
{
	struct cgroup_mounts mounts;

	read_text(hybrid, &mounts);
	cr_assert(eq(sz, mounts.n, 2));
	chooses(&mounts, "/sys/fs/cgroup/pids");
}

Test(cgroup_mount, takes_v2_that_has_controllers_even_beside_v1)
{
	struct cgroup_mounts mounts;

	read_text(hybrid, &mounts);
	mounts.items[0].has_controllers = true;
	chooses(&mounts, "/sys/fs/cgroup/unified");
}

Test(cgroup_mount, takes_v2_without_controllers_where_there_is_no_v1)
{
	struct cgroup_mounts mounts;

	read_text(unified, &mounts);
	chooses(&mounts, "/sys/fs/cgroup");
}

Test(cgroup_mount, takes_the_outermost_of_one_hierarchy)
{
	struct cgroup_mounts mounts;

	read_text(namespaced, &mounts);
	cr_assert(eq(sz, mounts.n, 2));
	mounts.items[0].id = 4711;
	chooses(&mounts, "/host/cgroup");
}

Test(cgroup_mount, sees_only_the_last_of_two_mounts_at_a_path)
{
	struct cgroup_mounts mounts;

	read_text(covered, &mounts);
	cr_assert(eq(sz, mounts.n, 1));
	cr_expect(eq(str, mounts.items[0].shown, (char *)"/"));
	cgroup_mounts_clear(&mounts);
}

Test(cgroup_mount, passes_over_what_cannot_be_opened)
{
	struct cgroup_mounts mounts;

	read_text(hybrid, &mounts);
	mounts.items[1].reachable = false;
	chooses(&mounts, "/sys/fs/cgroup/unified");
	read_text(unified, &mounts);
	mounts.items[0].reachable = false;
	cr_expect(eq(ptr, (void *)cgroup_mounts_choose(&mounts), NULL));
	cgroup_mounts_clear(&mounts);
}

Test(cgroup_mount, understands_escapes_optional_fields_and_empty_sources)
{
	struct cgroup_mounts mounts;

	read_text("1 2 0:3 / /a\\040b\\134c rw shared:1 master:2 propagate_from:3 - "
		  "cgroup2  rw\n",
		  &mounts);
	cr_assert(eq(sz, mounts.n, 1));
	chooses(&mounts, "/a b\\c");
}

Test(cgroup_mount, does_not_take_a_name_for_the_controller)
{
	struct cgroup_mounts mounts;

	read_text("1 2 0:3 / /a rw - cgroup cgroup rw,name=pids\n"
		  "2 2 0:4 / /pids rw - tmpfs pids rw,pids\n",
		  &mounts);
	cr_expect(eq(sz, mounts.n, 0));
	cgroup_mounts_clear(&mounts);
}

Test(cgroup_mount, survives_broken_lines)
{
	struct cgroup_mounts mounts;

	read_text("\n \n1\n1 2 0:3 / /a\n1 2 0:3 / /a rw\n1 2 0:3 / /a rw -\n1 2 x / /a "
		  "rw - cgroup2 c "
		  "rw\n1 2 0:3 / /a rw - cgroup2\n1 2 0:3 / /a rw - cgroup2 c\n\\04\\",
		  &mounts);
	cr_expect(eq(sz, mounts.n, 0));
	cgroup_mounts_clear(&mounts);
}
