/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_UTIL_CLOCK_H
#define LSMD_UTIL_CLOCK_H

/* Wall clock and boot clock, in nanoseconds, and how they are written. */

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_SECOND 1000000000ULL
#define CLOCK_TEXT    40
#define BOOT_ID_TEXT  40

/** clock_boot() - CLOCK_BOOTTIME, as bpf_ktime_get_boot_ns() has it. */
uint64_t clock_boot(void);
/** clock_wall() - CLOCK_REALTIME since the epoch. */
uint64_t clock_wall(void);
/** boot_id() - This boot's, for what counts by the boot clock. Return: false, and "", if
 * unknown. */
bool boot_id(char text[BOOT_ID_TEXT]);
/** clock_text() - RFC 3339 in UTC, "2026-01-31T09:10:11.123456789Z". */
void clock_text(uint64_t wall, char text[CLOCK_TEXT]);

/**
 * clock_parse() - Read RFC 3339: "2026-01-31T09:10:11Z", with any fraction and offset.
 * @ret_wall: ns since the epoch
 * Return: 0, -EINVAL: it is none, or before the epoch.
 */
int clock_parse(const char *text, uint64_t *ret_wall);

#endif
