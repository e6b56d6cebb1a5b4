// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "policy/nearest.h"
#include "policy/parse.h"

static const struct field *find_field(const struct field *fields, size_t n,
				      const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(fields[i].key, key))
			return &fields[i];
	return NULL;
}

/* "a, b, c" of the fields that mean something. */
static void list_keys(const struct field *fields, size_t n, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n && used < size; i++)
		if (!(fields[i].flags & FIELD_IGNORED))
			used += (size_t)snprintf(text + used, size - used, "%s%s",
						 used ? ", " : "", fields[i].key);
}

static int unknown_key(struct parse *parse, const struct yaml_node *key, const char *what,
		       const struct field *fields, size_t n)
{
	struct nearest nearest = {.word = key->text};
	char known[512];

	if (parse_is_full(parse))
		return parse_error(parse, key, "unknown key");
	for (size_t i = 0; i < n; i++)
		nearest_try(&nearest, fields[i].key);
	if (nearest.best)
		return parse_error(parse, key,
				   "unknown key \"%.80s\" in %s; did you mean \"%s\"?",
				   key->text, what, nearest.best);
	list_keys(fields, n, known, sizeof(known));
	return parse_error(parse, key, "unknown key \"%.80s\" in %s; known are %s",
			   key->text, what, known);
}

static int read_pair(struct parse *parse, const struct yaml_pair *pair,
		     const struct field *field, void *object)
{
	if (field->flags & FIELD_IGNORED)
		return 0;
	if (pair->value->type == YAML_NULL)
		return parse_error(parse, pair->value,
				   "\"%s\" has no value; give one or leave it out",
				   field->key);
	return field->read(parse, pair, object);
}

static int check_map(struct parse *parse, const struct yaml_node *node, const char *what)
{
	if (node->type == YAML_MAP)
		return 0;
	if (node->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	return parse_error(parse, node, "%s is a map, not %s; write \"key: value\"", what,
			   yaml_type_name(node->type));
}

static int check_required(struct parse *parse, const struct yaml_node *node,
			  const char *what, const struct field *fields, size_t n_fields)
{
	int wrong = 0;

	for (size_t i = 0; wrong >= 0 && i < n_fields; i++) {
		const struct yaml_node *value = yaml_get(node, fields[i].key);

		if ((fields[i].flags & FIELD_REQUIRED) &&
		    (!value || value->type == YAML_NULL))
			wrong = parse_error(parse, node, "%s has no \"%s\"; add it", what,
					    fields[i].key);
	}
	return wrong;
}

int parse_map(struct parse *parse, const struct yaml_node *node, const char *what,
	      const struct field *fields, size_t n_fields, void *object)
{
	int wrong = check_map(parse, node, what), r;

	if (wrong)
		return wrong;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_pair *pair = &node->pairs[i];
		const struct field *field = find_field(fields, n_fields, pair->key->text);

		r = field ? read_pair(parse, pair, field, object)
			  : unknown_key(parse, pair->key, what, fields, n_fields);
		if (r < 0)
			return r;
		wrong |= r;
	}
	r = check_required(parse, node, what, fields, n_fields);
	return r ? r : wrong;
}

int parse_open_map(struct parse *parse, const struct yaml_node *node, const char *what,
		   const struct field *fields, size_t n_fields, void *object)
{
	int wrong = check_map(parse, node, what), r;

	if (wrong)
		return wrong;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_pair *pair = &node->pairs[i];
		const struct field *field = find_field(fields, n_fields, pair->key->text);

		if (!field || pair->value->type == YAML_NULL)
			continue;
		r = field->read(parse, pair, object);
		if (r < 0)
			return r;
		wrong |= r;
	}
	r = check_required(parse, node, what, fields, n_fields);
	return r ? r : wrong;
}

int parse_list(struct parse *parse, const struct yaml_pair *pair,
	       int (*read)(struct parse *parse, const struct yaml_pair *pair,
			   void *object),
	       void *object)
{
	const struct yaml_node *list = pair->value;
	int wrong = 0, r;

	if (list->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	if (list->type != YAML_LIST)
		return parse_error(parse, list,
				   "\"%s\" takes a list, not %s; write [...]",
				   pair->key->text, yaml_type_name(list->type));
	if (!list->n)
		return parse_error(parse, list,
				   "\"%s\" is an empty list; add an item or leave it out",
				   pair->key->text);
	for (size_t i = 0; i < list->n; i++) {
		struct yaml_pair item = {pair->key, list->items[i]};

		r = read(parse, &item, object);
		if (r < 0)
			return r;
		wrong |= r;
	}
	return wrong ? PARSE_E_WRONG : 0;
}
