// SPDX-License-Identifier: Apache-2.0
#include "node/cgroup_mount.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "util/cleanup.h"

/* mountinfo writes blanks, newlines and backslashes as three octal digits. */
static void unescape(char *text)
{
	char *to = text;

	for (char *from = text; *from; from++) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' &&
		    from[2] >= '0' && from[2] <= '7' && from[3] >= '0' &&
		    from[3] <= '7') {
			*to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 |
				       (from[3] - '0'));
			from += 3;
			continue;
		}
		*to++ = *from;
	}
	*to = '\0';
}

bool cgroup_list_has(char *list, const char *separators, const char *word)
{
	char *item;

	while ((item = strsep(&list, separators)))
		if (!strcmp(item, word))
			return true;
	return false;
}

static bool read_device(const char *text, dev_t *ret_device)
{
	unsigned major_number, minor_number;

	if (sscanf(text, "%u:%u", &major_number, &minor_number) != 2)
		return false;
	*ret_device = makedev(major_number, minor_number);
	return true;
}

/* Strings of @ret_mount point into @line. */
static bool read_line(char *line, struct cgroup_mount *ret_mount)
{
	struct cgroup_mount mount = {};
	char *rest = line, *fields[6], *field, *type, *options;

	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		fields[i] = strsep(&rest, " ");
		if (!fields[i])
			return false;
	}
	do
		field = strsep(&rest, " ");
	while (field && strcmp(field, "-") != 0);
	type = strsep(&rest, " ");
	strsep(&rest, " "); /* the source, which may be empty */
	options = strsep(&rest, " ");
	if (!type || !options || !read_device(fields[2], &mount.device))
		return false;
	mount.v1 = !strcmp(type, "cgroup");
	if (mount.v1 ? !cgroup_list_has(options, ",", "pids")
		     : strcmp(type, "cgroup2") != 0)
		return false;
	mount.shown = fields[3];
	mount.path = fields[4];
	unescape(mount.shown);
	unescape(mount.path);
	*ret_mount = mount;
	return true;
}

static void clear_mount(struct cgroup_mount *mount)
{
	free(mount->shown);
	free(mount->path);
}

static void remove_at(struct cgroup_mounts *mounts, const char *path)
{
	size_t n = 0;

	for (size_t i = 0; i < mounts->n; i++) {
		if (!strcmp(mounts->items[i].path, path))
			clear_mount(&mounts->items[i]);
		else
			mounts->items[n++] = mounts->items[i];
	}
	mounts->n = n;
}

static int add(struct cgroup_mounts *mounts, const struct cgroup_mount *mount)
{
	struct cgroup_mount *items, copy = *mount;

	remove_at(mounts, mount->path);
	items = reallocarray(mounts->items, mounts->n + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	mounts->items = items;
	copy.shown = strdup(mount->shown);
	copy.path = strdup(mount->path);
	if (!copy.shown || !copy.path) {
		clear_mount(&copy);
		return -ENOMEM;
	}
	items[mounts->n++] = copy;
	return 0;
}

int cgroup_mounts_read(FILE *mountinfo, struct cgroup_mounts *ret_mounts)
{
	_cleanup_(cgroup_mounts_clear) struct cgroup_mounts mounts = {};
	_cleanup_(freep) char *line = NULL;
	struct cgroup_mount mount;
	size_t size = 0;
	int r;

	while (getline(&line, &size, mountinfo) > 0) {
		if (!read_line(line, &mount))
			continue;
		r = add(&mounts, &mount);
		if (r < 0)
			return r;
	}
	if (!feof(mountinfo))
		return -EIO;
	*ret_mounts = mounts;
	mounts = (struct cgroup_mounts){};
	return 0;
}

void cgroup_mounts_clear(struct cgroup_mounts *mounts)
{
	for (size_t i = 0; i < mounts->n; i++)
		clear_mount(&mounts->items[i]);
	free(mounts->items);
	*mounts = (struct cgroup_mounts){};
}

/* Lower is better. */
static int rank(const struct cgroup_mount *mount)
{
	if (mount->v1)
		return 1;
	return mount->has_controllers ? 0 : 2;
}

const struct cgroup_mount *cgroup_mounts_choose(const struct cgroup_mounts *mounts)
{
	const struct cgroup_mount *best = NULL;

	for (size_t i = 0; i < mounts->n; i++) {
		const struct cgroup_mount *mount = &mounts->items[i];

		if (!mount->reachable)
			continue;
		if (!best || rank(mount) < rank(best) ||
		    (rank(mount) == rank(best) && mount->id < best->id))
			best = mount;
	}
	return best;
}
