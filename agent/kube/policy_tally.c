// SPDX-License-Identifier: Apache-2.0
/* Of all that nodes say, how many say what of each policy as it is now. */
#include <errno.h>
#include <stdlib.h>

#include "kube/policy_merge_private.h"
#include "util/cleanup.h"

/* Of a refusal whose reason found no room. */
#define UNTOLD	 "the LsmNode says why"
#define NO_TALLY UINT32_MAX

/* --- policies --------------------------------------------------------------------------
 */

static int compare_tallies(const void *a, const void *b)
{
	const struct policy_tally *left = a, *right = b;

	return strcmp(left->policy, right->policy);
}

void policy_tallies_clear(struct policy_merge *merge)
{
	for (size_t i = 0; i < merge->n_tallies; i++) {
		texts_drop(merge->names, merge->tallies[i].number);
		free(merge->tallies[i].policy);
	}
	free(merge->tallies);
	merge->tallies = NULL;
	merge->n_tallies = 0;
}

static uint64_t written_of(const struct policy_merge *merge,
			   const struct policy_tally *tally)
{
	const struct policy_tally *old = NULL;

	if (merge->n_tallies)
		old = bsearch(tally, merge->tallies, merge->n_tallies, sizeof(*old),
			      compare_tallies);
	return old && old->version == tally->version ? old->written : 0;
}

static int make_tally(struct policy_merge *merge, const char *policy,
		      struct policy_tally *ret_tally)
{
	size_t length = policy_name_length(policy);
	struct policy_tally tally = {.policy = strndup(policy, length),
				     .version = policy_version(policy)};

	if (!tally.policy)
		return -ENOMEM;
	if (texts_take(merge->names, policy, length, &tally.number) < 0) {
		free(tally.policy);
		return -ENOMEM;
	}
	if (policy[length])
		tally.generation = strtoull(policy + length + 1, NULL, 10);
	tally.written = written_of(merge, &tally);
	*ret_tally = tally;
	return 0;
}

int policy_merge_policies(struct policy_merge *merge, const struct node_report *own)
{
	struct policy_tally *tallies = calloc(own->n + 1, sizeof(*tallies));
	size_t n = 0;
	int r = 0;

	if (!tallies)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < own->n; i++) {
		r = make_tally(merge, own->results[i].policy, &tallies[n]);
		n += r == 0;
	}
	if (n)
		qsort(tallies, n, sizeof(*tallies), compare_tallies);
	policy_tallies_clear(merge);
	merge->tallies = tallies;
	merge->n_tallies = n;
	merge->counted = false;
	return r;
}

/* --- counting --------------------------------------------------------------------------
 */

/* Which tally a text's number is the name of. */
static uint32_t *index_of(const struct policy_merge *merge)
{
	uint32_t limit = texts_limit(merge->names);
	uint32_t *index = calloc(limit + 1, sizeof(*index));

	if (!index)
		return NULL;
	for (uint32_t i = 0; i < limit; i++)
		index[i] = NO_TALLY;
	for (size_t i = 0; i < merge->n_tallies; i++)
		index[merge->tallies[i].number] = (uint32_t)i;
	return index;
}

/* Return: the tally that an entry counts in; NULL: of another version, or of none. */
static struct policy_tally *tally_of(const struct policy_merge *merge,
				     const uint32_t *index, const struct entry *entry)
{
	uint32_t place = index[entry->policy];

	if (place == NO_TALLY ||
	    merge->tallies[place].version >> STATE_BITS != entry->version >> STATE_BITS)
		return NULL;
	return &merge->tallies[place];
}

static void count_node(const struct policy_merge *merge, const uint32_t *index,
		       const struct node *node)
{
	for (size_t i = 0; i < node->n; i++) {
		struct policy_tally *tally = tally_of(merge, index, &node->entries[i]);

		/* One that a node names twice counts once. */
		if (!tally || tally->counted == node)
			continue;
		tally->counted = node;
		tally->nodes[node->entries[i].version & ((1U << STATE_BITS) - 1)]++;
		tally->pending--;
	}
	for (size_t i = 0; i < node->n_reasons; i++) {
		const struct reason *reason = &node->reasons[i];
		struct policy_tally *tally =
			tally_of(merge, index, &node->entries[reason->entry]);

		if (!tally || tally->n_refusals == POLICY_REFUSALS_MAX)
			continue;
		tally->refusals[tally->n_refusals++] = (struct policy_refusal){
			node->name, reason->text == NO_REASON
					    ? UNTOLD
					    : texts_get(merge->reasons, reason->text)};
	}
}

static int count(struct policy_merge *merge)
{
	_cleanup_(freep) uint32_t *index = index_of(merge);

	if (!index)
		return -ENOMEM;
	for (size_t i = 0; i < merge->n_tallies; i++) {
		struct policy_tally *tally = &merge->tallies[i];

		memset(tally->nodes, 0, sizeof(tally->nodes));
		tally->n_refusals = 0;
		tally->counted = NULL;
		tally->pending = merge->n;
	}
	for (size_t i = 0; i < merge->n; i++)
		count_node(merge, index, &merge->nodes[i]);
	merge->counted = true;
	return 0;
}

int policy_merge_count(struct policy_merge *merge, struct policy_tally **ret_tallies,
		       size_t *ret_n)
{
	int r = merge->counted ? 0 : count(merge);

	if (r < 0)
		return r;
	*ret_tallies = merge->tallies;
	*ret_n = merge->n_tallies;
	return 0;
}
