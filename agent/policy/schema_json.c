// SPDX-License-Identifier: Apache-2.0
/* The form of policies as a JSON Schema. */
#include "policy/schema.h"
#include "util/cleanup.h"

#define DRAFT "http://json-schema.org/draft-07/schema#"
#define TITLE "A policy of lsmd: LsmPolicy or ClusterLsmPolicy"

static json_t *form_json(const struct schema *form);

static json_t *integer_json(const struct schema *form)
{
	return json_pack("{ss si si}", "type", "integer", "minimum", form->first,
			 "maximum", form->last);
}

static json_t *string_json(const struct schema *form)
{
	json_t *json = json_pack("{ss ss*}", "type", "string", "pattern", form->pattern);

	if (json && !form->may_be_empty)
		json_object_set_new(json, "minLength", json_integer(1));
	if (json && form->last)
		json_object_set_new(json, "maxLength", json_integer(form->last));
	return json;
}

static json_t *word_json(const struct schema *form)
{
	json_t *words = json_array();

	for (size_t i = 0; words && i < form->n_words; i++)
		json_array_append_new(words, json_string(form->words[i]));
	return json_pack("{ss so}", "type", "string", "enum", words);
}

/* Words may be there twice, for several numbers. */
static json_t *names_json(const struct name_table *names)
{
	json_t *words = json_array();

	for (size_t i = 0; words && i < names->n; i++)
		if (names_find(names, names->rows[i].name, 0) == i)
			json_array_append_new(words, json_string(names->rows[i].name));
	return words;
}

/* The words as they are usually written come first, for an editor to offer. */
static json_t *name_json(const struct schema *form)
{
	const struct name_table *names = form->names;
	_cleanup_(freep) char *pattern = schema_names_pattern(form);
	json_t *json = pattern ? json_pack("{s[{so} {ss ss}]}", "anyOf", "enum",
					   names_json(names), "type", "string", "pattern",
					   pattern)
			       : NULL;

	if (json && !form->prefix)
		json_array_append_new(json_object_get(json, "anyOf"),
				      json_pack("{ss si si}", "type", "integer",
						"minimum", (int)names->first, "maximum",
						(int)names->last));
	return json;
}

static json_t *list_json(const struct schema *form)
{
	json_t *json =
		json_pack("{ss so}", "type", "array", "items", form_json(form->forms[0]));

	if (json && !form->may_be_empty)
		json_object_set_new(json, "minItems", json_integer(1));
	return json;
}

static json_t *labels_json(const struct schema *form)
{
	return json_pack("{ss so so}", "type", "object", "propertyNames",
			 form_json(form->forms[0]), "additionalProperties",
			 form_json(form->forms[1]));
}

static void add_keys(const struct schema *form, json_t *properties, json_t *required)
{
	if (form->forms[0])
		add_keys(form->forms[0], properties, required);
	for (size_t i = 0; i < form->n_keys; i++) {
		const struct schema_key *key = &form->keys[i];
		json_t *value = form_json(key->form);

		if (value && key->about)
			json_object_set_new(value, "description",
					    json_string(key->about));
		json_object_set_new(properties, key->key, value);
		if (key->flags & SCHEMA_REQUIRED)
			json_array_append_new(required, json_string(key->key));
	}
}

static json_t *map_json(const struct schema *form)
{
	json_t *properties = json_object(), *required = json_array();
	json_t *json;

	if (properties && required)
		add_keys(form, properties, required);
	json = json_pack("{ss so sb}", "type", "object", "properties", properties,
			 "additionalProperties", 0);
	if (json && json_array_size(required))
		json_object_set(json, "required", required);
	json_decref(required);
	return json;
}

static json_t *form_json(const struct schema *form)
{
	switch (form->kind) {
	case SCHEMA_ANY:
		return json_object();
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
		return list_json(form);
	case SCHEMA_LABELS:
		return labels_json(form);
	case SCHEMA_MAP:
		return map_json(form);
	case SCHEMA_EITHER:
		return json_pack("{s[oo]}", "anyOf", form_json(form->forms[0]),
				 form_json(form->forms[1]));
	}
	return NULL;
}

/* What of a map is not for a kind: {"properties": {"namespace": false}}. */
static json_t *forbidden_json(const struct schema *form, unsigned flag)
{
	json_t *properties = json_object();

	for (size_t i = 0; i < form->n_keys; i++) {
		const struct schema_key *key = &form->keys[i];

		if (key->flags & flag)
			json_object_set_new(properties, key->key, json_false());
		else if (key->form->kind == SCHEMA_MAP && form == &schema_policy)
			json_object_set_new(properties, key->key,
					    forbidden_json(key->form, flag));
	}
	return json_pack("{so}", "properties", properties);
}

/* @flag: of keys that are not for this kind */
static json_t *kind_json(const char *kind, unsigned flag)
{
	return json_pack("{s{s{s{ss}}} so}", "if", "properties", "kind", "const", kind,
			 "then", forbidden_json(&schema_policy, flag));
}

json_t *schema_json(void)
{
	json_t *json = form_json(&schema_policy);
	_cleanup_(json_decrefp) json_t *head =
		json_pack("{ss ss}", "$schema", DRAFT, "title", TITLE);

	if (json && head)
		json_object_update(head, json);
	json_decref(json);
	if (!head ||
	    json_object_set_new(
		    head, "allOf",
		    json_pack("[oo]", kind_json("LsmPolicy", SCHEMA_OF_CLUSTER),
			      kind_json("ClusterLsmPolicy", SCHEMA_OF_NAMESPACE))) < 0)
		return NULL;
	return TAKE_PTR(head);
}
