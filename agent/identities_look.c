// SPDX-License-Identifier: Apache-2.0
/* One look into a container's root: what the thread does. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "identities_private.h"
#include "node/root_names.h"
#include "policy/accept.h"
#include "policy/eval.h"
#include "policy/room.h"
#include "util/cleanup.h"

void found_files_clear(struct found_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->items[i].path);
	free(files->items);
	*files = (struct found_files){0};
}

void unfounds_clear(struct unfounds *unfounds)
{
	for (size_t i = 0; i < unfounds->n; i++)
		free(unfounds->items[i].path);
	free(unfounds->items);
	*unfounds = (struct unfounds){0};
}

void multicalls_clear(struct multicalls *multicalls)
{
	for (size_t i = 0; i < multicalls->n; i++) {
		free(multicalls->items[i].path);
		free(multicalls->items[i].file);
	}
	free(multicalls->items);
	*multicalls = (struct multicalls){0};
}

int unfounds_add(struct unfounds *unfounds, const char *path, int error, uint64_t until)
{
	char *copy = strdup(path);

	if (!copy || room_for(&unfounds->items, &unfounds->room, unfounds->n + 1) < 0) {
		free(copy);
		return -ENOMEM;
	}
	unfounds->items[unfounds->n++] =
		(struct unfound){.path = copy, .error = error, .until = until};
	return 0;
}

int found_files_add(struct found_files *files, const char *path,
		    const struct enforcer_file *file)
{
	char *copy = strdup(path);

	if (!copy || room_for(&files->items, &files->room, files->n + 1) < 0) {
		free(copy);
		return -ENOMEM;
	}
	files->items[files->n++] = (struct found_file){.path = copy, .file = *file};
	return 0;
}

/* --- the root
 * ---------------------------------------------------------------------------- */

static bool same_file(const struct enforcer_file *a, const struct enforcer_file *b)
{
	return a->inode == b->inode && a->device == b->device;
}

/*
 * Is it the container's own, and no other that a process of it has made? One that has not
 * left the host's root yet is the runtime's.
 */
static int is_container_root(int root, int pid, void *data)
{
	struct look *look = data;
	int r = enforcer_read_namespace(look->reader, root, &look->found_namespace);

	(void)pid;
	if (r == 0)
		r = enforcer_read_file(look->reader, root, &look->root);
	if (r < 0)
		return r;
	if (!look->found_namespace || !root_is_top(root))
		return 0;
	if (look->mount_namespace && look->found_namespace != look->mount_namespace)
		return 0;
	return look->on_host || !same_file(&look->root, &look->host_root);
}

/* --- files
 * -------------------------------------------------------------------------------- */

struct visit {
	struct look *look;
	const struct root_pattern *pattern;
	int root;
};

static const char *base_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static int note_multicall(struct multicalls *multicalls, const char *path, int fd)
{
	char link[64], name[PATH_MAX];
	struct multicall item;
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, name, sizeof(name) - 1);
	if (length <= 0)
		return 0;
	name[length] = '\0';
	if (*name != '/' || !root_names_choose(base_of(name)) ||
	    !strcmp(base_of(name), base_of(path)))
		return 0;
	if (room_for(&multicalls->items, &multicalls->room, multicalls->n + 1) < 0)
		return -ENOMEM;
	item = (struct multicall){.path = strdup(path), .file = strdup(name)};
	multicalls->items[multicalls->n++] = item;
	return item.path && item.file ? 0 : -ENOMEM;
}

/* In procfs a name is another file for each who asks, and a number soon another's. */
static bool is_in_proc(const char *path)
{
	return !strncmp(path, "/proc/", 6);
}

static int visit_path(const char *path, void *data)
{
	const struct visit *visit = data;
	struct look *look = visit->look;
	_cleanup_(closep) int fd = -1;
	struct enforcer_file file;
	int r;

	if (is_in_proc(path) ||
	    !accept_widens(look->image, eval_accept(look->image, path)))
		return 0;
	fd = root_open(visit->root, path);
	if (fd < 0)
		/* Of a directory's many names one that leads nowhere is nothing to tell.
		 */
		return visit->pattern->kind == ROOT_FILE ? fd : 0;
	r = enforcer_read_file(look->reader, fd, &file);
	if (r == 0)
		r = found_files_add(&look->files, path, &file);
	if (r == 0 && visit->pattern->kind == ROOT_FILE)
		r = note_multicall(&look->multicalls, path, fd);
	return r;
}

static void look_for(struct look *look, int root, const struct root_pattern *pattern)
{
	struct visit visit = {look, pattern, root};
	int r = root_pattern_visit(pattern, root, visit_path, &visit);

	if (r == -ENOENT || r == -ENOTDIR)
		look->absent++;
	else if (r < 0 && unfounds_add(&look->unfound, pattern->path, r, 0) < 0)
		look->error = -ENOMEM;
}

void look_run(struct root_task *task)
{
	struct look *look = (struct look *)task;
	_cleanup_(closep) int root = -1;

	look->error =
		root_find(look->directory, is_container_root, look, &root, &look->pid);
	for (size_t i = 0; look->error == 0 && i < look->n_patterns; i++) {
		atomic_store(&look->at, i);
		look_for(look, root, &look->patterns[i]);
	}
	atomic_store(&look->at, LOOK_ALIASES);
	if (look->error == 0)
		look_for_aliases(look, root);
}
