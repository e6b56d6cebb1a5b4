/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_KALLSYMS_H
#define LSMD_ENFORCE_KALLSYMS_H

/* Addresses of the kernel's symbols. */

#include <stdint.h>
#include <stdio.h>

/**
 * kallsyms_address() - Of a symbol of the running kernel.
 * @symbol: at most 31 characters
 *
 * Asks the kernel by a program where there is a helper for it (5.16), which takes a
 * millisecond; else reads /proc/kallsyms, which takes tens of them.
 *
 * Return: 0 where it is not to be had, as without CAP_SYSLOG.
 */
uint64_t kallsyms_address(const char *symbol);

/** kallsyms_find() - In an open stream of lines like "ffffffff81000000 T _text". */
uint64_t kallsyms_find(FILE *file, const char *symbol);

#endif
