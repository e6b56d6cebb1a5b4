// SPDX-License-Identifier: Apache-2.0
/* Paths: the walk from a dentry to the automaton, in all its lengths, and what is no
 * path. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fixture.h"
#include "util/cleanup.h"

#define POLICY(rules)                                                                    \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\n"                                \
	"metadata: {name: paths, namespace: shop}\nspec:\n  podSelector: {}\n"           \
	"  file:\n    rules:\n" rules

#define TREE "/tmp/tree"
#define SECRETS                                                                          \
	POLICY("    - {name: tree, action: deny, paths: [\"/tmp/tree/**/secret\"]}\n")
#define SHADOW                                                                           \
	POLICY("    - {name: shadow, action: deny, access: [read], paths: "              \
	       "[/etc/shadow]}\n"                                                        \
	       "    - {name: list, action: deny, paths: [/deny/]}\n")

static void make_shadow(void)
{
	make_directory("/etc");
	make_directory("/deny");
	write_file("/etc/shadow", "root:x\n", 0600);
	write_file("/etc/passwd", "root\n", 0644);
}

static void shadow_by_each_name(void)
{
	CHECK(try_open("/etc/shadow", O_RDONLY) == EACCES);
	CHECK(try_open("/etc/shadow", O_RDWR) == EACCES);
	CHECK(try_open("/etc/shadow", O_WRONLY) == 0);
	CHECK(try_open("/etc/passwd", O_RDONLY) == 0);
	CHECK(try_open("/etc/../etc/./shadow", O_RDONLY) == EACCES);
	CHECK(try_open("/proc/self/root/etc/shadow", O_RDONLY) == EACCES);
	CHECK(chdir("/etc") == 0);
	CHECK(try_open("shadow", O_RDONLY) == EACCES);
	CHECK(try_open("passwd", O_RDONLY) == 0);
	CHECK(symlink("/etc/shadow", "/tmp/link") == 0 || errno == EEXIST);
	CHECK(try_open("/tmp/link", O_RDONLY) == EACCES);
	CHECK(chroot("/etc") == 0);
	CHECK(try_open("/shadow", O_RDONLY) == EACCES);
	CHECK(try_open("/passwd", O_RDONLY) == 0);
}

