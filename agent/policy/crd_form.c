// SPDX-License-Identifier: Apache-2.0
/* The structural form of the table's parts. */
#include <stdio.h>
#include <stdlib.h>

#include "policy/crd.h"
#include "util/cleanup.h"

#define OPEN	      "x-kubernetes-preserve-unknown-fields"
#define INT_OR_STRING "x-kubernetes-int-or-string"

/* A null of json_pack()'s "*" is left out. */
static json_t *length_json(int length)
{
	return length ? json_integer(length) : NULL;
}

static json_t *string_json(const struct schema *form)
{
	return json_pack("{ss ss* so* so*}", "type", "string", "pattern", form->pattern,
			 "minLength", form->may_be_empty ? NULL : json_integer(1),
			 "maxLength", length_json(form->last));
}

static json_t *integer_json(const struct schema *form)
{
	return json_pack("{ss si si}", "type", "integer", "minimum", form->first,
			 "maximum", form->last);
}

static json_t *word_json(const struct schema *form)
{
	json_t *words = json_array();

	for (size_t i = 0; words && i < form->n_words; i++)
		json_array_append_new(words, json_string(form->words[i]));
	return json_pack("{ss so}", "type", "string", "enum", words);
}

/* The one place where the API server takes types below anyOf, in this very form. */
static json_t *int_or_string_json(const char *pattern, int first, int last)
{
	return json_pack("{sb s[{ss}{ss}] ss si si}", INT_OR_STRING, 1, "anyOf", "type",
			 "integer", "type", "string", "pattern", pattern, "minimum",
			 first, "maximum", last);
}

static json_t *name_json(const struct schema *form)
{
	_cleanup_(freep) char *pattern = schema_names_pattern(form);

	if (!pattern)
		return NULL;
	return form->prefix ? json_pack("{ss ss}", "type", "string", "pattern", pattern)
			    : int_or_string_json(pattern, (int)form->names->first,
						 (int)form->names->last);
}

static json_t *list_json(const struct schema *form, unsigned without)
{
	const struct schema *item = form->forms[0];
	int most = form->last ? form->last : item->kind == SCHEMA_MAP ? CRD_ITEMS_MAX : 0;
	json_t *json = json_pack("{ss so so* so*}", "type", "array", "items",
				 crd_form_json(item, without), "minItems",
				 form->may_be_empty ? NULL : json_integer(1), "maxItems",
				 length_json(most));

	if (json && form->list_key)
		json_object_update_new(
			json, json_pack("{ss s[s]}", "x-kubernetes-list-type", "map",
					"x-kubernetes-list-map-keys", form->list_key));
	return json;
}

static json_t *labels_json(const struct schema *form)
{
	return json_pack("{ss so}", "type", "object", "additionalProperties",
			 crd_form_json(form->forms[1], 0));
}

static void add_keys(const struct schema *form, unsigned without, json_t *properties,
		     json_t *required)
{
	if (form->forms[0])
		add_keys(form->forms[0], without, properties, required);
	for (size_t i = 0; i < form->n_keys; i++) {
		const struct schema_key *key = &form->keys[i];
		json_t *value;

		if (key->flags & without)
			continue;
		value = crd_form_json(key->form, without);
		if (value && key->about)
			json_object_set_new(value, "description",
					    json_string(key->about));
		json_object_set_new(properties, key->key, value);
		if (key->flags & SCHEMA_REQUIRED)
			json_array_append_new(required, json_string(key->key));
	}
}

static json_t *any_of_json(const struct schema *form)
{
	json_t *any = form->any_of ? json_array() : NULL;

	for (const char *const *key = form->any_of; any && *key; key++)
		json_array_append_new(any, json_pack("{s[s]}", "required", *key));
	return any;
}

static json_t *bonds_json(const struct schema *form)
{
	json_t *bonds = form->n_bonds ? json_array() : NULL;

	for (size_t i = 0; bonds && i < form->n_bonds; i++)
		json_array_append_new(
			bonds, json_pack("{ss ss}", "rule", form->bonds[i].expression,
					 "message", form->bonds[i].message));
	return bonds;
}

static json_t *map_json(const struct schema *form, unsigned without)
{
	json_t *properties = json_object(), *required = json_array();

	if (properties && required)
		add_keys(form, without, properties, required);
	if (!json_array_size(required)) {
		json_decref(required);
		required = NULL;
	}
	return json_pack("{ss so so* so* so*}", "type", "object", "properties",
			 properties, "required", required, "anyOf", any_of_json(form),
			 "x-kubernetes-validations", bonds_json(form));
}

/* enum would be for values of every type, a pattern is for strings alone. */
static void enum_to_pattern(json_t *json)
{
	const json_t *words = json_object_get(json, "enum");
	char pattern[256];
	size_t length = 0, i;
	json_t *word;

	if (!words)
		return;
	json_array_foreach (words, i, word)
		length +=
			(size_t)snprintf(pattern + length, sizeof(pattern) - length,
					 "%s%s", i ? "|" : "^(", json_string_value(word));
	snprintf(pattern + length, sizeof(pattern) - length, ")$");
	json_object_del(json, "enum");
	json_object_set_new(json, "pattern", json_string(pattern));
}

/*
 * Of two types that are not integer and string: no type, and of both forms what does not
 * look at values of the other's. A map keeps what it does not know then, so that how many
 * keys it may have is all that there is to say against more.
 */
static json_t *open_json(const struct schema *form, unsigned without)
{
	json_t *json = json_pack("{sb}", OPEN, 1);

	for (size_t i = 0; json && i < ARRAY_SIZE(form->forms); i++) {
		json_t *part = crd_form_json(form->forms[i], without);

		enum_to_pattern(part);
		json_object_del(part, "type");
		if (form->forms[i]->kind == SCHEMA_MAP)
			json_object_set_new(
				part, "maxProperties",
				json_integer((json_int_t)form->forms[i]->n_keys));
		if (json_object_update_new(json, part) < 0) {
			json_decref(json);
			json = NULL;
		}
	}
	return json;
}

static json_t *either_json(const struct schema *form, unsigned without)
{
	const struct schema *one = form->forms[0], *other = form->forms[1];

	if (other->reserved)
		return crd_form_json(one, without);
	if (one->kind == SCHEMA_INTEGER && other->kind == SCHEMA_STRING)
		return int_or_string_json(other->pattern, one->first, one->last);
	return open_json(form, without);
}

json_t *crd_form_json(const struct schema *form, unsigned without)
{
	switch (form->kind) {
	case SCHEMA_ANY:
		return json_pack("{sb}", OPEN, 1);
	case SCHEMA_BOOLEAN:
		return json_pack("{ss}", "type", "boolean");
	case SCHEMA_INTEGER:
		return integer_json(form);
	case SCHEMA_STRING:
		return string_json(form);
	case SCHEMA_WORD:
		return word_json(form);
	case SCHEMA_NAME:
		return name_json(form);
	case SCHEMA_LIST:
		return list_json(form, without);
	case SCHEMA_LABELS:
		return labels_json(form);
	case SCHEMA_MAP:
		return map_json(form, without);
	case SCHEMA_EITHER:
		return either_json(form, without);
	}
	return NULL;
}
