// SPDX-License-Identifier: Apache-2.0
#include "kube/policy_merge.h"

#include <errno.h>
#include <stdlib.h>

#include "kube/policy_merge_private.h"

/* Each text once. A policy that finds no room stays pending, a reason is not told. */
#define NAMES_MAX_BYTES	  (4U << 20)
#define REASONS_MAX_BYTES (1U << 20)

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
	int r = texts_take(merge->names, result->policy,
			   policy_name_length(result->policy), &entry->policy);

	if (r < 0)
		return r == -ENOSPC ? 0 : r;
	entry->version = policy_version(result->policy) | result->state;
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

/* --- the whole
 * -------------------------------------------------------------------------- */

struct policy_merge *policy_merge_free(struct policy_merge *merge)
{
	if (!merge)
		return NULL;
	for (size_t i = 0; i < merge->n; i++)
		clear_node(merge, &merge->nodes[i]);
	free(merge->nodes);
	policy_tallies_clear(merge);
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
