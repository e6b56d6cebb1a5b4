/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_REPORT_TOTALS_H
#define LSMD_REPORT_TOTALS_H

/* Exact counts of denials by pod, container, policy, rule and verdict, from the kernel's
 * counters. */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct totals;

/* Borrowed strings; copied when first seen. NULL is as "". */
struct totals_key {
	const char *name_space, *pod, *container;
	const char *policy_kind, *policy_namespace, *policy, *section, *rule;
	const char *verdict; /* "deny", "kill", "audit"; "closed", "entering", "paused",
				"unrecorded" */
};

/* A key's strings, in the order in which keys are sorted. */
struct totals_field {
	const char *json;  /* "policyKind" */
	const char *label; /* "policy_kind", as metrics have it */
	size_t offset;	   /* in struct totals_key */
};
#define TOTALS_FIELDS 9
extern const struct totals_field totals_fields[TOTALS_FIELDS];

/** totals_string() - A field of a key; "" where it is NULL. */
const char *totals_string(const struct totals_key *key, size_t field);

int totals_new(struct totals **ret_totals);
/** totals_free() - Takes NULL. Return: NULL. */
struct totals *totals_free(struct totals *totals);
/**
 * totals_add() - Add to the count of a key, from 0 for a new one.
 * Return: 0; -ENOMEM: nothing was counted.
 */
int totals_add(struct totals *totals, const struct totals_key *key, uint64_t count);
/* Keys from which on those of pods that are gone are put together. */
#define TOTALS_KEYS 8192

/**
 * totals_fold() - Put the counts of pods that are gone together, where there are many.
 * @is_there: is the pod, or what has a container's name and no pod's, still there?
 *
 * Each goes to the key that is the same but for the pod and the container, which are "":
 * sums by policy, rule and verdict stay what they were, and memory is bounded by what is
 * there. Nothing is done below TOTALS_KEYS, or twice what was left the last time.
 *
 * Return: 0; -ENOMEM: what was not folded is as it was.
 */
int totals_fold(struct totals *totals,
		bool (*is_there)(const struct totals_key *key, void *data), void *data);
/**
 * totals_json() - Array of objects, the key's fields and "count", sorted; a new
 * reference.
 *
 * {"namespace","pod","container","policyKind","policyNamespace","policy","section","rule",
 *  "verdict","count"}, with texts as denial_json() has them. Return: NULL: no memory.
 */
json_t *totals_json(const struct totals *totals);
/** totals_visit() - In sorted order. */
void totals_visit(const struct totals *totals,
		  void (*visit)(const struct totals_key *key, uint64_t count, void *data),
		  void *data);

#endif
