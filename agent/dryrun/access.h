/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_ACCESS_H
#define LSMD_DRYRUN_ACCESS_H

/* What a process did: the object of a record, as something that can be counted, compared
 * and judged again. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lsm/abi.h"
#include "policy/eval.h"

struct access {
	enum eval_kind kind;
	uint32_t access; /* of an open: ACCESS_READ | ACCESS_WRITE */
	bool nameless;	 /* the file has no name in any mount namespace */
	bool truncated;	 /* names are missing in front of @path */
	/* Of a socket; of a connect the family of the address, and the protocol. */
	uint32_t family, type, protocol;
	uint8_t address[16]; /* network order; of IPv4 the first 4 bytes */
	uint16_t port;
	char *path; /* of a file; NULL: none */
};

/**
 * access_read() - Take the object out of a record that denial_event_is_valid() passed.
 * @ret_access: set on success only; owned, see access_clear()
 * Return: 0, -ENOMEM.
 */
int access_read(const struct denial_event *event, struct access *ret_access);
void access_clear(struct access *access);

/** access_compare() - A total order: by kind, then by what it is done to. */
int access_compare(const struct access *a, const struct access *b);

/** access_event() - The same as an event, for eval(). Borrowed from @access. */
struct eval_event access_event(const struct access *access);

/** access_text() - "open /etc/passwd:r", safe to be shown; owned. NULL: no memory. */
char *access_text(const struct access *access);

/**
 * path_of_names() - A path of a record's names, leaf first.
 * @prefix: what it begins with: "/", or "" for what has no place in the tree
 * Return: owned; NULL: no memory.
 */
char *path_of_names(const char *names, size_t length, const char *prefix);

#endif
