/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DOCTOR_BELOW_H
#define LSMD_DOCTOR_BELOW_H

/* Files below the root of a node. */

#include <stdbool.h>

/** below_read() - Return: owned; NULL: it cannot be read, or is larger than 1 MiB. */
char *below_read(const char *root, const char *path);

/** below_names() - Is there a file, with that word in it? */
bool below_names(const char *root, const char *path, const char *word);

#endif
