// SPDX-License-Identifier: Apache-2.0
/*
 * Which pods a policy of Cilium's is about. Labels there have a source in front
 * ("k8s:app"), and some stand for what is no label of the pod.
 */
#include <errno.h>
#include <string.h>

#include "import/cilium.h"
#include "util/cleanup.h"

#define NAMESPACE_LABELS "io.cilium.k8s.namespace.labels."

/* Where a label of Cilium's is one of Kubernetes. */
struct place {
	const char *selector; /* of ours */
	const char *key;
};

static const char *skip_prefix(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) != 0 ? NULL : text + length;
}

/* Return: 0; IMPORT_SELECTION of enum import_reason when it is no label of a pod or
 * namespace. */
static int find_place(const struct importer *importer, const char *key,
		      struct place *ret_place)
{
	bool cluster = importer->draft.kind == POLICY_CLUSTER;
	const char *rest = skip_prefix(key, "k8s:");

	if (!rest)
		rest = skip_prefix(key, "any:");
	if (!rest)
		rest = strchr(key, ':') ? NULL : key;
	if (!rest || skip_prefix(rest, "io.cilium.k8s.policy."))
		return IMPORT_SELECTION;
	*ret_place = (struct place){"podSelector", rest};
	if (!strcmp(rest, "io.kubernetes.pod.namespace"))
		*ret_place = (struct place){"namespaceSelector",
					    "kubernetes.io/metadata.name"};
	else if (skip_prefix(rest, NAMESPACE_LABELS))
		*ret_place = (struct place){"namespaceSelector",
					    skip_prefix(rest, NAMESPACE_LABELS)};
	if (!cluster && strcmp(ret_place->selector, "podSelector") != 0)
		return IMPORT_SELECTION;
	return 0;
}

static int lack_label(struct importer *importer, const struct yaml_node *node)
{
	return import_lack(
		importer, node, IMPORT_SELECTION,
		"label \"%.80s\" is no label of the pods that such a policy selects; "
		"select by a label that they have",
		node->text);
}

/* The part of a selector of ours, made where it is not there. */
static json_t *get_part(struct importer *importer, const char *selector, const char *part,
			json_t *(*make)(void))
{
	json_t *place = json_object_get(importer->draft.spec, selector), *list;

	if (!place) {
		place = json_object();
		if (json_object_set_new(importer->draft.spec, selector, place))
			return NULL;
	}
	list = json_object_get(place, part);
	if (list)
		return list;
	list = make();
	return json_object_set_new(place, part, list) ? NULL : list;
}

static int read_labels(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct importer *importer = importer_of(parse);
	const struct yaml_node *map = pair->value;
	int r = 0;

	(void)object;
	if (map->type != YAML_MAP)
		return parse_error(
			parse, map,
			"\"matchLabels\" is a map, not %s; write \"key: value\"",
			yaml_type_name(map->type));
	for (size_t i = 0; !r && i < map->n; i++) {
		const char *value;
		struct place place;
		json_t *labels;

		r = parse_string(parse, &map->pairs[i], &value);
		if (r)
			return r;
		if (find_place(importer, map->pairs[i].key->text, &place)) {
			r = lack_label(importer, map->pairs[i].key);
			continue;
		}
		labels = get_part(importer, place.selector, "matchLabels", json_object);
		r = labels && !json_object_set_new(labels, place.key, json_string(value))
			    ? 0
			    : -ENOMEM;
	}
	return r;
}

struct expression {
	const struct yaml_node *key;
	const char *operator_;
	json_t *values;
};

static int read_key(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	const char *key;

	((struct expression *)object)->key = pair->value;
	return parse_string(parse, pair, &key);
}

static int read_operator(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const char *const words[] = {"In", "NotIn", "Exists", "DoesNotExist"};
	size_t word = 0;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	((struct expression *)object)->operator_ = words[word];
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

static int read_expression(struct parse *parse, const struct yaml_pair *pair,
			   void *object)
{
	static const struct field fields[] = {
		{"key", read_key, FIELD_REQUIRED},
		{"operator", read_operator, FIELD_REQUIRED},
		{"values", read_values, 0},
	};
	_cleanup_(json_decrefp) json_t *values = json_array(), *ours = NULL;
	struct expression expression = {.values = values};
	struct importer *importer = importer_of(parse);
	struct place place;
	json_t *list;
	int r = values ? 0 : -ENOMEM;

	(void)object;
	if (!r)
		r = parse_map(parse, pair->value, "an expression", fields,
			      ARRAY_SIZE(fields), &expression);
	if (r)
		return r;
	if (find_place(importer, expression.key->text, &place))
		return lack_label(importer, expression.key);
	list = get_part(importer, place.selector, "matchExpressions", json_array);
	ours = json_pack("{ss ss}", "key", place.key, "operator", expression.operator_);
	if (json_array_size(values) && json_object_set(ours, "values", values))
		return -ENOMEM;
	return list && !json_array_append(list, ours) ? 0 : -ENOMEM;
}

static int read_expressions(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	return parse_list(parse, pair, read_expression, object);
}

int cilium_read_selector(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"matchLabels", read_labels, 0},
		{"matchExpressions", read_expressions, 0},
	};
	struct importer *importer = importer_of(parse);
	int r = parse_map(parse, pair->value, "\"endpointSelector\"", fields,
			  ARRAY_SIZE(fields), object);

	if (!r && !json_object_get(importer->draft.spec, "podSelector"))
		r = draft_set(&importer->draft, "podSelector", json_object());
	return r;
}
