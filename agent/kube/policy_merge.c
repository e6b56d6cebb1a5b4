// SPDX-License-Identifier: Apache-2.0
#include "kube/policy_merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kube/texts.h"
#include "util/cleanup.h"

/* Each text once. A policy that finds no room stays pending, a reason is not told. */
#define NAMES_MAX_BYTES	  (4U << 20)
#define REASONS_MAX_BYTES (1U << 20)

#define UNTOLD		  "the LsmNode says why"
#define STATE_BITS	  2
#define NO_TALLY	  UINT32_MAX
#define NO_REASON	  UINT32_MAX

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

/* --- names of policies ---------------------------------------------------------------
 */

static size_t name_length(const char *policy)
{
	return strcspn(policy, "@");
}

/* Two versions of one policy are taken for the same once in a thousand million. */
static uint32_t version_of(const char *policy)
{
	const char *at = strchr(policy, '@');
	uint64_t hash = at ? texts_hash(at, strlen(at)) : 0;

	return (uint32_t)(hash ^ hash >> 32) << STATE_BITS;
}

/* --- nodes ----------------------------------------------------------------------------
 */

static void clear_node(struct policy_merge *merge, struct node *node)
{
	for (size_t i = 0; i < node->n; i++)
		texts_drop(merge->names, node->entries[i].policy);
	for (size_t i = 0; i < node->n_reasons; i++)
		if (node->reasons[i].text != NO_REASON)
			texts_drop(merge->reasons, node->reasons[i].text);
	free(node->entries);
	free(node->reasons);
	free(node->name);
	*node = (struct node){0};
}

static int take_entry(struct policy_merge *merge, const struct policy_result *result,
		      struct node *node)
{
	struct entry *entry = &node->entries[node->n];
	int r = texts_take(merge->names, result->policy, name_length(result->policy),
			   &entry->policy);

	if (r < 0)
		return r == -ENOSPC ? 0 : r;
	entry->version = version_of(result->policy) | result->state;
	node->n++;
	if (result->state != POLICY_STATE_REFUSED)
		return 0;
	node->reasons[node->n_reasons] =
		(struct reason){(uint32_t)(node->n - 1), NO_REASON};
	if (result->reason)
		r = texts_take(merge->reasons, result->reason, strlen(result->reason),
			       &node->reasons[node->n_reasons].text);
	node->n_reasons++;
	return r == -ENOMEM ? r : 0;
}

static size_t count_refused(const struct node_report *report)
{
	size_t n = 0;

	for (size_t i = 0; i < report->n; i++)
		n += report->results[i].state == POLICY_STATE_REFUSED;
	return n;
}

static int make_node(struct policy_merge *merge, const char *name,
		     const struct node_report *report, struct node *ret_node)
{
	struct node node = {.name = strdup(name), .listed = true};
	int r = 0;

	node.entries = calloc(report->n + 1, sizeof(*node.entries));
	node.reasons = calloc(count_refused(report) + 1, sizeof(*node.reasons));
	if (!node.name || !node.entries || !node.reasons)
		r = -ENOMEM;
	for (size_t i = 0; r == 0 && i < report->n; i++)
		r = take_entry(merge, &report->results[i], &node);
	if (r < 0) {
		clear_node(merge, &node);
		return r;
	}
	*ret_node = node;
	return 0;
}

/* Return: where the node is, or is to be. */
static size_t place_of(const struct policy_merge *merge, const char *name,
		       bool *ret_there)
{
	size_t low = 0, high = merge->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(merge->nodes[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_there = low < merge->n && !strcmp(merge->nodes[low].name, name);
	return low;
}

static int insert_at(struct policy_merge *merge, size_t place)
{
	if (merge->n == merge->room) {
		size_t room = merge->room ? 2 * merge->room : 16;
		struct node *grown = reallocarray(merge->nodes, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		merge->nodes = grown;
		merge->room = room;
	}
	memmove(&merge->nodes[place + 1], &merge->nodes[place],
		(merge->n - place) * sizeof(*merge->nodes));
	merge->nodes[place] = (struct node){0};
	merge->n++;
	return 0;
}

static void remove_at(struct policy_merge *merge, size_t place)
{
	clear_node(merge, &merge->nodes[place]);
	merge->n--;
	merge->counted = false;
	memmove(&merge->nodes[place], &merge->nodes[place + 1],
		(merge->n - place) * sizeof(*merge->nodes));
}

int policy_merge_node(struct policy_merge *merge, const char *name,
		      const struct node_report *report)
{
	struct node node;
	bool there;
	size_t place = place_of(merge, name, &there);
	int r = make_node(merge, name, report, &node);

	merge->counted = false;
	if (r == 0 && !there)
		r = insert_at(merge, place);
	if (r < 0)
		return r;
	clear_node(merge, &merge->nodes[place]);
	merge->nodes[place] = node;
	return 0;
}

void policy_merge_forget(struct policy_merge *merge, const char *node)
{
	bool there;
	size_t place = place_of(merge, node, &there);

	if (there)
		remove_at(merge, place);
}

void policy_merge_begin(struct policy_merge *merge)
{
	for (size_t i = 0; i < merge->n; i++)
		merge->nodes[i].listed = false;
}

void policy_merge_end(struct policy_merge *merge)
{
	for (size_t i = merge->n; i-- > 0;)
		if (!merge->nodes[i].listed)
			remove_at(merge, i);
}

size_t policy_merge_nodes(const struct policy_merge *merge)
{
	return merge->n;
}

/* --- policies --------------------------------------------------------------------------
 */

static int compare_tallies(const void *a, const void *b)
{
	const struct policy_tally *left = a, *right = b;

	return strcmp(left->policy, right->policy);
}

static void free_tallies(struct policy_merge *merge)
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
	size_t length = name_length(policy);
	struct policy_tally tally = {.policy = strndup(policy, length),
				     .version = version_of(policy)};

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
	free_tallies(merge);
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

/* --- the whole
 * -------------------------------------------------------------------------- */

struct policy_merge *policy_merge_free(struct policy_merge *merge)
{
	if (!merge)
		return NULL;
	for (size_t i = 0; i < merge->n; i++)
		clear_node(merge, &merge->nodes[i]);
	free(merge->nodes);
	free_tallies(merge);
	texts_free(merge->names);
	texts_free(merge->reasons);
	free(merge);
	return NULL;
}

int policy_merge_new(struct policy_merge **ret_merge)
{
	struct policy_merge *merge = calloc(1, sizeof(*merge));

	if (!merge)
		return -ENOMEM;
	if (texts_new(NAMES_MAX_BYTES, &merge->names) < 0 ||
	    texts_new(REASONS_MAX_BYTES, &merge->reasons) < 0) {
		policy_merge_free(merge);
		return -ENOMEM;
	}
	*ret_merge = merge;
	return 0;
}
