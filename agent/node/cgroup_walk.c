// SPDX-License-Identifier: Apache-2.0
/*
 * A container may nest cgroups as deep as it likes. The walk holds one descriptor, goes
 * down by name and up by "..": a cgroup's parent never changes, and a removed one still
 * has it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/cgroup.h"
#include "util/cleanup.h"

/* A directory on the way: its children, and which are still to be visited. */
struct level {
	char *names; /* each ended by NUL */
	size_t size;
	size_t next;
	size_t path_length;
};

struct walk {
	int fd; /* of the top level's directory */
	char *path;
	size_t path_length;
	size_t path_size;
	struct level *levels;
	size_t n_levels;
	int (*visit)(int directory, const char *path, uint64_t id, void *data);
	void *data;
};

static void clear_walk(struct walk *walk)
{
	for (size_t i = 0; i < walk->n_levels; i++)
		free(walk->levels[i].names);
	free(walk->levels);
	free(walk->path);
	closep(&walk->fd);
}

/* Whether an error says that the cgroup went in the meantime. */
static bool is_gone(int error)
{
	return error == ENOENT || error == ENODEV;
}

static int list_children(int directory, char **ret_names, size_t *ret_size)
{
	_cleanup_(closedirp) DIR *stream = NULL;
	_cleanup_(fclosep) FILE *file = NULL;
	int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	bool failed;

	if (fd < 0)
		return is_gone(errno) ? 0 : -errno;
	stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return -ENOMEM;
	}
	file = open_memstream(ret_names, ret_size);
	if (!file)
		return -ENOMEM;
	while ((errno = 0, entry = readdir(stream))) {
		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		fwrite(entry->d_name, 1, strlen(entry->d_name) + 1, file);
	}
	if (errno && !is_gone(errno))
		return -errno;
	failed = ferror(file);
	return fclose(TAKE_PTR(file)) || failed ? -ENOMEM : 0;
}

static int append_name(struct walk *walk, const char *name)
{
	size_t length = strlen(name), need = walk->path_length + length + 2;
	char *path;

	if (need > walk->path_size) {
		path = realloc(walk->path, 2 * need);
		if (!path)
			return -ENOMEM;
		walk->path = path;
		walk->path_size = 2 * need;
	}
	if (walk->path_length)
		walk->path[walk->path_length++] = '/';
	memcpy(walk->path + walk->path_length, name, length + 1);
	walk->path_length += length;
	return 0;
}

/* Visit the directory that walk->fd and walk->path name, and put it on top. Its children
 * are listed after the visit: one that is made later inherits what the visit gave its
 * parent. */
static int enter(struct walk *walk)
{
	struct level *levels, level = {.path_length = walk->path_length};
	struct stat status;
	bool skip;
	int r;

	if (fstat(walk->fd, &status) < 0)
		return -errno;
	r = walk->visit(walk->fd, walk->path, status.st_ino, walk->data);
	skip = r == CGROUP_WALK_SKIP;
	if (r && !skip)
		return r;
	levels = reallocarray(walk->levels, walk->n_levels + 1, sizeof(*levels));
	if (!levels)
		return -ENOMEM;
	walk->levels = levels;
	r = skip ? 0 : list_children(walk->fd, &level.names, &level.size);
	levels[walk->n_levels++] = level;
	return r;
}

static int go_down(struct walk *walk, struct level *level)
{
	const char *name = level->names + level->next;
	int fd, r;

	level->next += strlen(name) + 1;
	fd = openat(walk->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return is_gone(errno) ? 0 : -errno;
	close(walk->fd);
	walk->fd = fd;
	r = append_name(walk, name);
	return r < 0 ? r : enter(walk);
}

static int go_up(struct walk *walk)
{
	int fd;

	free(walk->levels[--walk->n_levels].names);
	if (!walk->n_levels)
		return 0;
	fd = openat(walk->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(walk->fd);
	walk->fd = fd;
	walk->path_length = walk->levels[walk->n_levels - 1].path_length;
	walk->path[walk->path_length] = '\0';
	return 0;
}

int cgroup_walk_directories(const struct cgroup_root *root, const char *path,
			    int (*visit)(int directory, const char *path, uint64_t id,
					 void *data),
			    void *data)
{
	_cleanup_(clear_walk) struct walk walk = {.fd = -1, .visit = visit, .data = data};
	int r;

	path += strspn(path, "/");
	walk.fd = cgroup_open_directory(root, path);
	if (walk.fd < 0)
		return walk.fd;
	r = append_name(&walk, path);
	while (walk.path_length && walk.path[walk.path_length - 1] == '/')
		walk.path[--walk.path_length] = '\0';
	if (!r)
		r = enter(&walk);
	while (!r && walk.n_levels) {
		struct level *level = &walk.levels[walk.n_levels - 1];

		r = level->next < level->size ? go_down(&walk, level) : go_up(&walk);
	}
	return r;
}

struct plain_visit {
	int (*visit)(const char *path, uint64_t id, void *data);
	void *data;
};

static int visit_plain(int directory, const char *path, uint64_t id, void *data)
{
	const struct plain_visit *plain = data;

	(void)directory;
	return plain->visit(path, id, plain->data);
}

int cgroup_walk(const struct cgroup_root *root, const char *path,
		int (*visit)(const char *path, uint64_t id, void *data), void *data)
{
	struct plain_visit plain = {visit, data};

	return cgroup_walk_directories(root, path, visit_plain, &plain);
}
