/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_LEARN_LINES_H
#define LSMD_DRYRUN_LEARN_LINES_H

/* The paths of a run, and the lines of a policy that allow them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dryrun/learn_name.h"

/* A path that was used. */
struct learn_path {
	const char *path; /* borrowed */
	bool truncated;
	bool written; /* else read, or executed */
	uint64_t count;
};

/* Sorted by path, each there once. */
struct learn_paths {
	struct learn_path *items;
	size_t n;
};

/* A pattern. One that may write may read as well: what a run has written, the next one
 * reads. */
struct learn_line {
	char *pattern;
	bool write;
	/* What of the run it allows: */
	uint64_t count;
	size_t n_paths;
};

/* Sorted by pattern. */
struct learn_lines {
	struct learn_line *items;
	size_t n;
};

/* As many files of one directory become a pattern for all of them. */
#define LEARN_FILES 8
/* As many directories that something is used in, one for everything below. */
#define LEARN_DIRECTORIES 4

/** learn_paths_add() - Add one that is not before the last. Return: 0, -ENOMEM. */
int learn_paths_add(struct learn_paths *paths, const struct learn_path *path);
void learn_paths_clear(struct learn_paths *paths);

/**
 * learn_lines_of() - The lines for some paths, of which none can be dropped.
 * @gather:    do many files of a directory become one line?
 * @ret_lines: set on success only; owned
 * Return: 0, -ENOMEM.
 */
int learn_lines_of(const struct learn_context *context, const struct learn_paths *paths,
		   bool gather, struct learn_lines *ret_lines);
void learn_lines_clear(struct learn_lines *lines);

/** learn_lines_merge() - Sort, and make one of those with the same pattern. */
void learn_lines_merge(struct learn_lines *lines);

/** learn_lines_gather() - Make patterns of directories. Return: 0, -ENOMEM. */
int learn_lines_gather(const struct learn_context *context, struct learn_lines *lines);

/**
 * learn_lines_reduce() - Drop each line without which the others still allow every path,
 * and count what those that stay allow. Return: 0, -ENOMEM.
 */
int learn_lines_reduce(struct learn_lines *lines, const struct learn_paths *paths);

#endif
