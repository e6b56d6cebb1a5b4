/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_PAUSE_KEPT_H
#define LSMD_PAUSE_KEPT_H

/*
 * The pauses that the state directory keeps: by hand, and by the node's annotation, which
 * holds on while the API server is away. The file on the node keeps itself.
 */

#include "pause/pauses.h"

/**
 * kept_path() - Of the file in a state directory. Return: owned; NULL: no memory.
 */
char *kept_path(const char *state_directory);

/**
 * kept_read() - Read what is kept; ends that have come meanwhile are left out.
 * @pauses: its two sources are replaced, on success alone
 * @reterr_message: on -EBADMSG, what is wrong with the file; owned
 *
 * Ends are by the boot clock in the same boot, by the wall clock in another.
 *
 * Return: 0, -ENOENT, -EBADMSG, another negative errno.
 */
int kept_read(const char *path, struct pauses *pauses, char **reterr_message);

/** kept_write() - Keep them. Return: 0; negative errno: the file is as it was. */
int kept_write(const char *path, const struct pauses *pauses);

#endif
