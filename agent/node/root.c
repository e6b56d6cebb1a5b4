// SPDX-License-Identifier: Apache-2.0
#include "node/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "node/cgroup_procs.h"
#include "node/process.h"
#include "policy/room.h"
#include "util/cleanup.h"

/* --- whose root
 * -------------------------------------------------------------------------- */

/* Cgroups below a container's that are looked at where it has no process itself: runtimes
 * and init systems move them down, by a level or two. */
#define MAX_CGROUPS	 64
#define MAX_CGROUP_DEPTH 4

struct process {
	int pid;
	uint64_t born; /* clock ticks since the boot */
};

struct processes {
	struct process *items;
	size_t n, room;
};

static void processes_clear(struct processes *processes)
{
	free(processes->items);
}

static int add_process(int pid, void *data)
{
	struct processes *processes = data;
	struct process process = {.pid = pid};

	if (pid <= 0 || process_birth(pid, &process.born) < 0)
		return 0;
	if (room_for(&processes->items, &processes->room, processes->n + 1) < 0)
		return -ENOMEM;
	processes->items[processes->n++] = process;
	return 0;
}

static int compare_births(const void *a, const void *b)
{
	const struct process *left = a, *right = b;

	if (left->born != right->born)
		return left->born < right->born ? -1 : 1;
	return left->pid < right->pid ? -1 : left->pid > right->pid;
}

/* The number may be another process's by now, which is not of this cgroup. */
static int open_root(const struct process *process)
{
	char path[64];
	uint64_t born;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/root", process->pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (process_birth(process->pid, &born) == 0 && born == process->born)
		return fd;
	close(fd);
	return -ESRCH;
}

struct search {
	int (*accept)(int root, int pid, void *data);
	void *data;
	unsigned left; /* cgroups that may still be looked at */
	int fd, pid;
};

static int find_in_cgroup(struct search *search, int directory)
{
	_cleanup_(processes_clear) struct processes processes = {0};
	int r = cgroup_procs(directory, add_process, &processes);

	if (processes.n > 0)
		qsort(processes.items, processes.n, sizeof(*processes.items),
		      compare_births);
	for (size_t i = 0; r == 0 && i < processes.n; i++) {
		_cleanup_(closep) int fd = open_root(&processes.items[i]);

		if (fd < 0)
			continue;
		r = search->accept(fd, processes.items[i].pid, search->data);
		if (r <= 0)
			continue;
		search->fd = TAKE_FD(fd);
		search->pid = processes.items[i].pid;
		return 0;
	}
	return r < 0 ? r : -ESRCH;
}

