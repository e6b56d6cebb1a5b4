/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_PAUSE_FILE_H
#define LSMD_PAUSE_FILE_H

/* The file on the node: while it is there, all is paused. It works without any API. */

#include "pause/pauses.h"

#define PAUSE_FILE "/etc/lsmd/pause"

/**
 * pause_file_read() - Switch PAUSE_BY_FILE as the file says; its first line is the
 * reason.
 *
 * Whatever bears the name will do, also an empty file, one that cannot be read or a
 * directory: whoever needs this is in a hurry. Where it cannot be told whether it is
 * there, all stays as it was.
 *
 * Return: 0; -ENOMEM and other negative errnos: it is as it was.
 */
int pause_file_read(const char *path, struct pauses *pauses);

#endif
