/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HOOK_STATE_H
#define LSMD_HOOK_STATE_H

/* The state of a container as a runtime gives it to its hooks (OCI runtime
 * specification, "State"). */

#include <stddef.h>

#include "node/bundle.h"

struct container_state {
	char *id;
	struct bundle *bundle; /* what its annotations say; NULL: it is no pod's */
};

/**
 * container_state_parse() - Read a state.
 * @ret_state: set on success only; the caller clears it
 * Return: 0; -EBADMSG: no JSON, or without an id; -ENOMEM.
 */
int container_state_parse(const char *text, size_t length,
			  struct container_state *ret_state);

/**
 * container_state_read() - The same from a descriptor, to its end.
 * Return: as above; -EFBIG beyond BUNDLE_BYTES_MAX; negative errno of read(2).
 */
int container_state_read(int fd, struct container_state *ret_state);

void container_state_clear(struct container_state *state);

#endif
