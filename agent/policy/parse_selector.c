// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "policy/kubename.h"
#include "policy/parse.h"
#include "util/cleanup.h"

static const char *const operators[] = {
	[SELECTOR_IN] = "In",
	[SELECTOR_NOT_IN] = "NotIn",
	[SELECTOR_EXISTS] = "Exists",
	[SELECTOR_DOES_NOT_EXIST] = "DoesNotExist",
};

static int add_requirement(struct label_selector *selector,
			   struct selector_requirement **ret_requirement)
{
	struct selector_requirement *grown = array_grow(
		selector->requirements, selector->n_requirements, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	selector->requirements = grown;
	*ret_requirement = &grown[selector->n_requirements++];
	**ret_requirement = (struct selector_requirement){0};
	return 0;
}

static int check_key(struct parse *parse, const struct yaml_node *node)
{
	if (kubename_is_label_key(node->text))
		return 0;
	return parse_error(parse, node,
			   "\"%.80s\" is no label's key; a key is " KUBENAME_KEY_FORM,
			   node->text);
}

static int check_value(struct parse *parse, const struct yaml_node *node)
{
	if (node->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	if (node->type == YAML_LIST || node->type == YAML_MAP || node->type == YAML_NULL)
		return parse_error(parse, node,
				   "a label's value is a string, not %s; give one",
				   yaml_type_name(node->type));
	if (node->type != YAML_STRING)
		return parse_error(
			parse, node,
			"a label's value is a string, not %s; put quotes around %.80s",
			yaml_type_name(node->type), node->text);
	if (kubename_is_label_value(node->text))
		return 0;
	return parse_error(
		parse, node,
		"\"%.80s\" is no label's value; a value is " KUBENAME_VALUE_FORM,
		node->text);
}

/* Key and value, both told when both are wrong. */
static int check_label(struct parse *parse, const struct yaml_pair *pair)
{
	int key = check_key(parse, pair->key);
	int value = key < 0 ? key : check_value(parse, pair->value);

	return value ? value : key;
}

static int read_match_label(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	struct selector_requirement *requirement;
	int r = check_label(parse, pair);

	if (!r)
		r = add_requirement(object, &requirement);
	if (r)
		return r;
	requirement->op = SELECTOR_IN;
	requirement->key = strdup(pair->key->text);
	if (!requirement->key)
		return -ENOMEM;
	return strings_add(&requirement->values, &requirement->n_values,
			   pair->value->text);
}

static int read_label(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	int r = check_label(parse, pair);

	return r ? r : labels_add(object, pair->key->text, pair->value->text);
}

static int each_label(struct parse *parse, const struct yaml_pair *pair,
		      int (*read)(struct parse *parse, const struct yaml_pair *pair,
				  void *object),
		      void *object)
{
	const struct yaml_node *map = pair->value;
	int wrong = 0, r;

	if (map->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	if (map->type != YAML_MAP)
		return parse_error(parse, map,
				   "\"%s\" is a map, not %s; write \"key: value\"",
				   pair->key->text, yaml_type_name(map->type));
	if (map->n > PARSE_LABELS_MAX)
		return parse_error(parse, map,
				   "\"%s\" has more than %d labels; leave some out",
				   pair->key->text, PARSE_LABELS_MAX);
	for (size_t i = 0; i < map->n; i++) {
		r = read(parse, &map->pairs[i], object);
		if (r < 0)
			return r;
		wrong |= r;
	}
	return wrong;
}

int parse_labels(struct parse *parse, const struct yaml_pair *pair, struct labels *labels)
{
	return each_label(parse, pair, read_label, labels);
}

static int read_match_labels(struct parse *parse, const struct yaml_pair *pair,
			     void *object)
{
	return each_label(parse, pair, read_match_label, object);
}

static int read_key(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct selector_requirement *requirement = object;
	const char *key;
	int r = parse_string(parse, pair, &key);

	if (!r)
		r = check_key(parse, pair->value);
	return r ? r : parse_text(parse, pair, &requirement->key);
}

static int read_operator(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct selector_requirement *requirement = object;
	size_t word;
	int r = parse_word(parse, pair, operators, ARRAY_SIZE(operators), &word);

	if (!r)
		requirement->op = (enum selector_operator)word;
	return r;
}

static int read_value(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct selector_requirement *requirement = object;
	int r = check_value(parse, pair->value);

	return r ? r
		 : strings_add(&requirement->values, &requirement->n_values,
			       pair->value->text);
}

static int read_values(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	if (pair->value->type == YAML_LIST && !pair->value->n)
		return 0; /* as Kubernetes writes Exists; too few for In is said below */
	return parse_list(parse, pair, read_value, object);
}

static int check_requirement(struct parse *parse, const struct yaml_node *node,
			     const struct selector_requirement *requirement)
{
	bool takes = requirement->op == SELECTOR_IN || requirement->op == SELECTOR_NOT_IN;

	if (takes && !requirement->n_values)
		return parse_error(parse, node,
				   "operator %s without values; add \"values\"",
				   operators[requirement->op]);
	if (!takes && requirement->n_values)
		return parse_error(parse, node,
				   "operator %s takes no values; leave \"values\" out",
				   operators[requirement->op]);
	return 0;
}

static int read_expression(struct parse *parse, const struct yaml_pair *pair,
			   void *object)
{
	static const struct field fields[] = {
		{"key", read_key, FIELD_REQUIRED},
		{"operator", read_operator, FIELD_REQUIRED},
		{"values", read_values, 0},
	};
	struct selector_requirement *requirement;
	int r = add_requirement(object, &requirement);

	if (r)
		return r;
	r = parse_map(parse, pair->value, "an expression", fields, ARRAY_SIZE(fields),
		      requirement);
	return r ? r : check_requirement(parse, pair->value, requirement);
}

static int read_expressions(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	return parse_list(parse, pair, read_expression, object);
}

int parse_selector(struct parse *parse, const struct yaml_pair *pair,
		   struct label_selector *selector)
{
	static const struct field fields[] = {
		{"matchLabels", read_match_labels, 0},
		{"matchExpressions", read_expressions, 0},
	};

	selector->present = true;
	return parse_map(parse, pair->value, "a selector", fields, ARRAY_SIZE(fields),
			 selector);
}
