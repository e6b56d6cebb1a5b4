// SPDX-License-Identifier: Apache-2.0
#include "node/cgroup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <limits.h>

#include "cgroup_tree.h"

TestSuite(cgroup, .init = tree_make, .fini = tree_remove);

/* What kernfs itself says that a directory's id is. */
static uint64_t handle_id(const char *path)
{
	struct {
		struct file_handle handle;
		uint64_t id;
	} buffer = {.handle = {.handle_bytes = sizeof(uint64_t)}};
	int mount;

	cr_assert(
		eq(int, name_to_handle_at(AT_FDCWD, path, &buffer.handle, &mount, 0), 0));
	return buffer.id;
}

Test(cgroup, id_is_the_one_that_the_kernel_gives_out)
{
	char path[PATH_MAX], child[PATH_MAX + 32];
	struct cgroup_root root;
	uint64_t id;

	if (cgroup_root_open(&root) != 0)
		cr_skip("no cgroup hierarchy is mounted");
	cr_assert(eq(int, cgroup_id(&root, "", &id), 0));
	cr_expect(eq(u64, id, handle_id(root.path)));
	snprintf(path, sizeof(path), "lsmd-test-%d", getpid());
	snprintf(child, sizeof(child), "%s/%s", root.path, path);
	if (mkdir(child, 0755) == 0) {
		cr_expect(eq(int, cgroup_id(&root, path, &id), 0));
		cr_expect(eq(u64, id, handle_id(child)));
		rmdir(child);
	}
	cgroup_root_close(&root);
}

Test(cgroup, finds_the_hierarchy_and_this_process_in_it)
{
	struct cgroup_root root;
	char *path = NULL;
	uint64_t id;

	if (cgroup_root_open(&root) != 0)
		cr_skip("no cgroup hierarchy is mounted");
	cr_expect(eq(int, root.path[0], '/'));
	cr_expect(root.v1 == (root.hierarchy != 0));
	cr_assert(eq(int, cgroup_of_process(&root, getpid(), &path), 0));
	cr_expect(eq(int, cgroup_id(&root, path, &id), 0), "%s", path);
	cr_expect(eq(int, cgroup_of_process(&root, INT_MAX, &path), -ESRCH));
	free(path);
	cgroup_root_close(&root);
}

Test(cgroup, id_is_the_inode_number)
{
	struct stat status;
	uint64_t id;

	tree_add("a", "");
	tree_add("a/b", "");
	cr_assert(eq(int, fstatat(tree.fd, "a/b", &status, 0), 0));
	cr_assert(eq(int, cgroup_id(&tree, "a/b", &id), 0));
	cr_expect(eq(u64, id, status.st_ino));
	cr_assert(eq(int, cgroup_id(&tree, "/a/b/", &id), 0));
	cr_expect(eq(u64, id, status.st_ino));
}

Test(cgroup, refuses_paths_that_are_no_cgroup)
{
	uint64_t id;

	tree_add("a", "");
	cr_assert(eq(int, symlinkat("a", tree.fd, "link"), 0));
	cr_expect(eq(int, cgroup_id(&tree, "missing", &id), -ENOENT));
	cr_expect(eq(int, cgroup_id(&tree, "a/cgroup.procs", &id), -ENOTDIR));
	cr_expect(eq(int, cgroup_id(&tree, "link", &id), -ELOOP));
	cr_expect(eq(int, cgroup_id(&tree, "..", &id), -EINVAL));
	cr_expect(eq(int, cgroup_id(&tree, "a/../a", &id), -EINVAL));
	cr_expect(eq(int, cgroup_id(&tree, "./a", &id), -EINVAL));
}

struct visits {
	char text[4096];
	const char *remove; /* once it is visited, and all that is below */
	const char *remove_too;
	size_t n;
	size_t longest;
};

static int note(const char *path, uint64_t id, void *data)
{
	struct visits *visits = data;
	uint64_t own;

	cr_expect(eq(int, cgroup_id(&tree, path, &own), 0), "%s", path);
	cr_expect(eq(u64, id, own));
	snprintf(visits->text + strlen(visits->text),
		 sizeof(visits->text) - strlen(visits->text), "[%s]", path);
	visits->n++;
	return 0;
}

Test(cgroup, walks_parents_first)
{
	struct visits visits = {};

	tree_add("a", "");
	tree_add("a/b", "");
	tree_add("a/b/c", "");
	tree_add("d", "");
	cr_assert(eq(int, cgroup_walk(&tree, "/a/", note, &visits), 0));
	cr_expect(eq(str, visits.text, (char *)"[a][a/b][a/b/c]"));
	visits = (struct visits){};
	cr_assert(eq(int, cgroup_walk(&tree, "", note, &visits), 0));
	cr_expect(eq(sz, visits.n, 5));
	cr_expect(eq(int, strncmp(visits.text, "[]", 2), 0));
	cr_expect(ne(ptr, strstr(visits.text, "[a][a/b][a/b/c]"), NULL));
	cr_expect(ne(ptr, strstr(visits.text, "[d]"), NULL));
	cr_expect(eq(int, cgroup_walk(&tree, "missing", note, &visits), -ENOENT));
}

