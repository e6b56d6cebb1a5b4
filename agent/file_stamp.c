/* SPDX-License-Identifier: Apache-2.0 */
#include "file_stamp.h"

#include <sys/stat.h>

#include "util/clock.h"

/* More than a tick of any file system that a node has: two changes within one look the
 * same. */
#define SETTLED_NS (NS_PER_SECOND / 10)

struct file_stamp file_stamp_of(const char *path)
{
	uint64_t modified, now = clock_wall();
	struct stat status;

	if (stat(path, &status) < 0)
		return (struct file_stamp){.settled = true};
	modified = (uint64_t)status.st_mtim.tv_sec * NS_PER_SECOND +
		   (uint64_t)status.st_mtim.tv_nsec;
	return (struct file_stamp){
		.device = status.st_dev,
		.inode = status.st_ino,
		.size = (uint64_t)status.st_size,
		.modified = modified,
		.exists = true,
		/* A time that is to come is one that a clock was set back from. */
		.settled = modified > now || now - modified > SETTLED_NS,
	};
}

bool file_stamp_is_current(const struct file_stamp *stamp, const char *path)
{
	struct file_stamp now = file_stamp_of(path);

	return stamp->settled && stamp->exists == now.exists &&
	       stamp->device == now.device && stamp->inode == now.inode &&
	       stamp->size == now.size && stamp->modified == now.modified;
}
