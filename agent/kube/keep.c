// SPDX-License-Identifier: Apache-2.0
#include "kube/keep.h"

#include <stdbool.h>
#include <string.h>

#include "util/cleanup.h"

static const struct keep *find(const struct keep *table, const char *key)
{
	for (; table->key; table++) {
		size_t length = strcspn(table->key, "*");

		if (table->key[length] ? !strncmp(table->key, key, length)
				       : !strcmp(table->key, key))
			return table;
	}
	return NULL;
}

static json_t *keep_items(const json_t *list, const struct keep *table)
{
	_cleanup_(json_decrefp) json_t *kept = json_array();
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (json_array_append_new(kept, keep_fields(item, table)) < 0)
			return NULL;
	return TAKE_PTR(kept);
}

static json_t *keep_value(json_t *value, const struct keep *field)
{
	if (!field->below)
		return json_incref(value);
	return json_is_array(value) ? keep_items(value, field->below)
				    : keep_fields(value, field->below);
}

json_t *keep_fields(const json_t *object, const struct keep *table)
{
	_cleanup_(json_decrefp) json_t *kept = json_object();
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		return json_incref((json_t *)object);
	json_object_foreach ((json_t *)object, key, value) {
		const struct keep *field = find(table, key);

		if (field && json_object_set_new(kept, key, keep_value(value, field)) < 0)
			return NULL;
	}
	return TAKE_PTR(kept);
}
