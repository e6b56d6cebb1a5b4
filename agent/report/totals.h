/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_REPORT_TOTALS_H
#define LSMD_REPORT_TOTALS_H

/* Exact counts of denials by pod, container, policy, rule and verdict, from the kernel's counters. */

#include <jansson.h>
#include <stdint.h>

struct totals;

/* Borrowed strings; copied when first seen. */
struct totals_key {
	const char *name_space, *pod, *container;
	const char *policy_kind, *policy_namespace, *policy, *section, *rule;
	const char *verdict; /* "deny", "kill", "audit"; "closed", "entering", "paused", "unrecorded" */
};

int totals_new(struct totals **ret_totals);
struct totals *totals_free(struct totals *totals);
int totals_add(struct totals *totals, const struct totals_key *key, uint64_t count);
/** totals_json() - Array of objects, the key's fields and "count", sorted; a new reference. */
json_t *totals_json(const struct totals *totals);
/** totals_visit() - In sorted order. */
void totals_visit(const struct totals *totals,
		  void (*visit)(const struct totals_key *key, uint64_t count, void *data),
		  void *data);

#endif
