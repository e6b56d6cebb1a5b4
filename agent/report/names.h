/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_REPORT_NAMES_H
#define LSMD_REPORT_NAMES_H

/* The words that denials use for the kernel's numbers. */

#include <stdint.h>

#include "policy/names.h"

enum report_object {
	REPORT_OBJECT_FILE,
	REPORT_OBJECT_SOCKET,
	REPORT_OBJECT_ADDRESS,
	REPORT_OBJECT_PEER, /* of a unix socket */
};

struct report_hook {
	const char *name;    /* of the LSM hook, as the kernel has it */
	const char *section; /* of policies */
	enum report_object object;
};

/** report_hook() - What a hook judges. Return: NULL for one that is none. */
const struct report_hook *report_hook(uint8_t hook);

/** report_verdict_name() - "deny". Return: NULL for a number that is none. */
const char *report_verdict_name(uint8_t verdict);

#define REPORT_ERRNO_TEXT 20
/** report_errno_name() - "EPERM", the number where it has no name, "" for 0. */
void report_errno_name(uint8_t number, char text[REPORT_ERRNO_TEXT]);

/**
 * report_number_name() - The word that means this number and no other: of protocol 262
 * "mptcp", though policies may say "tcp" as well. Return: NULL when there is none.
 */
const char *report_number_name(const struct name_table *table, uint32_t number);

#endif
