/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_NAMES_H
#define LSMD_POLICY_NAMES_H

/* The kernel's numbers that policies write as words: families, types, protocols,
 * capabilities. */

#include <stddef.h>
#include <stdint.h>

struct name_row {
	const char *name;
	uint32_t number;
};

struct name_table {
	const char *what; /* "a socket family" */
	const struct name_row *rows;
	size_t n;
	uint32_t first, last; /* numbers that a policy may write instead of a word */
};

/* AF_* of <linux/socket.h>, in lower case; two words may mean one number. */
extern const struct name_table names_families;
/* SOCK_* of <linux/net.h>. */
extern const struct name_table names_types;
/*
 * IPPROTO_* of <linux/in.h>. "tcp" is there three times: TCP, MPTCP and SMC (POLICY.md).
 */
extern const struct name_table names_protocols;
/* CAP_* of <linux/capability.h>, without the prefix. */
extern const struct name_table names_capabilities;

/**
 * names_find() - Look a word up, whatever its case.
 * @from: row to begin with, for words that mean several numbers
 * Return: the row, or @table->n when there is none from there on.
 */
size_t names_find(const struct name_table *table, const char *word, size_t from);

/** names_of() - The first word for a number. Return: NULL when it has none. */
const char *names_of(const struct name_table *table, uint32_t number);

/** names_nearest() - The word that was probably meant. Return: NULL when none is near. */
const char *names_nearest(const struct name_table *table, const char *word);

#endif