static int find_below(struct search *search, int directory, unsigned depth)
{
	_cleanup_(closedirp) DIR *stream = NULL;
	const struct dirent *entry;
	int r = find_in_cgroup(search, directory), fd;

	if (r != -ESRCH || !depth)
		return r;
	fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	stream = fd < 0 ? NULL : fdopendir(fd);
	if (!stream) {
		closep(&fd);
		return -ESRCH;
	}
	while (r == -ESRCH && search->left > 0 && (entry = readdir(stream))) {
		_cleanup_(closep) int child = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		child = openat(dirfd(stream), entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (child < 0)
			continue;
		search->left--;
		r = find_below(search, child, depth - 1);
	}
	return r;
}

int root_find(int directory, int (*accept)(int root, int pid, void *data), void *data,
	      int *ret_fd, int *ret_pid)
{
	struct search search = {
		.accept = accept, .data = data, .left = MAX_CGROUPS, .fd = -1};
	int r = find_below(&search, directory, MAX_CGROUP_DEPTH);

	if (r < 0)
		return r;
	*ret_fd = search.fd;
	*ret_pid = search.pid;
	return 0;
}

/* Of what lies in another mount namespace d_path() tells the name there. */
bool root_is_top(int root)
{
	char path[64], name[2];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", root);
	return readlink(path, name, sizeof(name)) == 1 && name[0] == '/';
}

/* --- what a path is
 * ---------------------------------------------------------------------- */

/* "..", met while the container renames directories, is EAGAIN: a few such are no fault.
 */
#define TRIES 16

/* libc has no wrapper yet. */
static int open_in(int root, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = {.flags = flags | O_CLOEXEC,
			       .resolve = resolve | RESOLVE_IN_ROOT};
	long fd;

	for (int i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd < 0 ? -errno : (int)fd;
}

int root_open(int root, const char *path)
{
	return open_in(root, path, O_PATH, 0);
}

int root_has_link(int root, const char *path)
{
	_cleanup_(closep) int fd = open_in(root, path, O_PATH, RESOLVE_NO_SYMLINKS);

	if (fd == -ELOOP)
		return 1;
	return fd < 0 ? fd : 0;
}

int root_open_name(int root, const char *path, bool *ret_is_foreign)
{
	int fd = open_in(root, path, O_PATH | O_NOFOLLOW,
			 RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);

	*ret_is_foreign = fd == -EXDEV;
	return fd == -EXDEV
		       ? open_in(root, path, O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS)
		       : fd;
}

/* --- what is below a path
 * ------------------------------------------------------------------ */

/* A directory that is to be listed, once the one at hand is done. */
struct pending {
	char *path;
	unsigned depth;
};

struct listing {
	int root;
	struct root_bounds left;
	unsigned depth; /* of the directory at hand */
	struct pending *items;
	size_t n, room;
	bool is_cut;
	int (*visit)(const char *path, void *data);
	void *data;
};

static void listing_clear(struct listing *listing)
{
	for (size_t i = 0; i < listing->n; i++)
		free(listing->items[i].path);
	free(listing->items);
}

static int push(struct listing *listing, const char *path, unsigned depth)
{
	char *copy = strdup(path);

	if (!copy || room_for(&listing->items, &listing->room, listing->n + 1) < 0) {
		free(copy);
		return -ENOMEM;
	}
	listing->items[listing->n++] = (struct pending){.path = copy, .depth = depth};
	return 0;
}

static bool may_be_directory(const struct dirent *entry)
{
	return entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
}

static int list_entry(struct listing *listing, const char *directory,
		      const struct dirent *entry)
{
	_cleanup_(freep) char *path = NULL;
	int r;

	if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
		return 0;
	if (listing->left.entries == 0) {
		listing->is_cut = true;
		return ROOT_ENOUGH;
	}
	listing->left.entries--;
	if (asprintf(&path, "%s/%s", strcmp(directory, "/") ? directory : "",
		     entry->d_name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = listing->visit(path, listing->data);
	if (r != 0 || !may_be_directory(entry) || !listing->left.depth)
		return r;
	if (listing->depth < listing->left.depth)
		return push(listing, path, listing->depth + 1);
	listing->is_cut = true;
	return 0;
}

/* A directory that has gone, or is none, is passed over below the first. */
static int list_directory(struct listing *listing, const char *path)
{
	_cleanup_(closedirp) DIR *stream = NULL;
	const struct dirent *entry;
	int r = 0,
	    fd = open_in(listing->root, path,
			 O_RDONLY | O_DIRECTORY | (listing->depth ? O_NOFOLLOW : 0), 0);

	if (fd < 0)
		return listing->depth ? 0 : fd;
	stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return -ENOMEM;
	}
	while (r == 0 && (entry = readdir(stream)))
		r = list_entry(listing, path, entry);
	return r;
}

int root_list(int root, const char *path, const struct root_bounds *bounds,
	      int (*visit)(const char *path, void *data), void *data)
{
	_cleanup_(listing_clear) struct listing listing = {
		.root = root, .left = *bounds, .visit = visit, .data = data};
	int r = list_directory(&listing, path);

	while (r == 0 && listing.n > 0) {
		struct pending next = listing.items[--listing.n];

		listing.depth = next.depth;
		r = list_directory(&listing, next.path);
		free(next.path);
	}
	if (listing.is_cut && (r == 0 || r == ROOT_ENOUGH))
		return -E2BIG;
	return r;
}
