/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_UTIL_CLEANUP_H
#define LSMD_UTIL_CLEANUP_H

/* Scope-bound release, so that an early return is the error path. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))

#define TAKE_PTR(pointer)                                                                \
	({                                                                               \
		__typeof__(pointer) taken_ = (pointer);                                  \
		(pointer) = NULL;                                                        \
		taken_;                                                                  \
	})

#define TAKE_FD(fd)                                                                      \
	({                                                                               \
		int taken_fd_ = (fd);                                                    \
		(fd) = -1;                                                               \
		taken_fd_;                                                               \
	})

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static inline void freep(void *pointer)
{
	free(*(void **)pointer);
}

static inline void closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void fclosep(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void closedirp(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

#endif
