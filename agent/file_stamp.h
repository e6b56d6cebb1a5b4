/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_FILE_STAMP_H
#define LSMD_FILE_STAMP_H

/* What stat() says of a path: enough to tell that another file is there, or other bytes.
 */

#include <stdbool.h>
#include <stdint.h>

struct file_stamp {
	uint64_t device, inode, size;
	uint64_t modified; /* ns since the epoch, in ticks of the file system */
	bool exists;
	bool settled; /* false: it was changed so lately that the next change may look the
			 same */
};

/** file_stamp_of() - Of a path, through symbolic links; taken before the file is read. */
struct file_stamp file_stamp_of(const char *path);

/**
 * file_stamp_is_current() - Is what was read then still what there is?
 * Return: false also where that cannot be told, so that it is read once more.
 */
bool file_stamp_is_current(const struct file_stamp *stamp, const char *path);

#endif
