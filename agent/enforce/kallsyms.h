/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_KALLSYMS_H
#define LSMD_ENFORCE_KALLSYMS_H

#include <stdint.h>
#include <stdio.h>

/** kallsyms_address() - Of a symbol of the running kernel; 0 where it is not to be had. */
uint64_t kallsyms_address(const char *symbol);

/** kallsyms_find() - In an open stream of lines like "ffffffff81000000 T _text". */
uint64_t kallsyms_find(FILE *file, const char *symbol);

#endif