static void descriptor_without_access_is_judged_when_opened_again(void)
{
	_cleanup_(closep) int fd = open("/etc/shadow", O_PATH | O_CLOEXEC);
	char path[64];

	CHECK(fd >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK(try_open(path, O_RDONLY) == EACCES);
}

static void listing_is_reading(void)
{
	CHECK(try_open("/deny", O_RDONLY | O_DIRECTORY) == EACCES);
	CHECK(try_open("/etc", O_RDONLY | O_DIRECTORY) == 0);
	CHECK(try_open("/", O_RDONLY | O_DIRECTORY) == 0);
}

static void pipes_and_memfds_have_no_path(void)
{
	_cleanup_(closep) int fd = memfd_create("secret", MFD_CLOEXEC);
	char path[64];

	CHECK(fd >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK(try_open(path, O_RDONLY) == 0);
}

/* --- depth and length
 * -------------------------------------------------------------------- */

/* Make and enter @depth directories named by @length bytes, and put two files there. */
static void build(unsigned depth, size_t length)
{
	char name[NAME_MAX + 1];
	int fd;

	memset(name, 'd', length);
	name[length] = '\0';
	CHECK(mkdir(TREE, 0755) == 0 || errno == EEXIST);
	CHECK(chdir(TREE) == 0);
	for (unsigned i = 0; i < depth; i++) {
		CHECK(mkdir(name, 0755) == 0 || errno == EEXIST);
		CHECK(chdir(name) == 0);
	}
	fd = open("secret", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && close(fd) == 0);
	fd = open("secrets", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && close(fd) == 0);
}

static void unbuild(void)
{
	CHECK(chdir("/") == 0);
	umount2(TREE, MNT_DETACH);
}

static void mount_tree(void)
{
	make_directory("/tmp");
	make_directory(TREE);
	CHECK(mount("tree", TREE, "tmpfs", 0, NULL) == 0);
}

/* Built outside, where nothing is denied; its shapes are those around which the walk
 * changes. */
static const struct {
	unsigned depth;
	size_t length;
} shapes[] = {
	{0, 1},	   {1, 1},    {2, 6},	{3, 22},   {3, 23},   {3, 24},
	{4, 46},   {5, 47},   {6, 69},	{7, 92},   {8, 100},  {9, 255},
	{15, 20},  {16, 20},  {17, 20}, {18, 20},  {19, 20},  {20, 20},
	{21, 3},   {63, 3},   {64, 3},	{65, 30},  {81, 2},   {82, 2},
	{127, 20}, {128, 20}, {300, 9}, {1000, 3}, {12, 254}, {1990, 1},
};

static void build_shapes(void)
{
	mount_tree();
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		build(shapes[i].depth, shapes[i].length);
	CHECK(chdir("/") == 0);
}

static void every_depth_is_walked(void)
{
	char name[NAME_MAX + 1];

	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		memset(name, 'd', shapes[i].length);
		name[shapes[i].length] = '\0';
		CHECK(chdir(TREE) == 0);
		for (unsigned j = 0; j < shapes[i].depth; j++)
			CHECK(chdir(name) == 0);
		CHECK(try_open("secret", O_RDONLY) == EACCES);
		CHECK(try_open("secrets", O_RDONLY) == 0);
	}
}

/* Names around the size in which they are read, alike but for the last byte. */
#define LAST_BYTE POLICY("    - {name: x, action: deny, paths: [\"/tmp/tree/*x\"]}\n")

static void long_names_are_read_to_their_end(void)
{
	static const size_t lengths[] = {1,  30, 31, 32, 33,  61, 62,
					 63, 64, 93, 94, 254, 255};
	char name[NAME_MAX + 1];

	CHECK(chdir(TREE) == 0);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		memset(name, 'n', lengths[i]);
		name[lengths[i]] = '\0';
		name[lengths[i] - 1] = 'x';
		CHECK(try_open(name, O_RDWR | O_CREAT) == EACCES);
		name[lengths[i] - 1] = 'y';
		CHECK(try_open(name, O_RDWR | O_CREAT) == 0);
	}
}

static void build_too_deep(void)
{
	mount_tree();
	build(2100, 1);
	build(30, 250);
	CHECK(chdir("/") == 0);
}

static void count_closed(const struct test_case *test)
{
	struct counted counted;

	CHECK(wait_ok(subject_start(test->name)));
	counted = harvest();
	CHECK(counted.fixed[COUNTER_CLOSED + HOOK_FILE_OPEN] == 2 &&
	      counted.by_rule == 0);
}

static void beyond_the_limits_is_closed(void)
{
	CHECK(chdir(TREE) == 0);
	for (unsigned i = 0; i < 2100; i++)
		CHECK(chdir("d") == 0);
	CHECK(try_open("secrets", O_RDONLY) == EACCES);
	CHECK(chdir(TREE) == 0);
	for (unsigned i = 0; i < 30; i++) {
		char name[251];

		memset(name, 'd', 250);
		name[250] = '\0';
		CHECK(chdir(name) == 0);
	}
	CHECK(try_open("secrets", O_RDONLY) == EACCES);
}

/* --- mounts
 * -------------------------------------------------------------------------------- */

static void build_mounts(void)
{
	mount_tree();
	make_directory(TREE "/a");
	make_directory(TREE "/a/b");
	write_file(TREE "/a/b/secret", "", 0600);
	write_file(TREE "/a/b/other", "", 0600);
	make_directory("/tmp/elsewhere");
	write_file("/tmp/elsewhere/secret", "", 0600);
}

