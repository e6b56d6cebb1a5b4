// SPDX-License-Identifier: Apache-2.0
#include "ctl/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>

#include "util/cleanup.h"

/* libc has no wrapper yet. */
static int open_in(int root, const char *path)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	long fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

/* @name: PATH_MAX bytes. */
static int name_of(int fd, char *name)
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, name, PATH_MAX);
	if (length < 0)
		return -errno;
	if (length == PATH_MAX)
		return -ENAMETOOLONG;
	name[length] = '\0';
	return 0;
}

/* What @fd is called below @root, and @rest behind it. */
static int name_in(int root, int fd, const char *rest, char **ret_path)
{
	char outer[PATH_MAX], inner[PATH_MAX];
	size_t length;
	int r = name_of(root, outer);

	if (r == 0)
		r = name_of(fd, inner);
	if (r < 0)
		return r;
	length = strcmp(outer, "/") == 0 ? 0 : strlen(outer);
	if (strncmp(outer, inner, length) != 0 || (inner[length] && inner[length] != '/'))
		return -ESTALE;
	/* The root directory itself has no name below it. */
	if (!strcmp(inner + length, "/"))
		length++;
	r = asprintf(ret_path, "%s%s%s", inner + length,
		     *rest || !inner[length] ? "/" : "", rest);
	return r < 0 ? -ENOMEM : 0;
}

static int resolve(int root, const char *path, char **ret_path)
{
	_cleanup_(closep) int fd = open_in(root, path);
	_cleanup_(freep) char *directory = NULL;
	const char *slash = strrchr(path, '/');

	if (fd >= 0)
		return name_in(root, fd, "", ret_path);
	if (fd != -ENOENT || !slash)
		return fd;
	directory = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	if (!directory)
		return -ENOMEM;
	fd = open_in(root, directory);
	return fd < 0 ? fd : name_in(root, fd, slash + 1, ret_path);
}

int root_resolve(const char *directory, const char *path, char **ret_path)
{
	_cleanup_(closep) int root = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return root < 0 ? -errno : resolve(root, path, ret_path);
}
