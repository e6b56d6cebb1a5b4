// SPDX-License-Identifier: Apache-2.0
#include "node/root_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/root.h"
#include "policy/room.h"
#include "util/cleanup.h"

static const char *const directories[] = {
	"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin",
};

/* A directory of programs has a few thousand. */
static const struct root_bounds bounds = {.entries = 65536};

struct search {
	int root;
	const char *own; /* the name that is asked about */
	struct stat file;
	struct root_names names;
};

bool root_names_choose(const char *base)
{
	static const char *const names[] = {"busybox", "toybox", "coreutils"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(base, names[i], strlen(names[i])))
			return true;
	return false;
}

void root_names_clear(struct root_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->items[i]);
	free(names->items);
	*names = (struct root_names){0};
}

static void search_clear(struct search *search)
{
	root_names_clear(&search->names);
}

static int stat_path(int root, const char *path, struct stat *ret_stat)
{
	_cleanup_(closep) int fd = root_open(root, path);

	if (fd < 0)
		return fd;
	return fstat(fd, ret_stat) < 0 ? -errno : 0;
}

static int add_name(struct root_names *names, const char *name)
{
	char *copy = strdup(name);

	if (!copy || room_for(&names->items, &names->room, names->n + 1) < 0) {
		free(copy);
		return -ENOMEM;
	}
	names->items[names->n++] = copy;
	return 0;
}

static int visit(const char *path, void *data)
{
	struct search *search = data;
	const char *name = strrchr(path, '/') + 1;
	struct stat stat;

	if (!strcmp(name, search->own) || stat_path(search->root, path, &stat) < 0 ||
	    stat.st_ino != search->file.st_ino || stat.st_dev != search->file.st_dev)
		return 0;
	return add_name(&search->names, name);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Two directories may be one, by a link. */
static void sort_once(struct root_names *names)
{
	size_t n = 0;

	if (names->n > 0)
		qsort(names->items, names->n, sizeof(*names->items), compare);
	for (size_t i = 0; i < names->n; i++) {
		if (n > 0 && !strcmp(names->items[n - 1], names->items[i]))
			free(names->items[i]);
		else
			names->items[n++] = names->items[i];
	}
	names->n = n;
}

int root_names_find(int root, const char *path, struct root_names *ret_names)
{
	_cleanup_(search_clear) struct search search = {.root = root,
							.own = strrchr(path, '/') + 1};
	int r = stat_path(root, path, &search.file);

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(directories); i++) {
		r = root_list(root, directories[i], &bounds, visit, &search);
		if (r != -ENOMEM)
			r = 0;
	}
	if (r < 0)
		return r;
	sort_once(&search.names);
	*ret_names = search.names;
	search.names = (struct root_names){0};
	return 0;
}
