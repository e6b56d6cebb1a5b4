/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_LEASE_RECORD_H
#define LSMD_KUBE_LEASE_RECORD_H

/* What an object of kind Lease says, and the bodies of the requests that change it. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many agents there are, for the pace of those that look. */
#define LEASE_MEMBERS "lsmd.io/nodes"

/* Texts are the object's own, borrowed. */
struct lease_record {
	const char *version; /* resourceVersion */
	const char *holder;  /* "": nobody */
	uint64_t duration_ms;
	uint64_t renewed; /* ns since the epoch, by the holder's clock; 0: not said */
	int64_t transitions;
	size_t members;
};

/** lease_record_read() - Return: 0, -EPROTO when it is no Lease. */
int lease_record_read(const json_t *object, struct lease_record *ret_record);

/** lease_record_new() - A Lease of ours, to be created. Return: NULL: no memory. */
json_t *lease_record_new(const char *name, const char *holder, unsigned duration_s);

/** lease_record_take() - The patch by which we become the holder of what was read. */
json_t *lease_record_take(const struct lease_record *record, const char *holder,
			  unsigned duration_s);

/** lease_record_renew() - The patch by which the holder of @version stays it. */
json_t *lease_record_renew(const char *version, size_t members);

/** lease_record_give_back() - The patch by which the holder of @version leaves it to
 * nobody. The API server takes no duration below a second. */
json_t *lease_record_give_back(const char *version);

#endif
