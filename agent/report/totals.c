// SPDX-License-Identifier: Apache-2.0
/*
 * A balanced tree, not a hash table: names of pods are their owners' to choose, and a
 * tree has no bad keys. It is sorted already when it is read.
 */
#include "report/totals.h"

#include <errno.h>
#include <search.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "report/escape.h"
#include "util/cleanup.h"

struct totals {
	void *tree; /* of struct total, by tsearch(3) */
	size_t n;
	size_t fold_at;
};

struct total {
	struct totals_key
		key; /* strings in @text; first, so that a key alone can be looked up */
	uint64_t count;
	char text[];
};

const struct totals_field totals_fields[TOTALS_FIELDS] = {
	{"namespace", "namespace", offsetof(struct totals_key, name_space)},
	{"pod", "pod", offsetof(struct totals_key, pod)},
	{"container", "container", offsetof(struct totals_key, container)},
	{"policyKind", "policy_kind", offsetof(struct totals_key, policy_kind)},
	{"policyNamespace", "policy_namespace",
	 offsetof(struct totals_key, policy_namespace)},
	{"policy", "policy", offsetof(struct totals_key, policy)},
	{"section", "section", offsetof(struct totals_key, section)},
	{"rule", "rule", offsetof(struct totals_key, rule)},
	{"verdict", "verdict", offsetof(struct totals_key, verdict)},
};

static const char **string_at(const struct totals_key *key, size_t field)
{
	return (const char **)(uintptr_t)((const char *)key +
					  totals_fields[field].offset);
}

const char *totals_string(const struct totals_key *key, size_t field)
{
	const char *string = *string_at(key, field);

	return string ? string : "";
}

static int compare(const void *a, const void *b)
{
	int r = 0;

	for (size_t i = 0; i < TOTALS_FIELDS && !r; i++)
		r = strcmp(totals_string(a, i), totals_string(b, i));
	return r;
}

int totals_new(struct totals **ret_totals)
{
	struct totals *totals = calloc(1, sizeof(*totals));

	if (!totals)
		return -ENOMEM;
	totals->fold_at = TOTALS_KEYS;
	*ret_totals = totals;
	return 0;
}

struct totals *totals_free(struct totals *totals)
{
	if (totals)
		tdestroy(totals->tree, free);
	free(totals);
	return NULL;
}

static struct total *copy_key(const struct totals_key *key)
{
	struct total *total;
	size_t size = 0;
	char *to;

	for (size_t i = 0; i < TOTALS_FIELDS; i++)
		size += strlen(totals_string(key, i)) + 1;
	total = malloc(sizeof(*total) + size);
	if (!total)
		return NULL;
	total->count = 0;
	to = total->text;
	for (size_t i = 0; i < TOTALS_FIELDS; i++) {
		*string_at(&total->key, i) = to;
		to = stpcpy(to, totals_string(key, i)) + 1;
	}
	return total;
}

int totals_add(struct totals *totals, const struct totals_key *key, uint64_t count)
{
	struct total **found = tfind(key, &totals->tree, compare);
	struct total *total;

	if (!found) {
		total = copy_key(key);
		if (!total)
			return -ENOMEM;
		found = tsearch(total, &totals->tree, compare);
		if (!found) {
			free(total);
			return -ENOMEM;
		}
		totals->n++;
	}
	(*found)->count += count;
	return 0;
}

struct visit {
	void (*visit)(const struct totals_key *key, uint64_t count, void *data);
	void *data;
};

static void visit_node(const void *node, VISIT order, void *data)
{
	const struct total *total = *(struct total *const *)node;
	const struct visit *visit = data;

	if (order == postorder || order == leaf)
		visit->visit(&total->key, total->count, visit->data);
}

void totals_visit(const struct totals *totals,
		  void (*visit)(const struct totals_key *key, uint64_t count, void *data),
		  void *data)
{
	struct visit plain = {visit, data};

	twalk_r(totals->tree, visit_node, &plain);
}

struct gone {
	const struct total **items;
	size_t n;
	bool (*is_there)(const struct totals_key *key, void *data);
	void *data;
};

static void collect_gone(const void *node, VISIT order, void *data)
{
	const struct total *total = *(struct total *const *)node;
	struct gone *gone = data;

	if ((order != postorder && order != leaf) ||
	    (!*total->key.pod && !*total->key.container))
		return;
	if (!gone->is_there(&total->key, gone->data))
		gone->items[gone->n++] = total;
}

static int fold(struct totals *totals, const struct total *total)
{
	struct totals_key key = total->key;
	int r;

	key.pod = key.container = "";
	r = totals_add(totals, &key, total->count);
	if (r < 0)
		return r;
	tdelete(total, &totals->tree, compare);
	free((struct total *)total);
	totals->n--;
	return 0;
}

int totals_fold(struct totals *totals,
		bool (*is_there)(const struct totals_key *key, void *data), void *data)
{
	struct gone gone = {.is_there = is_there, .data = data};
	_cleanup_(freep) const struct total **items = NULL;
	int r = 0;

	if (totals->n < totals->fold_at)
		return 0;
	items = calloc(totals->n, sizeof(*items));
	if (!items)
		return -ENOMEM;
	gone.items = items;
	twalk_r(totals->tree, collect_gone, &gone);
	for (size_t i = 0; !r && i < gone.n; i++)
		r = fold(totals, items[i]);
	totals->fold_at = 2 * totals->n > TOTALS_KEYS ? 2 * totals->n : TOTALS_KEYS;
	return r;
}

static void add_item(const struct totals_key *key, uint64_t count, void *data)
{
	json_t *item = json_pack("{sI}", "count", (json_int_t)count), **array = data;
	bool failed = !item;

	for (size_t i = 0; i < TOTALS_FIELDS; i++)
		failed |= json_object_set_new(item, totals_fields[i].json,
					      escape_json(totals_string(key, i))) < 0;
	failed |= json_array_append_new(*array, item) < 0;
	if (failed) {
		json_decref(*array);
		*array = NULL;
	}
}

json_t *totals_json(const struct totals *totals)
{
	json_t *array = json_array();

	totals_visit(totals, add_item, &array);
	return array;
}
