// SPDX-License-Identifier: Apache-2.0
#include "node/root_walk.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/root.h"
#include "util/cleanup.h"

#define MAX_LINKS     40 /* MAXSYMLINKS, include/linux/namei.h */

#define NS_PER_SECOND 1000000000ULL

/* A walk on its way. Both texts have PATH_MAX bytes. */
struct steps {
	int root;
	char *done; /* without a link; "": the root */
	char *rest; /* what is still to be walked */
	unsigned links;
	struct root_walk walk;
};

void root_walk_clear(struct root_walk *walk)
{
	free(walk->name);
	*walk = (struct root_walk){0};
}

static void steps_clear(struct steps *steps)
{
	free(steps->done);
	free(steps->rest);
}

/* Put a link's target in front of what was to be walked behind the link. */
static int follow(struct steps *steps, int fd)
{
	size_t after = strlen(steps->rest) + 1;
	char target[PATH_MAX];
	ssize_t length = readlinkat(fd, "", target, sizeof(target));

	if (length < 0)
		return -errno;
	if ((size_t)length + after > PATH_MAX)
		return -ENAMETOOLONG;
	if (length > 0 && *target == '/')
		*steps->done = '\0';
	memmove(steps->rest + length, steps->rest, after);
	memcpy(steps->rest, target, (size_t)length);
	return ++steps->links > MAX_LINKS ? -ELOOP : 0;
}

static void note_link(struct steps *steps, const struct stat *link, bool is_foreign)
{
	uint64_t made = (uint64_t)link->st_ctim.tv_sec * NS_PER_SECOND +
			(uint64_t)link->st_ctim.tv_nsec;

	steps->walk.has_links = true;
	if (steps->walk.made < made)
		steps->walk.made = made;
	steps->walk.is_foreign |= is_foreign;
}

/* Look at the name that ends what is done, which @before bytes are in front of. */
static int look(struct steps *steps, size_t before)
{
	bool is_foreign;
	_cleanup_(closep) int fd = root_open_name(steps->root, steps->done, &is_foreign);
	struct stat stat;

	if (fd == -ENOENT || fd == -ENOTDIR) {
		steps->walk.is_missing = true;
		return 0;
	}
	if (fd < 0)
		return fd;
	if (fstat(fd, &stat) < 0)
		return -errno;
	if (!S_ISLNK(stat.st_mode))
		return 0;
	steps->done[before] = '\0';
	note_link(steps, &stat, is_foreign);
	return follow(steps, fd);
}

/* There is nothing to come back from to what is missing. */
static int go_up(struct steps *steps)
{
	char *last = strrchr(steps->done, '/');

	if (steps->walk.is_missing)
		return -ENOENT;
	if (last)
		*last = '\0';
	return 0;
}

static int go_down(struct steps *steps, const char *name, size_t length)
{
	size_t before = strlen(steps->done);

	if (before + length + 2 > PATH_MAX)
		return -ENAMETOOLONG;
	steps->done[before] = '/';
	memcpy(steps->done + before + 1, name, length);
	steps->done[before + 1 + length] = '\0';
	return steps->walk.is_missing ? 0 : look(steps, before);
}

static bool is_dots(const char *name, size_t length, size_t dots)
{
	return length == dots && !strncmp(name, "..", dots);
}

/* Walk the first name of the rest, which is not empty. */
static int step(struct steps *steps)
{
	const char *begin = steps->rest + strspn(steps->rest, "/");
	size_t length = strcspn(begin, "/");
	char name[PATH_MAX];

	memcpy(name, begin, length);
	memmove(steps->rest, begin + length, strlen(begin + length) + 1);
	if (length == 0 || is_dots(name, length, 1))
		return 0;
	return is_dots(name, length, 2) ? go_up(steps) : go_down(steps, name, length);
}

int root_walk(int root, const char *path, struct root_walk *ret_walk)
{
	_cleanup_(steps_clear) struct steps steps = {
		.root = root, .done = calloc(1, PATH_MAX), .rest = calloc(1, PATH_MAX)};
	int r = 0;

	if (!steps.done || !steps.rest)
		return -ENOMEM;
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	strcpy(steps.rest, path);
	while (r == 0 && *steps.rest)
		r = step(&steps);
	if (r < 0)
		return r;
	steps.walk.name = strdup(*steps.done ? steps.done : "/");
	if (!steps.walk.name)
		return -ENOMEM;
	*ret_walk = steps.walk;
	return 0;
}
