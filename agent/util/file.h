/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_UTIL_FILE_H
#define LSMD_UTIL_FILE_H

/* Whole files, read with a bound and written so that a crash leaves the old or the new
 * one. */

#include <stddef.h>

/**
 * file_read() - Read a whole file.
 * @max: bytes; a larger file is -EFBIG and nothing is read
 * @ret_text: ended by a NUL that @ret_length does not count; owned
 * Return: 0, negative errno of open, fstat or read; -EISDIR.
 */
int file_read(const char *path, size_t max, char **ret_text, size_t *ret_length);

/**
 * file_read_all() - Read from a descriptor up to a length, or to the file's end.
 * @text: room for @length bytes
 * Return: 0, negative errno.
 */
int file_read_all(int fd, char *text, size_t length, size_t *ret_length);

/**
 * file_write() - Replace a file: temporary, fsync, rename, fsync of the directory.
 * Mode 0600. Return: 0, negative errno; on failure the old file is as it was.
 */
int file_write(const char *path, const char *text, size_t length);

/** directory_make() - mkdir -p, mode 0755 (0700 for the last). Return: 0, negative errno.
 */
int directory_make(const char *path);

#endif