static void a_mount_is_crossed_where_it_hangs(void)
{
	CHECK(try_open("/tmp/elsewhere/secret", O_RDONLY) == 0);
	for (unsigned i = 0; i < 10; i++)
		CHECK(mount("/tmp/elsewhere", TREE "/a", NULL, MS_BIND, NULL) == 0);
	CHECK(try_open(TREE "/a/secret", O_RDONLY) == EACCES);
	CHECK(mount(TREE "/a/secret", "/tmp/elsewhere/other", NULL, MS_BIND, NULL) < 0);
	write_file("/tmp/elsewhere/file", "", 0600);
	CHECK(mount("/tmp/elsewhere/file", TREE "/a/secret", NULL, MS_BIND, NULL) == 0);
	CHECK(try_open(TREE "/a/secret", O_RDONLY) == EACCES);
}

static void a_detached_tree_has_no_name(void)
{
	int tree = (int)syscall(SYS_open_tree, AT_FDCWD, TREE "/a", 1U | O_CLOEXEC);

	CHECK(tree >= 0);
	CHECK(openat(tree, "b/other", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES);
	close(tree);
	CHECK(try_open(TREE "/a/b/other", O_RDONLY) == 0);
}

static void an_unmounted_tree_has_no_name(void)
{
	_cleanup_(closep) int root = open(TREE "/a", O_PATH | O_CLOEXEC);

	CHECK(umount2(TREE, MNT_DETACH) == 0);
	CHECK(openat(root, "b/other", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES);
}

static void an_unlinked_file_keeps_its_last_name(void)
{
	_cleanup_(closep) int fd = open(TREE "/a/b/secret", O_PATH | O_CLOEXEC);
	_cleanup_(closep) int other = open(TREE "/a/b/other", O_PATH | O_CLOEXEC);
	char path[64];

	CHECK(fd >= 0 && unlink(TREE "/a/b/secret") == 0);
	CHECK(other >= 0 && unlink(TREE "/a/b/other") == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK(try_open(path, O_RDONLY) == EACCES);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", other);
	CHECK(try_open(path, O_RDONLY) == 0);
}

/* --- names that count
 * ------------------------------------------------------------------------ */

#define ALLOW_ONLY                                                                       \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\n"                                \
	"metadata: {name: paths, namespace: shop}\nspec:\n  podSelector: {}\n"           \
	"  file:\n    rules:\n"                                                          \
	"    - {name: tree, action: deny, paths: [\"/tmp/tree/**\"], except: "           \
	"[/tmp/tree/a/b/other]}\n"

static void forge(void)
{
	CHECK(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0);
	CHECK(mount(TREE "/a/b/secret", TREE "/a/b/other", NULL, MS_BIND, NULL) == 0);
}

static void a_forged_name_is_not_excepted(void)
{
	char path[64], byte;
	int ready[2];
	pid_t pid;

	CHECK(try_open(TREE "/a/b/other", O_RDONLY) == 0);
	CHECK(try_open(TREE "/a/b/secret", O_RDONLY) == EACCES);
	CHECK(pipe(ready) == 0);
	pid = fork();
	if (pid == 0) {
		forge();
		CHECK(try_open(TREE "/a/b/other", O_RDONLY) == EACCES);
		CHECK(write(ready[1], "", 1) == 1);
		pause();
	}
	/* Another's forgery, by a task that forged nothing. */
	CHECK(read(ready[0], &byte, 1) == 1);
	snprintf(path, sizeof(path), "/proc/%d/root" TREE "/a/b/other", (int)pid);
	CHECK(try_open(path, O_RDONLY) == EACCES);
	kill(pid, SIGKILL);
	CHECK(try_open(TREE "/a/b/other", O_RDONLY) == 0);
}

/* A pattern holds where a part of the container's root is shown under another name. */
#define BELOW                                                                            \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\n"                                \
	"metadata: {name: paths, namespace: shop}\nspec:\n  podSelector: {}\n"           \
	"  file:\n    rules:\n"                                                          \
	"    - {name: below, action: deny, paths: [\"/deny/**\"], except: "              \
	"[/deny/open]}\n"

static void make_below(void)
{
	make_directory("/deny");
	make_directory("/deny/deeper");
	write_file("/deny/deeper/file", "", 0600);
	write_file("/deny/open", "", 0600);
	write_file("/other", "", 0600);
	build_mounts();
}

static void a_pattern_holds_under_another_name(void)
{
	CHECK(try_open("/deny/deeper/file", O_RDONLY) == EACCES);
	CHECK(try_open("/deny/open", O_RDONLY) == 0);
	CHECK(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0);
	CHECK(mount("/deny", TREE "/a", NULL, MS_BIND, NULL) == 0);
	CHECK(try_open(TREE "/a/deeper/file", O_RDONLY) == EACCES);
	CHECK(mount("/", TREE "/a", NULL, MS_BIND | MS_REC, NULL) == 0);
	CHECK(try_open(TREE "/a/deny/deeper/file", O_RDONLY) == EACCES);
	CHECK(try_open(TREE "/a/other", O_RDONLY) == 0);
	CHECK(try_open("/other", O_RDONLY) == 0);
}

/* --- records
 * --------------------------------------------------------------------------------- */

static void open_one_secret(void)
{
	CHECK(try_open(TREE "/a/b/secret", O_RDWR) == EACCES);
}

static void a_record_names_file_and_program(const struct test_case *test)
{
	static const char names[] = "secret\0b\0a\0tree\0tmp\0kernel-test";
	const struct denial_event *event;
	pid_t pid = subject_start(test->name);

	CHECK(wait_ok(pid));
	event = next_denial();
	CHECK(event != NULL);
	CHECK(event->hook == HOOK_FILE_OPEN && event->verdict == VERDICT_DENY);
	CHECK(event->error == EACCES && event->flags == 0 &&
	      event->would == VERDICT_DENY);
	CHECK(event->pid == (uint32_t)pid && event->cgroup == fixture.cgroup_id);
	CHECK(event->object.file.access == (ACCESS_READ | ACCESS_WRITE));
	CHECK(event->object_length == sizeof("secret\0b\0a\0tree\0tmp"));
	CHECK(event->exe_length > sizeof("kernel-test"));
	CHECK(!memcmp(event->names, names, sizeof(names)));
	CHECK(next_denial() == NULL);
}

const struct test_case path_cases[] = {
	CASE("a file is denied by each of its paths", SHADOW, shadow_by_each_name,
	     .set_up = make_shadow),
	CASE("a descriptor without access is judged when opened again", SHADOW,
	     descriptor_without_access_is_judged_when_opened_again,
	     .set_up = make_shadow),
	CASE("listing a directory is reading it", SHADOW, listing_is_reading,
	     .set_up = make_shadow),
	CASE("pipes and memfds have no path", SECRETS, pipes_and_memfds_have_no_path),
	CASE("every depth and length is walked", SECRETS, every_depth_is_walked,
	     .set_up = build_shapes, .tear_down = unbuild),
	CASE("long names are read to their end", LAST_BYTE,
	     long_names_are_read_to_their_end, .set_up = mount_tree,
	     .tear_down = unbuild),
	CASE("beyond the limits is closed, and counted", SECRETS,
	     beyond_the_limits_is_closed, .set_up = build_too_deep, .tear_down = unbuild,
	     .outside = count_closed),
	CASE("a mount is crossed where it hangs", SECRETS,
	     a_mount_is_crossed_where_it_hangs, .set_up = build_mounts,
	     .tear_down = unbuild),
	CASE("a detached tree has no name", SECRETS, a_detached_tree_has_no_name,
	     .set_up = build_mounts, .tear_down = unbuild),
	CASE("an unmounted tree has no name", SECRETS, an_unmounted_tree_has_no_name,
	     .set_up = build_mounts, .tear_down = unbuild),
	CASE("an unlinked file keeps its last name", SECRETS,
	     an_unlinked_file_keeps_its_last_name, .set_up = build_mounts,
	     .tear_down = unbuild),
	CASE("a forged name is not excepted", ALLOW_ONLY, a_forged_name_is_not_excepted,
	     .set_up = build_mounts, .tear_down = unbuild),
	CASE("a pattern holds under another name", BELOW,
	     a_pattern_holds_under_another_name, .set_up = make_below,
	     .tear_down = unbuild),
	CASE("a record names file and program", SECRETS, open_one_secret,
	     .set_up = build_mounts, .tear_down = unbuild,
	     .outside = a_record_names_file_and_program),
	{0},
};
