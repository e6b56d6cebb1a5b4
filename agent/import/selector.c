// SPDX-License-Identifier: Apache-2.0
#include <errno.h>

#include "import/importer.h"
#include "util/cleanup.h"

static const char *const operators[] = {
	[SELECTOR_IN] = "In",
	[SELECTOR_NOT_IN] = "NotIn",
	[SELECTOR_EXISTS] = "Exists",
	[SELECTOR_DOES_NOT_EXIST] = "DoesNotExist",
};

static json_t *expression(const struct selector_requirement *requirement)
{
	_cleanup_(json_decrefp) json_t *values = json_array();

	if (!values)
		return NULL;
	for (size_t i = 0; i < requirement->n_values; i++)
		if (json_add_string(values, requirement->values[i]))
			return NULL;
	if (!requirement->n_values)
		return json_pack("{ss ss}", "key", requirement->key, "operator",
				 operators[requirement->op]);
	return json_pack("{ss ss sO}", "key", requirement->key, "operator",
			 operators[requirement->op], "values", values);
}

/* A label that must be one value is a matchLabel, unless the key has another value
 * already. */
static int add_requirement(json_t *selector,
			   const struct selector_requirement *requirement)
{
	bool plain = requirement->op == SELECTOR_IN && requirement->n_values == 1;
	const char *part = plain ? "matchLabels" : "matchExpressions";
	json_t *place = json_object_get(selector, "matchLabels");

	if (plain && json_object_get(place, requirement->key)) {
		plain = false;
		part = "matchExpressions";
	}
	place = json_object_get(selector, part);
	if (!place) {
		place = plain ? json_object() : json_array();
		if (json_object_set_new(selector, part, place))
			return -ENOMEM;
	}
	if (plain)
		return json_object_set_new(place, requirement->key,
					   json_string(requirement->values[0]))
			       ? -ENOMEM
			       : 0;
	return json_array_append_new(place, expression(requirement)) ? -ENOMEM : 0;
}

static int to_json(const struct label_selector *selector, json_t **ret_selector)
{
	_cleanup_(json_decrefp) json_t *json = json_object();
	int r = json ? 0 : -ENOMEM;

	for (size_t i = 0; !r && i < selector->n_requirements; i++)
		r = add_requirement(json, &selector->requirements[i]);
	if (!r)
		*ret_selector = TAKE_PTR(json);
	return r;
}

int import_selector(struct parse *parse, const struct yaml_pair *pair,
		    json_t **ret_selector)
{
	_cleanup_(label_selector_clear) struct label_selector selector = {0};
	int r = parse_selector(parse, pair, &selector);

	return r ? r : to_json(&selector, ret_selector);
}
