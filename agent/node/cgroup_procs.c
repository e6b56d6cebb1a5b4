// SPDX-License-Identifier: Apache-2.0
#include "node/cgroup_procs.h"

#include <errno.h>
#include <fcntl.h>

#include "util/cleanup.h"

static int read_list(int directory, const char *name, int (*visit)(int pid, void *data),
		     void *data)
{
	_cleanup_(fclosep) FILE *file = NULL;
	_cleanup_(freep) char *line = NULL;
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	int r;

	if (fd < 0)
		return -errno;
	file = fdopen(fd, "r");
	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	while ((errno = 0, getline(&line, &size, file)) > 0) {
		r = visit(atoi(line), data);
		if (r)
			return r;
	}
	return feof(file) ? 0 : -errno;
}

int cgroup_procs(int directory, int (*visit)(int pid, void *data), void *data)
{
	int r = read_list(directory, "cgroup.procs", visit, data);

	if (r == -EOPNOTSUPP)
		r = read_list(directory, "cgroup.threads", visit, data);
	return r == -ENOENT || r == -ENODEV ? 0 : r;
}