static int stop_at(const char *path, uint64_t id, void *data)
{
	(void)id;
	return strcmp(path, data) ? 0 : 42;
}

Test(cgroup, walk_ends_when_told)
{
	tree_add("a", "");
	tree_add("a/b", "");
	cr_expect(eq(int, cgroup_walk(&tree, "", stop_at, (char *)"a"), 42));
	cr_expect(eq(int, cgroup_walk(&tree, "", stop_at, (char *)"a/b"), 42));
}

static int note_but_skip_a(const char *path, uint64_t id, void *data)
{
	int r = note(path, id, data);

	return !r && !strcmp(path, "a") ? CGROUP_WALK_SKIP : r;
}

Test(cgroup, walk_leaves_out_what_is_below_when_told)
{
	struct visits visits = {};

	tree_add("a", "");
	tree_add("a/b", "");
	tree_add("c", "");
	tree_add("c/d", "");
	cr_expect(eq(int, cgroup_walk(&tree, "", note_but_skip_a, &visits), 0));
	cr_expect(eq(sz, visits.n, 4));
	cr_expect(eq(ptr, strstr(visits.text, "[a/b]"), NULL));
	cr_expect(ne(ptr, strstr(visits.text, "[c][c/d]"), NULL));
	visits = (struct visits){};
	cr_expect(eq(int, cgroup_walk(&tree, "a", note_but_skip_a, &visits), 0));
	cr_expect(eq(sz, visits.n, 1));
}

static void remove_cgroup(const char *path)
{
	char name[512];

	snprintf(name, sizeof(name), "%s/cgroup.procs", path);
	unlinkat(tree.fd, name, 0);
	unlinkat(tree.fd, path, AT_REMOVEDIR);
}

static int note_and_remove(const char *path, uint64_t id, void *data)
{
	struct visits *visits = data;

	(void)id;
	visits->n++;
	if (visits->remove && !strcmp(path, visits->remove)) {
		remove_cgroup("a/b/c");
		remove_cgroup("a/b");
		if (visits->remove_too)
			remove_cgroup(visits->remove_too);
	}
	return 0;
}

Test(cgroup, walk_takes_removal_under_way_for_no_error)
{
	static const struct {
		const char *at, *too;
		size_t visited;
	} cases[] = {
		{"a/b", NULL, 3}, {"a/b/c", NULL, 4}, {"a/b/c", "a", 4}, {"", "a", 1}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct visits visits = {.remove = cases[i].at,
					.remove_too = cases[i].too};

		if (faccessat(tree.fd, "a", F_OK, 0) < 0)
			tree_add("a", "");
		tree_add("a/b", "");
		tree_add("a/b/c", "");
		cr_expect(eq(int, cgroup_walk(&tree, "", note_and_remove, &visits), 0));
		cr_expect(eq(sz, visits.n, cases[i].visited), "case %zu", i);
	}
}

static int remove_the_other(const char *path, uint64_t id, void *data)
{
	(void)id;
	++*(size_t *)data;
	if (strlen(path) == 3)
		remove_cgroup(strcmp(path, "a/x") ? "a/x" : "a/y");
	return 0;
}

Test(cgroup, walk_passes_over_one_that_went_after_it_was_listed)
{
	size_t visited = 0;

	tree_add("a", "");
	tree_add("a/x", "");
	tree_add("a/y", "");
	cr_expect(eq(int, cgroup_walk(&tree, "a", remove_the_other, &visited), 0));
	cr_expect(eq(sz, visited, 2));
}

static int measure(const char *path, uint64_t id, void *data)
{
	struct visits *visits = data;
	uint64_t own;

	visits->n++;
	visits->longest = strlen(path);
	/* By its path as well, now and then: each look-up climbs the whole depth. */
	if (visits->n % 200 == 0) {
		cr_expect(eq(int, cgroup_id(&tree, path, &own), 0));
		cr_expect(eq(u64, id, own));
	}
	return 0;
}

Test(cgroup, walks_deeper_than_any_path_is_long)
{
	enum { DEPTH = 1500 };
	struct visits visits = {};
	int fd = open(tree_path, O_PATH | O_DIRECTORY), below;

	for (int i = 0; i < DEPTH; i++) {
		cr_assert(eq(int, mkdirat(fd, "nested", 0755), 0));
		below = openat(fd, "nested", O_PATH | O_DIRECTORY);
		cr_assert(below >= 0);
		close(fd);
		fd = below;
	}
	cr_expect(eq(int, cgroup_walk(&tree, "", measure, &visits), 0));
	cr_expect(eq(sz, visits.n, DEPTH + 1));
	cr_expect(eq(sz, visits.longest, 7 * DEPTH - 1));
	for (int i = 0; i < DEPTH; i++) {
		below = openat(fd, "..", O_PATH | O_DIRECTORY);
		close(fd);
		fd = below;
		unlinkat(fd, "nested", AT_REMOVEDIR);
	}
	close(fd);
}
