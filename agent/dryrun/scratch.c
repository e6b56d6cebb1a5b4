// SPDX-License-Identifier: Apache-2.0
#include "dryrun/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "node/cgroup_procs.h"
#include "policy/array.h"
#include "util/cleanup.h"
#include "util/explain.h"

#define PROCS "cgroup.procs"

/* A cgroup stays busy for a moment after its last process was reaped. */
#define REMOVE_TRIES	100
#define REMOVE_PAUSE_NS 5000000L

/* --- making it ------------------------------------------------------------------------
 */

static int fail(int error, const char *what, const char *where, char **reterr_detail)
{
	explain(reterr_detail, "%s %s: %s%s", what, where, strerror(-error),
		error == -EACCES || error == -EPERM || error == -EROFS
			? ": a dry run needs root, and cgroups that it may change"
			: "");
	return error;
}

/* Only one that nothing is in can be removed, which is how one in use is told. */
static void sweep(int above)
{
	_cleanup_(closedirp) DIR *directory = NULL;
	int fd = fcntl(above, F_DUPFD_CLOEXEC, 0);
	const struct dirent *entry;

	directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory) {
		closep(&fd);
		return;
	}
	while ((entry = readdir(directory)))
		if (!strncmp(entry->d_name, SCRATCH_PREFIX, strlen(SCRATCH_PREFIX)))
			unlinkat(above, entry->d_name, AT_REMOVEDIR);
}

static int make(struct scratch *scratch, int above, const char *name)
{
	_cleanup_(closep) int fd = -1;
	struct stat status;

	if (mkdirat(above, name, 0755) < 0)
		return -errno;
	fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	scratch->id = status.st_ino;
	scratch->procs_fd = openat(fd, PROCS, O_WRONLY | O_CLOEXEC);
	return scratch->procs_fd < 0 ? -errno : 0;
}

static int find_own(struct scratch *scratch, char **ret_path, char **reterr_detail)
{
	int r = cgroup_root_open(&scratch->root);

	if (r == CGROUP_E_NONE) {
		explain(reterr_detail, "neither cgroup v2 nor a v1 hierarchy with pids "
				       "is mounted: mount "
				       "cgroup2 at /sys/fs/cgroup");
		return -ENODEV;
	}
	if (r == 0)
		r = cgroup_of_process(&scratch->root, getpid(), ret_path);
	return r < 0 ? fail(r, "find the cgroup of", "this process", reterr_detail) : 0;
}

int scratch_open(struct scratch *ret_scratch, char **reterr_detail)
{
	_cleanup_(scratch_close) struct scratch scratch = {.root = {.fd = -1},
							   .procs_fd = -1};
	_cleanup_(freep) char *own = NULL;
	_cleanup_(closep) int above = -1;
	const char *name;
	int r = find_own(&scratch, &own, reterr_detail);

	if (r < 0)
		return r;
	if (asprintf(&scratch.path, "%s/" SCRATCH_PREFIX "%d", own, (int)getpid()) < 0) {
		scratch.path = NULL;
		return -ENOMEM;
	}
	name = strrchr(scratch.path, '/') + 1;
	above = cgroup_open_directory(&scratch.root, own);
	if (above < 0)
		return fail(above, "open the cgroup", own, reterr_detail);
	sweep(above);
	r = make(&scratch, above, name);
	if (r < 0)
		return fail(r, "make the cgroup", scratch.path, reterr_detail);
	*ret_scratch = scratch;
	scratch = (struct scratch){.root = {.fd = -1}, .procs_fd = -1};
	return 0;
}

/* --- who is in it ---------------------------------------------------------------------
 */

struct members {
	pid_t *pids;
	size_t n;
};

static int add_member(int pid, void *data)
{
	struct members *members = data;
	pid_t *pids = array_grow(members->pids, members->n, sizeof(*pids));

	if (!pids)
		return -ENOMEM;
	members->pids = pids;
	pids[members->n++] = pid;
	return 0;
}

static int add_members(int directory, const char *path, uint64_t id, void *data)
{
	(void)path;
	(void)id;
	return cgroup_procs(directory, add_member, data);
}

int scratch_members(const struct scratch *scratch, pid_t **ret_pids, size_t *ret_n)
{
	struct members members = {0};
	int r = cgroup_walk_directories(&scratch->root, scratch->path, add_members,
					&members);

	if (r < 0) {
		free(members.pids);
		return r;
	}
	*ret_pids = members.pids;
	*ret_n = members.n;
	return 0;
}

/* --- removing it ----------------------------------------------------------------------
 */

static int open_above(const struct scratch *scratch)
{
	_cleanup_(freep) char *above = strndup(
		scratch->path, (size_t)(strrchr(scratch->path, '/') - scratch->path));

	return above ? cgroup_open_directory(&scratch->root, above) : -ENOMEM;
}

/* Those that were forked meanwhile are found in the next round. */
static void give_back(const struct scratch *scratch, int above)
{
	_cleanup_(closep) int procs = openat(above, PROCS, O_WRONLY | O_CLOEXEC);
	_cleanup_(freep) pid_t *pids = NULL;
	size_t n = 0;

	if (procs < 0 || scratch_members(scratch, &pids, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		dprintf(procs, "%d", (int)pids[i]);
}

struct paths {
	char **items;
	size_t n;
};

static int add_path(const char *path, uint64_t id, void *data)
{
	struct paths *paths = data;

	(void)id;
	return strings_add(&paths->items, &paths->n, path);
}

/* Those below first, which the command may have made. */
static int remove_all(const struct scratch *scratch)
{
	struct paths paths = {0};
	int r = cgroup_walk(&scratch->root, scratch->path, add_path, &paths);

	for (size_t i = paths.n; i-- > 0 && r == 0;) {
		const char *path = paths.items[i] + strspn(paths.items[i], "/");

		if (unlinkat(scratch->root.fd, path, AT_REMOVEDIR) < 0 && errno != ENOENT)
			r = -errno;
	}
	strings_clear(&paths.items, &paths.n);
	return r;
}

static void remove_scratch(const struct scratch *scratch)
{
	const struct timespec pause = {.tv_nsec = REMOVE_PAUSE_NS};
	_cleanup_(closep) int above = open_above(scratch);

	for (int i = 0; above >= 0 && i < REMOVE_TRIES; i++) {
		give_back(scratch, above);
		if (remove_all(scratch) != -EBUSY)
			return;
		nanosleep(&pause, NULL);
	}
}

void scratch_close(struct scratch *scratch)
{
	if (scratch->id)
		remove_scratch(scratch);
	closep(&scratch->procs_fd);
	cgroup_root_close(&scratch->root);
	free(scratch->path);
	*scratch = (struct scratch){.root = {.fd = -1}, .procs_fd = -1};
}
