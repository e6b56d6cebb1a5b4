// SPDX-License-Identifier: Apache-2.0
#include "ctl/dry_run_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "util/cleanup.h"

int dry_run_output_open(const char *path, struct dry_run_output *ret_output)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	bool made = fd >= 0;

	if (fd < 0 && errno == EEXIST)
		fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_output = (struct dry_run_output){.path = path, .fd = fd, .made = made};
	return 0;
}

/* A pipe or a device has nothing in it. */
static int empty(struct dry_run_output *output)
{
	if (ftruncate(output->fd, 0) < 0 && errno != EINVAL)
		return -errno;
	output->written = true;
	return 0;
}

int dry_run_output_write(struct dry_run_output *output, const char *text, size_t length)
{
	int r = empty(output);

	while (r == 0 && length) {
		ssize_t n = write(output->fd, text, length);

		if (n < 0 && errno != EINTR)
			r = -errno;
		if (n > 0) {
			text += n;
			length -= (size_t)n;
		}
	}
	return r;
}

int dry_run_output_redirect(struct dry_run_output *output)
{
	int r;

	if (output->fd < 0)
		return 0;
	r = empty(output);
	if (r == 0 && (fflush(stdout) || dup2(output->fd, STDOUT_FILENO) < 0))
		r = -errno;
	return r;
}

void dry_run_output_close(struct dry_run_output *output)
{
	if (output->made && !output->written)
		unlink(output->path);
	closep(&output->fd);
	output->fd = -1;
}
