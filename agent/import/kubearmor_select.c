// SPDX-License-Identifier: Apache-2.0
/* Which pods a KubeArmor policy is about. */
#include <errno.h>
#include <string.h>

#include "import/kubearmor.h"
#include "util/cleanup.h"

static int set_selector(struct parse *parse, const struct yaml_pair *pair,
			const char *key)
{
	json_t *selector = NULL;
	int r = import_selector(parse, pair, &selector);

	return r ? r : draft_set(&importer_of(parse)->draft, key, selector);
}

/* matchLabels alone: KubeArmor has no expressions for the pods of a namespace. */
static int check_labels(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	_cleanup_(labels_clear) struct labels labels = {0};

	(void)object;
	return parse_labels(parse, pair, &labels);
}

static int read_labels(struct parse *parse, const struct yaml_pair *pair,
		       const char *what, const char *key)
{
	static const struct field fields[] = {{"matchLabels", check_labels, 0}};
	int r = parse_map(parse, pair->value, what, fields, ARRAY_SIZE(fields), NULL);

	return r ? r : set_selector(parse, pair, key);
}

/* One expression of a KubeArmorClusterPolicy. */
struct expression {
	const struct yaml_node *node;
	bool is_label; /* else about namespaces */
	bool negate;
	json_t *values;
};

static int read_key(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const char *const words[] = {"namespace", "label"};
	size_t word = 0;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	((struct expression *)object)->is_label = word;
	return r;
}

static int read_operator(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const char *const words[] = {"In", "NotIn"};
	size_t word = 0;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	((struct expression *)object)->negate = word;
	return r;
}

static int read_value(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	const char *value;
	int r = parse_string(parse, pair, &value);

	return r ? r : json_add_string(((struct expression *)object)->values, value);
}

static int read_values(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, read_value, object);
}

static int add_expression(struct draft *draft, const char *selector, json_t *expression)
{
	_cleanup_(json_decrefp) json_t *owned = expression;
	json_t *place = json_object_get(draft->spec, selector), *list;

	if (!owned)
		return -ENOMEM;
	if (!place) {
		place = json_object();
		if (draft_set(draft, selector, place) || !place)
			return -ENOMEM;
	}
	list = json_object_get(place, "matchExpressions");
	if (!list) {
		list = json_array();
		if (json_object_set_new(place, "matchExpressions", list))
			return -ENOMEM;
	}
	return json_array_append(list, owned) ? -ENOMEM : 0;
}

static int split_label(const char *text, char **ret_key, const char **ret_value)
{
	const char *equals = strchr(text, '=');

	if (!equals)
		return PARSE_E_WRONG;
	*ret_value = equals + 1;
	*ret_key = strndup(text, (size_t)(equals - text));
	return *ret_key ? 0 : -ENOMEM;
}

/*
 * Labels as "key=value". Of none of several is one expression each; one of several is one
 * expression when they have one key, and else nothing that a selector can say.
 */
static int use_labels(struct importer *importer, const struct expression *expression)
{
	_cleanup_(json_decrefp) json_t *values = json_array();
	_cleanup_(freep) char *first = NULL;
	int r = values ? 0 : -ENOMEM;

	for (size_t i = 0; !r && i < json_array_size(expression->values); i++) {
		const char *text = json_string_value(
				   json_array_get(expression->values, i)),
			   *value;
		_cleanup_(freep) char *key = NULL;

		r = split_label(text, &key, &value);
		if (r == PARSE_E_WRONG)
			return parse_error(
				&importer->parse, expression->node,
				"\"%.80s\" is no label; write it as \"key=value\"", text);
		if (r)
			return r;
		if (first && !expression->negate && strcmp(first, key) != 0)
			return import_lack(
				importer, expression->node, IMPORT_SELECTION,
				"one of several labels with different keys cannot be "
				"selected; make it one policy for each key");
		if (expression->negate)
			r = add_expression(&importer->draft, "podSelector",
					   json_pack("{ss ss s[s]}", "key", key,
						     "operator", "NotIn", "values",
						     value));
		else
			r = json_add_string(values, value);
		if (!first)
			first = TAKE_PTR(key);
	}
	if (r || expression->negate)
		return r;
	return add_expression(&importer->draft, "podSelector",
			      json_pack("{ss ss sO}", "key", first, "operator", "In",
					"values", values));
}

static int read_expression(struct parse *parse, const struct yaml_pair *pair,
			   void *object)
{
	static const struct field fields[] = {
		{"key", read_key, FIELD_REQUIRED},
		{"operator", read_operator, FIELD_REQUIRED},
		{"values", read_values, FIELD_REQUIRED},
	};
	_cleanup_(json_decrefp) json_t *values = json_array();
	struct expression expression = {.node = pair->value, .values = values};
	int r = values ? 0 : -ENOMEM;

	(void)object;
	if (!r)
		r = parse_map(parse, pair->value, "an expression", fields,
			      ARRAY_SIZE(fields), &expression);
	if (r)
		return r;
	if (expression.is_label)
		return use_labels(importer_of(parse), &expression);
	return add_expression(
		&importer_of(parse)->draft, "namespaceSelector",
		json_pack("{ss ss sO}", "key", "kubernetes.io/metadata.name", "operator",
			  expression.negate ? "NotIn" : "In", "values", values));
}

static int read_expressions(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	return parse_list(parse, pair, read_expression, object);
}

int ka_read_pod_selector(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {{"matchExpressions", read_expressions, 0}};

	if (!strcmp(importer_of(parse)->kind, "KubeArmorClusterPolicy"))
		return parse_map(parse, pair->value, "\"selector\"", fields,
				 ARRAY_SIZE(fields), object);
	return read_labels(parse, pair, "\"selector\"", "podSelector");
}

int ka_read_node_selector(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)object;
	return read_labels(parse, pair, "\"nodeSelector\"", "nodeSelector");
}
