/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_POLICY_MERGE_PRIVATE_H
#define LSMD_KUBE_POLICY_MERGE_PRIVATE_H

/* For policy_merge.c, what nodes say, and policy_tally.c, what that makes, alone. */

#include <string.h>

#include "kube/policy_merge.h"
#include "kube/texts.h"

#define STATE_BITS 2
#define NO_REASON  UINT32_MAX

/* What a node says of a policy. */
struct entry {
	uint32_t policy;  /* number of its name */
	uint32_t version; /* and the state, in the lowest bits */
};

struct reason {
	uint32_t entry; /* of which it is the reason */
	uint32_t text;	/* NO_REASON */
};

struct node {
	char *name;
	struct entry *entries;
	size_t n;
	struct reason *reasons; /* of those that are refused */
	size_t n_reasons;
	bool listed;
};

struct policy_merge {
	struct texts *names; /* of policies */
	struct texts *reasons;
	struct node *nodes; /* by name */
	size_t n, room;
	struct policy_tally *tallies; /* by name */
	size_t n_tallies;
	bool counted; /* nothing changed since */
};

static inline size_t policy_name_length(const char *policy)
{
	return strcspn(policy, "@");
}

/* Two versions of one policy are taken for the same once in a thousand million. */
static inline uint32_t policy_version(const char *policy)
{
	const char *at = strchr(policy, '@');
	uint64_t hash = at ? texts_hash(at, strlen(at)) : 0;

	return (uint32_t)(hash ^ hash >> 32) << STATE_BITS;
}

/** policy_tallies_clear() - Forget which policies there are. */
void policy_tallies_clear(struct policy_merge *merge);

#endif
