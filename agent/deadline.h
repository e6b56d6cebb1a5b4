/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DEADLINE_H
#define LSMD_DEADLINE_H

/*
 * When something kept on disk ends: "endWallNs" by the wall clock, and "endBootNs" by the
 * boot clock of the boot "bootId". The second holds whatever happens to the first, and
 * means nothing to another boot.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/** deadline_keep() - Add the end by the boot clock; without a boot id it is left out. */
void deadline_keep(json_t *item, uint64_t until);

/** deadline_forget() - Remove what deadline_keep() added. */
void deadline_forget(json_t *item);

/**
 * deadline_read() - When an item ends.
 * @ret_until: CLOCK_BOOTTIME in ns; 0: never
 * Return: false: it has ended.
 */
bool deadline_read(const json_t *item, uint64_t *ret_until);

#endif
