// SPDX-License-Identifier: Apache-2.0
#include "policy/yaml_compose.h"

#include <errno.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/array.h"
#include "util/cleanup.h"

#define TAG_PREFIX "tag:yaml.org,2002:"

struct anchor {
	const char *name;
	struct yaml_node *node; /* its weight is 0 until it is whole */
};

static int compose_node(struct composer *composer, const yaml_event_t *event,
			const struct yaml_node **ret_node);

int compose_error(struct composer *composer, unsigned line, unsigned column, const char *format,
		  ...)
{
	_cleanup_(freep) char *message = NULL;
	va_list arguments;
	int length;

	composer->is_broken = true;
	va_start(arguments, format);
	length = vasprintf(&message, format, arguments);
	va_end(arguments);
	if (length < 0) {
		message = NULL;
		return -ENOMEM;
	}
	return diagnostics_add(composer->diagnostics, SEVERITY_ERROR, composer->source, line,
			       column, "%s", message);
}

int compose_count(struct composer *composer, unsigned line, unsigned column, uint32_t weight)
{
	int r;

	composer->weight += weight;
	if (composer->weight <= YAML_NODES_MAX)
		return 0;
	r = compose_error(composer, line, column,
			  "more than %d values, aliases counted as copies; split the file",
			  YAML_NODES_MAX);
	return r ? r : COMPOSE_E_STOP;
}

static int next_event(struct composer *composer, yaml_event_t *ret_event)
{
	if (yaml_parser_parse(&composer->parser, ret_event))
		return 0;
	return composer->parser.error == YAML_MEMORY_ERROR ? -ENOMEM : COMPOSE_E_SYNTAX;
}

static int compare_anchors(const void *a, const void *b)
{
	return strcmp(((const struct anchor *)a)->name, ((const struct anchor *)b)->name);
}

/* An anchor that is given again names the newer node from there on, as YAML has it. */
static int add_anchor(struct composer *composer, const yaml_char_t *name, struct yaml_node *node)
{
	struct anchor *anchor, **found;

	if (!name)
		return 0;
	anchor = arena_alloc(&composer->tree->arena, sizeof(*anchor));
	if (!anchor)
		return -ENOMEM;
	anchor->name = arena_copy(&composer->tree->arena, name, strlen((const char *)name));
	if (!anchor->name)
		return -ENOMEM;
	found = tsearch(anchor, &composer->anchors, compare_anchors);
	if (!found)
		return -ENOMEM;
	(*found)->node = node;
	return 0;
}

/* @ret_node: a broken one, with its place; compose_*() make it into what it is. */
static int new_node(struct composer *composer, const yaml_event_t *event,
		    const yaml_char_t *anchor, struct yaml_node **ret_node)
{
	struct yaml_node *node = arena_alloc(&composer->tree->arena, sizeof(*node));
	int r;

	if (!node)
		return -ENOMEM;
	node->line = (unsigned)event->start_mark.line + 1;
	node->column = (unsigned)event->start_mark.column + 1;
	node->text = "";
	r = add_anchor(composer, anchor, node);
	if (r)
		return r;
	*ret_node = node;
	return compose_count(composer, node->line, node->column, 1);
}

static int compose_alias(struct composer *composer, const yaml_event_t *event,
			 const struct yaml_node **ret_node)
{
	const char *name = (const char *)event->data.alias.anchor;
	const struct anchor key = {.name = name};
	struct anchor **found = tfind(&key, &composer->anchors, compare_anchors);
	unsigned line = (unsigned)event->start_mark.line + 1;
	unsigned column = (unsigned)event->start_mark.column + 1;
	struct yaml_node *broken;
	int r;

	if (found && (*found)->node->weight) {
		*ret_node = (*found)->node;
		return compose_count(composer, line, column, (*found)->node->weight);
	}
	if (found)
		r = compose_error(composer, line, column,
				  "alias \"*%.80s\" is inside of what it names; "
				  "a value cannot hold itself",
				  name);
	else
		r = compose_error(composer, line, column,
				  "alias \"*%.80s\" names nothing; give \"&%.80s\" before it",
				  name, name);
	if (r)
		return r;
	r = new_node(composer, event, NULL, &broken);
	if (r)
		return r;
	broken->weight = 1;
	*ret_node = broken;
	return 0;
}

