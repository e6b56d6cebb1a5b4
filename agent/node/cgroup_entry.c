// SPDX-License-Identifier: Apache-2.0
#include "node/cgroup_entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "node/cgroup_mount.h"
#include "util/cleanup.h"

int cgroup_entry_read(FILE *file, bool v1, struct cgroup_entry *ret_entry)
{
	_cleanup_(freep) char *line = NULL;
	size_t size = 0;
	unsigned hierarchy;
	ssize_t length;

	while ((length = getline(&line, &size, file)) > 0) {
		char *rest = line, *number, *controllers;

		/* A cgroup's name holds no newline: cgroup_mkdir() refuses it. */
		line[strcspn(line, "\n")] = '\0';
		number = strsep(&rest, ":");
		controllers = strsep(&rest, ":");
		if (!rest || sscanf(number, "%u", &hierarchy) != 1)
			continue;
		if (v1 ? !cgroup_list_has(controllers, ",", "pids")
		       : hierarchy || *controllers)
			continue;
		ret_entry->hierarchy = hierarchy;
		ret_entry->path = strdup(rest);
		return ret_entry->path ? 0 : -ENOMEM;
	}
	return feof(file) ? -ENOENT : -ESRCH;
}

/* Leading ".." components; @path moves behind them. */
static size_t skip_parents(const char **path)
{
	size_t n = 0;

	while (!strncmp(*path, "/..", 3) && ((*path)[3] == '/' || !(*path)[3])) {
		*path += 3;
		n++;
	}
	return n;
}

static const char *skip_component(const char *path)
{
	path += strspn(path, "/");
	return path + strcspn(path, "/");
}

static size_t count_components(const char *path)
{
	size_t n = 0;

	while (*(path += strspn(path, "/"))) {
		path = skip_component(path);
		n++;
	}
	return n;
}

/* The part of @path below @above; NULL when it is not there. */
static const char *strip_above(const char *path, const char *above)
{
	size_t length = strcmp(above, "/") ? strlen(above) : 0;
	const char *rest = path + length;

	if (strncmp(path, above, length) != 0 || (*rest && *rest != '/') ||
	    skip_parents(&rest))
		return NULL;
	return rest + strspn(rest, "/");
}

int cgroup_entry_resolve(const char *path, const char *shown, const char *origin,
			 char **ret_path)
{
	const char *kept = "", *kept_end = kept, *below = strip_above(path, shown);
	size_t depth, up;

	if (!below) {
		/* The mount starts higher than the path does: begin with the names of
		 * @origin that the path does not climb out of. */
		depth = skip_parents(&shown);
		up = skip_parents(&path);
		if (*shown || !origin || count_components(origin) != depth || up >= depth)
			return -EXDEV;
		kept = kept_end = origin;
		while (up++ < depth)
			kept_end = skip_component(kept_end);
		below = strcmp(path, "/") ? path : "";
	}
	if (asprintf(ret_path, "%.*s%s", (int)(kept_end - kept), kept, below) < 0)
		return -ENOMEM;
	return 0;
}
