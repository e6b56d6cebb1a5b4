/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HANDOVER_H
#define LSMD_HANDOVER_H

/*
 * From the lsmd that was started for the boot to the one that stays. There is one on a
 * node; the newcomer asks the other over its socket to go, and waits for its locks. What
 * is in force stays in force, so that there is no moment without.
 */

#include <stdbool.h>
#include <stdint.h>

/**
 * handover_ask() - Ask whoever answers on a socket to go.
 * Return: 0: it will; -ECONNREFUSED: nobody answers; -EBUSY: it will not; -ENOMEM.
 */
int handover_ask(const char *socket_path);

/**
 * handover_nap() - Wait a moment for its locks.
 * @since: CLOCK_BOOTTIME in ns, of the first try
 * Return: whether it is worth another one.
 */
bool handover_nap(uint64_t since);

#endif
