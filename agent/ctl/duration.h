/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_DURATION_H
#define LSMD_CTL_DURATION_H

/* Durations as people write them: 10s, 10m, 1h30m, 2d. */

#include <stdint.h>
#include <stdio.h>

/* Ten years: beyond, it is a mistake. */
#define DURATION_MAX (10ULL * 365 * 86400)

/**
 * duration_parse() - Numbers with units d, h, m, s, larger units first, each at most
 * once.
 * @ret_seconds: 1 to DURATION_MAX
 * Return: 0, -EINVAL, -ERANGE.
 */
int duration_parse(const char *text, uint64_t *ret_seconds);

/** duration_write() - The two largest units: "2d3h", "10m", "0s". */
void duration_write(uint64_t seconds, FILE *file);

#endif
