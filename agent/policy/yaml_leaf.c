// SPDX-License-Identifier: Apache-2.0
/*
 * Nodes without nodes in them: scalars with their tags, and aliases with their anchors.
 */
#include <errno.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/yaml_compose.h"
#include "util/cleanup.h"

#define TAG_PREFIX "tag:yaml.org,2002:"

struct anchor {
	const char *name;
	struct yaml_node *node; /* its weight is 0 until it is whole */
};

int compose_error(struct composer *composer, unsigned line, unsigned column,
		  const char *format, ...)
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
	return diagnostics_add(composer->diagnostics, SEVERITY_ERROR, composer->source,
			       line, column, "%s", message);
}

int compose_count(struct composer *composer, unsigned line, unsigned column,
		  uint32_t weight)
{
	int r;

	composer->weight += weight;
	if (composer->weight <= YAML_NODES_MAX)
		return 0;
	r = compose_error(
		composer, line, column,
		"more than %d values, aliases counted as copies; split the file",
		YAML_NODES_MAX);
	return r ? r : COMPOSE_E_STOP;
}

static int compare_anchors(const void *a, const void *b)
{
	return strcmp(((const struct anchor *)a)->name, ((const struct anchor *)b)->name);
}

/* An anchor that is given again names the newer node from there on, as YAML has it. */
static int add_anchor(struct composer *composer, const yaml_char_t *name,
		      struct yaml_node *node)
{
	struct anchor *anchor, **found;

	if (!name)
		return 0;
	anchor = arena_alloc(&composer->tree->arena, sizeof(*anchor));
	if (!anchor)
		return -ENOMEM;
	anchor->name =
		arena_copy(&composer->tree->arena, name, strlen((const char *)name));
	if (!anchor->name)
		return -ENOMEM;
	found = tsearch(anchor, &composer->anchors, compare_anchors);
	if (!found)
		return -ENOMEM;
	(*found)->node = node;
	return 0;
}

int compose_new(struct composer *composer, const yaml_event_t *event,
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

int compose_alias(struct composer *composer, const yaml_event_t *event,
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
		r = compose_error(
			composer, line, column,
			"alias \"*%.80s\" names nothing; give \"&%.80s\" before it", name,
			name);
	if (r)
		return r;
	r = compose_new(composer, event, NULL, &broken);
	if (r)
		return r;
	broken->weight = 1;
	*ret_node = broken;
	return 0;
}

/* The types that a tag asks for; YAML_STRING is never resolved, the others must come out
 * so. */
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

int compose_check_tag(struct composer *composer, struct yaml_node *node,
		      const yaml_char_t *tag)
{
	if (!tag)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (!strcmp((const char *)tag, tags[i].tag) && tags[i].type == node->type)
			return 0;
	return unknown_tag(composer, node, (const char *)tag);
}

int compose_scalar(struct composer *composer, const yaml_event_t *event,
		   struct yaml_node *node)
{
	const char *tag = (const char *)event->data.scalar.tag;
	bool is_string = tag && (!strcmp(tag, "!") || !strcmp(tag, TAG_PREFIX "str"));

	node->weight = 1;
	node->n = event->data.scalar.length;
	node->text =
		arena_copy(&composer->tree->arena, event->data.scalar.value, node->n);
	if (!node->text)
		return -ENOMEM;
	if (strlen(node->text) != node->n)
		return compose_error(composer, node->line, node->column,
				     "a NUL byte in a string; leave it out");
	node->type = YAML_STRING;
	if (!is_string && (tag || event->data.scalar.plain_implicit))
		yaml_resolve(node);
	return compose_check_tag(composer, node, event->data.scalar.tag);
}

static void forget_nothing(void *anchor)
{
	(void)anchor; /* it is the arena's */
}

void compose_forget_anchors(struct composer *composer)
{
	tdestroy(composer->anchors, forget_nothing);
	composer->anchors = NULL;
}
