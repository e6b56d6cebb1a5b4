/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_TEXT_H
#define LSMD_POLICY_TEXT_H

/* The bytes of a file that a person wrote: how many, and whether they are text at all. */

#include <stddef.h>

#include "policy/diagnostic.h"

/**
 * text_read_file() - Read a regular file of at most YAML_MAX_BYTES bytes.
 * @ret_text: set on success only; owned, ended by a NUL that @ret_length does not count
 *
 * Return: as file_read(), with a diagnostic unless it is -ENOMEM; -EINVAL when it is too
 * large.
 */
int text_read_file(const char *path, struct diagnostics *diagnostics, char **ret_text,
		   size_t *ret_length);

/**
 * text_check() - Is it UTF-8 without NUL, and not too large?
 * Return: 0; -EINVAL with a diagnostic that says where it is not; -ENOMEM.
 */
int text_check(const char *text, size_t length, const char *source,
	       struct diagnostics *diagnostics);

/**
 * text_utf8_length() - How many bytes does the character at @bytes take?
 * Return: 1 to 4; 0 when it is no well-formed UTF-8 (RFC 3629: shortest form, no
 * surrogates, at most U+10FFFF).
 */
size_t text_utf8_length(const char *bytes, size_t length);

#endif
