/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_LEARN_NAME_H
#define LSMD_DRYRUN_LEARN_NAME_H

/*
 * From a path that was used once to the pattern of what will be used the next time: what
 * a program makes up anew in each run is replaced by what it may be. The rules are those
 * of lsmctl(1), "Learning".
 */

#include <stdbool.h>
#include <stdint.h>

/* What is known of the run. */
struct learn_context {
	/* Is this the number of one of the run's processes? NULL: none is known. */
	bool (*has_pid)(const void *data, uint32_t pid);
	const void *data;
	const char *temporary; /* a directory besides the usual ones; NULL: none */
};

/**
 * learn_pattern() - The pattern for a path.
 * @path:      absolute, as the kernel has it
 * @truncated: names are missing in front of it
 * @made:      the run wrote it, or something below it: its name may be the run's own
 * @ret_pattern: as policies have them: what stands for itself is escaped, bytes that
 *               cannot be shown are "?"; owned
 *
 * Return: 0, -ENOMEM.
 */
int learn_pattern(const struct learn_context *context, const char *path, bool truncated,
		  bool made, char **ret_pattern);

/** learn_is_temporary() - Is it a directory for temporary files, or below one? */
bool learn_is_temporary(const struct learn_context *context, const char *path);

#endif
