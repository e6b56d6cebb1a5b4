/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_INPUT_H
#define LSMD_CTL_INPUT_H

/* A text that a command was given: a file, or standard input where it is named "-". */

#include <stddef.h>

#include "policy/diagnostic.h"

/**
 * input_read() - Read at most one byte more than YAML_MAX_BYTES, which a reader then
 * refuses.
 * @ret_text: set on success only; owned
 * Return: 0; as text_read_file(), with a diagnostic unless it is -ENOMEM.
 */
int input_read(const char *path, struct diagnostics *diagnostics, char **ret_text,
	       size_t *ret_length);

/** input_name() - What messages call it. */
const char *input_name(const char *path);

#endif
