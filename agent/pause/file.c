// SPDX-License-Identifier: Apache-2.0
#include "pause/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"

/* A FIFO or a device by that name must not make anybody wait. */
static void read_reason(const char *path, char reason[PAUSE_REASON_MAX + 1])
{
	_cleanup_(closep) int fd =
		open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat status;
	ssize_t n = 0;

	if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
		n = read(fd, reason, PAUSE_REASON_MAX);
	reason[n > 0 ? n : 0] = '\0';
	reason[strcspn(reason, "\r\n")] = '\0';
}

int pause_file_read(const char *path, struct pauses *pauses)
{
	char reason[PAUSE_REASON_MAX + 1];
	struct stat status;

	if (lstat(path, &status) < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			return -errno;
		pauses_lift(pauses, PAUSE_BY_FILE);
		return 0;
	}
	read_reason(path, reason);
	return pauses_set(pauses, PAUSE_BY_FILE, 0, reason);
}