/* The types that a tag asks for; YAML_STRING is never resolved, the others must come out so. */
static const struct {
	const char *tag;
	enum yaml_type type;
} tags[] = {
	{"!", YAML_STRING},
	{TAG_PREFIX "str", YAML_STRING},
	{TAG_PREFIX "int", YAML_INTEGER},
	{TAG_PREFIX "bool", YAML_BOOL},
	{TAG_PREFIX "null", YAML_NULL},
	{TAG_PREFIX "float", YAML_FLOAT},
	{TAG_PREFIX "seq", YAML_LIST},
	{TAG_PREFIX "map", YAML_MAP},
};

static int unknown_tag(struct composer *composer, struct yaml_node *node, const char *tag)
{
	node->type = YAML_BROKEN;
	if (!strcmp(tag, TAG_PREFIX "binary"))
		return compose_error(composer, node->line, node->column,
				     "binary data has no place here; write text");
	if (!strncmp(tag, TAG_PREFIX, strlen(TAG_PREFIX)))
		return compose_error(composer, node->line, node->column,
				     "tag \"!!%.80s\" does not fit here; leave it out",
				     tag + strlen(TAG_PREFIX));
	return compose_error(composer, node->line, node->column,
			     "tag \"%.80s\" does not fit here; leave it out", tag);
}

/* Does the node have the type that its tag, if any, asks for? Else it is broken. */
static int check_tag(struct composer *composer, struct yaml_node *node, const yaml_char_t *tag)
{
	if (!tag)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (!strcmp((const char *)tag, tags[i].tag) && tags[i].type == node->type)
			return 0;
	return unknown_tag(composer, node, (const char *)tag);
}

static int compose_scalar(struct composer *composer, const yaml_event_t *event,
			  struct yaml_node *node)
{
	const char *tag = (const char *)event->data.scalar.tag;
	bool is_string = tag && (!strcmp(tag, "!") || !strcmp(tag, TAG_PREFIX "str"));

	node->weight = 1;
	node->n = event->data.scalar.length;
	node->text = arena_copy(&composer->tree->arena, event->data.scalar.value, node->n);
	if (!node->text)
		return -ENOMEM;
	if (strlen(node->text) != node->n)
		return compose_error(composer, node->line, node->column,
				     "a NUL byte in a string; leave it out");
	node->type = YAML_STRING;
	if (!is_string && (tag || event->data.scalar.plain_implicit))
		yaml_resolve(node);
	return check_tag(composer, node, event->data.scalar.tag);
}

static int add_item(const struct yaml_node ***items, size_t *n, const struct yaml_node *item)
{
	const struct yaml_node **grown = array_grow(*items, *n, sizeof(struct yaml_node *));

	if (!grown)
		return -ENOMEM;
	*items = grown;
	grown[(*n)++] = item;
	return 0;
}

static int close_list(struct composer *composer, struct yaml_node *node,
		      const struct yaml_node *const *items, size_t n)
{
	const struct yaml_node **kept = arena_alloc(&composer->tree->arena,
						    n * sizeof(struct yaml_node *));

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
				     "%s as a key; a key is a word", yaml_type_name(key->type));
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
	return r ? r : check_tag(composer, node, tag);
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
	r = new_node(composer, event, anchor, &node);
	if (r)
		return r;
	*ret_node = node;
	if (event->type == YAML_SCALAR_EVENT)
		return compose_scalar(composer, event, node);
	return read_collection(composer, node, map, tag);
}

static void forget_nothing(void *anchor)
{
	(void)anchor; /* it is the arena's */
}

static int read_document(struct composer *composer)
{
	const struct yaml_node *node;
	int r = read_value(composer, &node);

	tdestroy(composer->anchors, forget_nothing);
	composer->anchors = NULL;
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
		if (r || event.type == YAML_STREAM_END_EVENT || event.type == YAML_NO_EVENT)
			return r;
		if (event.type != YAML_DOCUMENT_START_EVENT)
			continue; /* the stream's start, a document's end */
		r = read_document(composer);
		if (r)
			return r;
	}
}
