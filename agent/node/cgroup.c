// SPDX-License-Identifier: Apache-2.0
#include "node/cgroup.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "node/cgroup_entry.h"
#include "node/cgroup_mount.h"
#include "node/cgroup_procs.h"
#include "util/cleanup.h"

/* kernfs ids are 64 bits wide and inode numbers since 5.5, where ino_t has room for them.
 */
static_assert(sizeof(ino_t) == sizeof(uint64_t), "inode numbers are cgroup ids");

#define CONTROLLERS_MAX 4096

static bool has_controllers(int directory)
{
	char list[CONTROLLERS_MAX];
	_cleanup_(closep) int fd =
		openat(directory, "cgroup.controllers", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, list, sizeof(list) - 1);

	if (length < 0)
		return false;
	list[length] = '\0';
	/* A stray controller that no v1 hierarchy took (hugetlb, misc) does not make
	 * kubelet use v2; without memory it could not. */
	return cgroup_list_has(list, " \n", "memory");
}

/* The mount's path may by now be under another one: what is opened must be the device. */
static void probe(struct cgroup_mount *mount)
{
	_cleanup_(closep) int fd = open(mount->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0 || status.st_dev != mount->device)
		return;
	mount->reachable = true;
	mount->id = status.st_ino;
	mount->has_controllers = !mount->v1 && has_controllers(fd);
}

static int find_mounts(struct cgroup_mounts *ret_mounts)
{
	_cleanup_(fclosep) FILE *mountinfo = fopen("/proc/self/mountinfo", "re");
	int r;

	if (!mountinfo)
		return -errno;
	r = cgroup_mounts_read(mountinfo, ret_mounts);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ret_mounts->n; i++)
		probe(&ret_mounts->items[i]);
	return 0;
}

static int read_entry(int pid, bool v1, struct cgroup_entry *ret_entry)
{
	_cleanup_(fclosep) FILE *file = NULL;
	char path[sizeof("/proc//cgroup") + 3 * sizeof(pid)];

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	file = fopen(path, "re");
	if (!file)
		return errno == ENOENT ? -ESRCH : -errno;
	return cgroup_entry_read(file, v1, ret_entry);
}

static int is_self(int pid, void *data)
{
	(void)data;
	return pid == getpid();
}

static int find_self(int directory, const char *path, uint64_t id, void *data)
{
	int r = cgroup_procs(directory, is_self, NULL);

	(void)id;
	if (r <= 0)
		return r;
	return (*(char **)data = strdup(path)) ? 1 : -ENOMEM;
}

/* Where the agent's cgroup namespace has its root: the agent's own cgroup, as found in
 * the tree, less what its entry says is below that root. */
static int find_origin(struct cgroup_root *root)
{
	_cleanup_(freep) char *own = NULL, *seen = NULL;
	struct cgroup_entry entry = {};
	size_t length, below;
	int r;

	if (strncmp(root->shown, "/..", 3) != 0)
		return 0;
	r = read_entry(getpid(), root->v1, &entry);
	seen = entry.path;
	if (r < 0)
		return r;
	r = cgroup_walk_directories(root, "", find_self, &own);
	if (r <= 0)
		return r;
	length = strlen(own);
	below = strcmp(seen, "/") ? strlen(seen) : 0;
	if (below <= length && !strcmp(own + length - below, below ? seen : ""))
		root->origin = strndup(own, length - below);
	return 0;
}

int cgroup_root_open(struct cgroup_root *ret_root)
{
	_cleanup_(cgroup_mounts_clear) struct cgroup_mounts mounts = {};
	_cleanup_(cgroup_root_close) struct cgroup_root root = {.fd = -1};
	const struct cgroup_mount *mount;
	struct cgroup_entry entry = {};
	int r;

	r = find_mounts(&mounts);
	if (r < 0)
		return r;
	mount = cgroup_mounts_choose(&mounts);
	if (!mount)
		return CGROUP_E_NONE;
	root.v1 = mount->v1;
	root.path = strdup(mount->path);
	root.shown = strdup(mount->shown);
	if (!root.path || !root.shown)
		return -ENOMEM;
	root.fd = open(root.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root.fd < 0)
		return -errno;
	r = read_entry(getpid(), root.v1, &entry);
	free(entry.path);
	if (r < 0)
		return r;
	root.hierarchy = entry.hierarchy;
	r = find_origin(&root);
	if (r < 0)
		return r;
	*ret_root = root;
	root = (struct cgroup_root){.fd = -1};
	return 0;
}

void cgroup_root_close(struct cgroup_root *root)
{
	closep(&root->fd);
	free(root->path);
	free(root->shown);
	free(root->origin);
	*root = (struct cgroup_root){.fd = -1};
}

static int open_below(int directory, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, directory, *path ? path : ".", &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

static bool has_dots(const char *path)
{
	for (size_t length; *(path += strspn(path, "/")); path += length) {
		length = strcspn(path, "/");
		if (length <= 2 && !strncmp(path, "..", length))
			return true;
	}
	return false;
}

int cgroup_open_directory(const struct cgroup_root *root, const char *path)
{
	_cleanup_(closep) int above = -1;
	char part[PATH_MAX];
	int fd;

	/* What a path says of pods must be true of the cgroup that it leads to. */
	if (has_dots(path))
		return -EINVAL;
	path += strspn(path, "/");
	/* A call takes less than PATH_MAX bytes; a tree may be deeper than that. */
	while (strlen(path) >= sizeof(part)) {
		size_t length = sizeof(part) - 1;

		while (length && path[length] != '/')
			length--;
		if (!length)
			return -ENAMETOOLONG;
		memcpy(part, path, length);
		part[length] = '\0';
		fd = open_below(above < 0 ? root->fd : above, part);
		if (fd < 0)
			return fd;
		closep(&above);
		above = fd;
		path += length + strspn(path + length, "/");
	}
	return open_below(above < 0 ? root->fd : above, path);
}

int cgroup_id(const struct cgroup_root *root, const char *path, uint64_t *ret_id)
{
	_cleanup_(closep) int fd = cgroup_open_directory(root, path);
	struct stat status;

	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0)
		return -errno;
	*ret_id = status.st_ino;
	return 0;
}

/* proc_cgroup_show() marks the cgroup of a zombie that was removed, in a way that a
 * cgroup's own name may also end. */
static int check_alive(const struct cgroup_root *root, const char *path)
{
	static const char mark[] = " (deleted)";
	size_t length = strlen(path);
	uint64_t id;

	if (length < sizeof(mark) - 1 ||
	    strcmp(path + length - (sizeof(mark) - 1), mark) != 0)
		return 0;
	return cgroup_id(root, path, &id) < 0 ? -ESRCH : 0;
}

int cgroup_of_process(const struct cgroup_root *root, int pid, char **ret_path)
{
	_cleanup_(freep) char *seen = NULL, *path = NULL;
	struct cgroup_entry entry = {};
	int r;

	r = read_entry(pid, root->v1, &entry);
	seen = entry.path;
	if (r < 0)
		return r;
	r = cgroup_entry_resolve(seen, root->shown, root->origin, &path);
	if (r < 0)
		return r;
	r = check_alive(root, path);
	if (r < 0)
		return r;
	*ret_path = TAKE_PTR(path);
	return 0;
}
