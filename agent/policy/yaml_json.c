// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policy/yaml.h"
#include "util/cleanup.h"

/*
 * Would jansson make more nodes of it, or deeper ones, than a tree may have? Its values
 * cost many times their text, so this is asked before it allocates the first. Every value
 * but the first follows one of these characters.
 */
static bool is_too_large(const char *text, size_t length)
{
	size_t nodes = 1, depth = 0;
	bool quoted = false;

	for (size_t i = 0;
	     i < length && nodes <= YAML_NODES_MAX && depth <= YAML_DEPTH_MAX; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && memchr("[{,:", text[i], 4))
			nodes++;
		if (!quoted && (text[i] == '[' || text[i] == '{'))
			depth++;
		else if (!quoted && (text[i] == ']' || text[i] == '}'))
			depth -= depth > 0;
	}
	return nodes > YAML_NODES_MAX || depth > YAML_DEPTH_MAX;
}

static struct yaml_node *convert(struct arena *arena, const json_t *json);

static struct yaml_node *scalar(struct arena *arena, enum yaml_type type,
				const char *text, size_t length, int64_t number)
{
	struct yaml_node *node = arena_alloc(arena, sizeof(*node));

	if (!node)
		return NULL;
	node->type = type;
	node->weight = 1;
	node->n = length;
	node->number = number;
	node->text = arena_copy(arena, text, length);
	return node->text ? node : NULL;
}

static struct yaml_node *number(struct arena *arena, const json_t *json)
{
	char text[64];
	int length;

	if (json_is_integer(json))
		length = snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT,
				  json_integer_value(json));
	else
		length = snprintf(text, sizeof(text), "%.17g", json_real_value(json));
	return scalar(arena, json_is_integer(json) ? YAML_INTEGER : YAML_FLOAT, text,
		      (size_t)length, json_integer_value(json));
}

static struct yaml_node *list(struct arena *arena, const json_t *json)
{
	struct yaml_node *node = arena_alloc(arena, sizeof(*node));
	size_t n = json_array_size(json);
	const struct yaml_node **items =
		arena_alloc(arena, n * sizeof(struct yaml_node *));

	if (!node || !items)
		return NULL;
	*node = (struct yaml_node){
		.type = YAML_LIST, .weight = 1, .n = n, .items = items};
	for (size_t i = 0; i < n; i++) {
		items[i] = convert(arena, json_array_get(json, i));
		if (!items[i])
			return NULL;
		node->weight += items[i]->weight;
	}
	return node;
}

static struct yaml_node *map(struct arena *arena, json_t *json)
{
	struct yaml_node *node = arena_alloc(arena, sizeof(*node));
	struct yaml_pair *pairs =
		arena_alloc(arena, json_object_size(json) * sizeof(*pairs));
	const char *key;
	json_t *value;

	if (!node || !pairs)
		return NULL;
	*node = (struct yaml_node){.type = YAML_MAP, .weight = 1, .pairs = pairs};
	json_object_foreach (json, key, value) {
		struct yaml_pair *pair = &pairs[node->n++];

		pair->key = scalar(arena, YAML_STRING, key, strlen(key), 0);
		pair->value = convert(arena, value);
		if (!pair->key || !pair->value)
			return NULL;
		node->weight += pair->value->weight + 1;
	}
	return node;
}

static struct yaml_node *convert(struct arena *arena, const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return map(arena, (json_t *)json);
	case JSON_ARRAY:
		return list(arena, json);
	case JSON_STRING:
		return scalar(arena, YAML_STRING, json_string_value(json),
			      json_string_length(json), 0);
	case JSON_INTEGER:
	case JSON_REAL:
		return number(arena, json);
	case JSON_TRUE:
		return scalar(arena, YAML_BOOL, "true", 4, 1);
	case JSON_FALSE:
		return scalar(arena, YAML_BOOL, "false", 5, 0);
	case JSON_NULL:
	default:
		return scalar(arena, YAML_NULL, "null", 4, 0);
	}
}

int yaml_read_json(const char *text, size_t length, struct yaml_tree **ret_tree)
{
	_cleanup_(json_decrefp) json_t *json = NULL;
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree = NULL;
	json_error_t error;

	if (is_too_large(text, length))
		return -EINVAL;
	json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		return json_error_code(&error) == json_error_out_of_memory ? -ENOMEM
									   : -EINVAL;
	tree = calloc(1, sizeof(*tree));
	if (!tree)
		return -ENOMEM;
	tree->documents = calloc(1, sizeof(struct yaml_node *));
	if (!tree->documents)
		return -ENOMEM;
	tree->documents[0] = convert(&tree->arena, json);
	if (!tree->documents[0])
		return -ENOMEM;
	tree->n_documents = 1;
	*ret_tree = TAKE_PTR(tree);
	return 0;
}
