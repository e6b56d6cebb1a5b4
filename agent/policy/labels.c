// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/array.h"
#include "policy/kubename.h"
#include "policy/selector.h"
#include "util/cleanup.h"
#include "util/explain.h"

/* Where the key is, or would be put. */
static size_t position_of(const struct labels *labels, const char *key, bool *ret_found)
{
	size_t low = 0, high = labels->n;

	*ret_found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(labels->items[middle].key, key);

		if (!order) {
			*ret_found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *labels_get(const struct labels *labels, const char *key)
{
	bool found;
	size_t at = position_of(labels, key, &found);

	return found ? labels->items[at].value : NULL;
}

int labels_add(struct labels *labels, const char *key, const char *value)
{
	_cleanup_(freep) char *key_copy = NULL, *value_copy = strdup(value);
	struct label *items;
	bool found;
	size_t at = position_of(labels, key, &found);

	if (!value_copy)
		return -ENOMEM;
	if (found) {
		free(labels->items[at].value);
		labels->items[at].value = TAKE_PTR(value_copy);
		return 0;
	}
	key_copy = strdup(key);
	items = array_grow(labels->items, labels->n, sizeof(*items));
	if (items)
		labels->items = items;
	if (!key_copy || !items)
		return -ENOMEM;
	memmove(&items[at + 1], &items[at], (labels->n - at) * sizeof(*items));
	items[at] = (struct label){TAKE_PTR(key_copy), TAKE_PTR(value_copy)};
	labels->n++;
	return 0;
}

static int check_label(const char *key, const char *value, char **reterr_why)
{
	if (!value)
		explain(reterr_why, "label \"%s\" has no value; give KEY=VALUE", key);
	else if (!kubename_is_label_key(key))
		explain(reterr_why,
			"\"%s\" is no label's key; a key is " KUBENAME_KEY_FORM, key);
	else if (!kubename_is_label_value(value))
		explain(reterr_why,
			"\"%s\" is no label's value; a value is " KUBENAME_VALUE_FORM,
			value);
	else
		return 0;
	return -EINVAL;
}

int labels_parse(const char *text, struct labels *labels, char **reterr_why)
{
	_cleanup_(freep) char *copy = strdup(text);
	char *rest = copy, *key;
	int r = copy ? 0 : -ENOMEM;

	while (!r && (key = strsep(&rest, ","))) {
		char *value = strchr(key, '=');

		if (!*key)
			continue;
		if (value)
			*value++ = '\0';
		r = check_label(key, value, reterr_why);
		if (!r)
			r = labels_add(labels, key, value);
	}
	return r;
}

bool labels_equal(const struct labels *a, const struct labels *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->items[i].key, b->items[i].key) != 0 ||
		    strcmp(a->items[i].value, b->items[i].value) != 0)
			return false;
	return true;
}

void labels_clear(struct labels *labels)
{
	for (size_t i = 0; i < labels->n; i++) {
		free(labels->items[i].key);
		free(labels->items[i].value);
	}
	free(labels->items);
	*labels = (struct labels){0};
}
