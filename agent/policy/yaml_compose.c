// SPDX-License-Identifier: Apache-2.0
#include "policy/yaml_compose.h"

#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "util/cleanup.h"

static int compose_node(struct composer *composer, const yaml_event_t *event,
			const struct yaml_node **ret_node);

static int next_event(struct composer *composer, yaml_event_t *ret_event)
{
	if (yaml_parser_parse(&composer->parser, ret_event))
		return 0;
	return composer->parser.error == YAML_MEMORY_ERROR ? -ENOMEM : COMPOSE_E_SYNTAX;
}

static int add_item(const struct yaml_node ***items, size_t *n,
		    const struct yaml_node *item)
{
	const struct yaml_node **grown =
		array_grow(*items, *n, sizeof(struct yaml_node *));

	if (!grown)
		return -ENOMEM;
	*items = grown;
	grown[(*n)++] = item;
	return 0;
}

static int close_list(struct composer *composer, struct yaml_node *node,
		      const struct yaml_node *const *items, size_t n)
{
	const struct yaml_node **kept =
		arena_alloc(&composer->tree->arena, n * sizeof(struct yaml_node *));

	if (!kept)
		return -ENOMEM;
	node->type = YAML_LIST;
	node->n = n;
	node->items = kept;
	node->weight = 1;
	for (size_t i = 0; i < n; i++) {
		kept[i] = items[i];
		node->weight += items[i]->weight;
	}
	return 0;
}

static int read_list(struct composer *composer, struct yaml_node *node)
{
	_cleanup_(freep) const struct yaml_node **items = NULL;
	size_t n = 0;
	int r;

	for (;;) {
		_cleanup_(yaml_event_delete) yaml_event_t event = {0};
		const struct yaml_node *item;

		r = next_event(composer, &event);
		if (r)
			return r;
		if (event.type == YAML_SEQUENCE_END_EVENT)
			return close_list(composer, node, items, n);
		r = compose_node(composer, &event, &item);
		if (!r)
			r = add_item(&items, &n, item);
		if (r)
			return r;
	}
}

/* The event after a key, as a node. */
static int read_value(struct composer *composer, const struct yaml_node **ret_node)
{
	_cleanup_(yaml_event_delete) yaml_event_t event = {0};
	int r = next_event(composer, &event);

	return r ? r : compose_node(composer, &event, ret_node);
}

struct map_reader {
	struct yaml_pair *pairs;
	size_t n_pairs;
	const struct yaml_node **merges;
	size_t n_merges;
};

static void map_reader_clear(struct map_reader *reader)
{
	free(reader->pairs);
	free(reader->merges);
}

static bool is_scalar(const struct yaml_node *node)
{
	return node->type != YAML_LIST && node->type != YAML_MAP;
}

static int add_pair(struct composer *composer, struct map_reader *reader, bool merge,
		    const struct yaml_node *key, const struct yaml_node *value)
{
	struct yaml_pair *pairs;

	if (merge)
		return add_item(&reader->merges, &reader->n_merges, value);
	if (!is_scalar(key))
		return compose_error(composer, key->line, key->column,
				     "%s as a key; a key is a word",
				     yaml_type_name(key->type));
	pairs = array_grow(reader->pairs, reader->n_pairs, sizeof(*pairs));
	if (!pairs)
		return -ENOMEM;
	reader->pairs = pairs;
	pairs[reader->n_pairs++] = (struct yaml_pair){key, value};
	return 0;
}

static bool is_merge_key(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT && event->data.scalar.plain_implicit &&
	       !strcmp((const char *)event->data.scalar.value, "<<");
}

static int read_map(struct composer *composer, struct yaml_node *node)
{
	_cleanup_(map_reader_clear) struct map_reader reader = {0};
	int r;

	for (;;) {
		_cleanup_(yaml_event_delete) yaml_event_t event = {0};
		const struct yaml_node *key, *value;

		r = next_event(composer, &event);
		if (r)
			return r;
		if (event.type == YAML_MAPPING_END_EVENT)
			return compose_map(composer, node, reader.pairs, reader.n_pairs,
					   reader.merges, reader.n_merges);
		r = compose_node(composer, &event, &key);
		if (!r)
			r = read_value(composer, &value);
		if (!r)
			r = add_pair(composer, &reader, is_merge_key(&event), key, value);
		if (r)
			return r;
	}
}

static int read_collection(struct composer *composer, struct yaml_node *node, bool map,
			   const yaml_char_t *tag)
{
	int r;

	if (composer->depth == YAML_DEPTH_MAX) {
		r = compose_error(composer, node->line, node->column,
				  "lists and maps nest deeper than %d levels; nest less",
				  YAML_DEPTH_MAX);
		return r ? r : COMPOSE_E_STOP;
	}
	composer->depth++;
	r = map ? read_map(composer, node) : read_list(composer, node);
	composer->depth--;
	return r ? r : compose_check_tag(composer, node, tag);
}

static int compose_node(struct composer *composer, const yaml_event_t *event,
			const struct yaml_node **ret_node)
{
	bool map = event->type == YAML_MAPPING_START_EVENT;
	const yaml_char_t *anchor, *tag = NULL;
	struct yaml_node *node;
	int r;

	if (event->type == YAML_ALIAS_EVENT)
		return compose_alias(composer, event, ret_node);
	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
	} else if (map) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	} else {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	}
	r = compose_new(composer, event, anchor, &node);
	if (r)
		return r;
	*ret_node = node;
	if (event->type == YAML_SCALAR_EVENT)
		return compose_scalar(composer, event, node);
	return read_collection(composer, node, map, tag);
}

static int read_document(struct composer *composer)
{
	const struct yaml_node *node;
	int r = read_value(composer, &node);

	compose_forget_anchors(composer);
	if (r)
		return r;
	return add_item(&composer->tree->documents, &composer->tree->n_documents, node);
}

int compose_stream(struct composer *composer)
{
	int r;

	for (;;) {
		_cleanup_(yaml_event_delete) yaml_event_t event = {0};

		r = next_event(composer, &event);
		if (r || event.type == YAML_STREAM_END_EVENT ||
		    event.type == YAML_NO_EVENT)
			return r;
		if (event.type != YAML_DOCUMENT_START_EVENT)
			continue; /* the stream's start, a document's end */
		r = read_document(composer);
		if (r)
			return r;
	}
}
