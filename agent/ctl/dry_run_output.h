/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_DRY_RUN_OUTPUT_H
#define LSMD_CTL_DRY_RUN_OUTPUT_H

/* A file that is written after a command that may run for hours, and known to be writable
 * before. */

#include <stdbool.h>
#include <stddef.h>

/* Starts as {.fd = -1}. */
struct dry_run_output {
	const char *path;
	int fd;
	bool made;    /* it was not there before */
	bool written; /* what is in it now is ours */
};

/** dry_run_output_open() - Open or make it; what is in it stays. Return: 0, negative
 * errno. @path is borrowed. */
int dry_run_output_open(const char *path, struct dry_run_output *ret_output);

/** dry_run_output_write() - Replace what is in it. Return: 0, negative errno. */
int dry_run_output_write(struct dry_run_output *output, const char *text, size_t length);

/** dry_run_output_redirect() - Have standard output replace what is in it; where it is
 * not open nothing happens. Return: 0, negative errno. */
int dry_run_output_redirect(struct dry_run_output *output);

/** dry_run_output_close() - One that was made for nothing is removed. */
void dry_run_output_close(struct dry_run_output *output);

#endif
