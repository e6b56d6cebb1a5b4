/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_UTIL_BASE64_H
#define LSMD_UTIL_BASE64_H

#include <stddef.h>

/**
 * base64_decode() - Decode RFC 4648, section 4. White space is passed over.
 * @ret_bytes: owned; a NUL that @ret_length does not count is behind them
 * Return: 0; -EINVAL when it is not base64; -ENOMEM.
 */
int base64_decode(const char *text, unsigned char **ret_bytes, size_t *ret_length);

#endif
