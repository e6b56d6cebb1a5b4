// SPDX-License-Identifier: Apache-2.0
#include "import/draft.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/model_names.h"
#include "util/cleanup.h"

/* Keys as people write them in policies. */
static const char *const spec_order[] = {
	"description", "podSelector", "namespaceSelector", "nodeSelector", "cgroups",
	"containers",  "mode",	      "severity",	   "tags",	   "message",
};

static const char *const rule_order[] = {
	"name",	    "action",	 "errno",    "access",	   "direction",
	"families", "types",	 "to",	     "paths",	   "except",
	"ports",    "protocols", "fileless", "operations", "capabilities",
	"from",	    "owner",	 "severity", "tags",	   "message",
};

/* Of these a rule has at most one that two rules may differ in and still be written as
 * one. */
static const char *const merged[] = {"paths", "capabilities"};

static const char *const section_order[] = {"default", "rules"};

int draft_init(struct draft *draft)
{
	draft->kind = POLICY_NAMESPACED;
	draft->metadata = json_object();
	draft->spec = json_object();
	return draft->metadata && draft->spec ? 0 : -ENOMEM;
}

void draft_clear(struct draft *draft)
{
	json_decref(draft->metadata);
	json_decref(draft->spec);
	for (size_t i = 0; i < SECTION_COUNT; i++) {
		json_decref(draft->sections[i]);
		json_decref(draft->names[i]);
	}
	*draft = (struct draft){0};
}

int json_add_string(json_t *list, const char *text)
{
	return json_array_append_new(list, json_string(text)) ? -ENOMEM : 0;
}

int draft_set(struct draft *draft, const char *key, json_t *value)
{
	if (!value)
		return 0;
	return json_object_set_new(draft->spec, key, value) ? -ENOMEM : 0;
}

static json_t *get_section(struct draft *draft, enum image_section section)
{
	if (!draft->sections[section])
		draft->sections[section] = json_object();
	if (!draft->names[section])
		draft->names[section] = json_object();
	return draft->names[section] ? draft->sections[section] : NULL;
}

int draft_default(struct draft *draft, enum image_section section)
{
	json_t *json = get_section(draft, section);

	return json && !json_object_set_new(json, "default", json_string("deny"))
		       ? 0
		       : -ENOMEM;
}

int draft_direction(struct draft *draft, const char *direction)
{
	json_t *section = get_section(draft, SECTION_NETWORK);
	json_t *directions = json_object_get(section, "default");

	if (!section)
		return -ENOMEM;
	if (!directions) {
		directions = json_object();
		if (json_object_set_new(section, "default", directions))
			return -ENOMEM;
	}
	return json_object_set_new(directions, direction, json_string("deny")) ? -ENOMEM
									       : 0;
}

static bool list_has(const json_t *list, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), value))
			return true;
	return false;
}

/* Append what is not there yet. */
static int extend(json_t *list, const json_t *other)
{
	for (size_t i = 0; i < json_array_size(other); i++) {
		json_t *value = json_array_get(other, i);

		if (!list_has(list, value) && json_array_append(list, value))
			return -ENOMEM;
	}
	return 0;
}

static size_t count_conditions(const json_t *rule)
{
	return json_object_size(rule) - (json_object_get(rule, "name") != NULL);
}

/* Are they the same but for the name and for @key, a list of both? */
static bool differ_only_in(const json_t *a, const json_t *b, const char *key)
{
	const char *name;
	json_t *value;

	if (!json_is_array(json_object_get(a, key)) ||
	    !json_is_array(json_object_get(b, key)) ||
	    count_conditions(a) != count_conditions(b))
		return false;
	json_object_foreach ((json_t *)b, name, value)
		if (strcmp(name, key) != 0 && strcmp(name, "name") != 0 &&
		    !json_equal(json_object_get(a, name), value))
			return false;
	return true;
}

enum {
	MERGE_E_OTHER = 1,
};

/* Into the last rule of @rules, which has a name; @rule has none. */
static int merge(json_t *rules, const json_t *rule)
{
	size_t n = json_array_size(rules);
	json_t *last = n ? json_array_get(rules, n - 1) : NULL;

	for (size_t i = 0; last && i < ARRAY_SIZE(merged); i++)
		if (differ_only_in(last, rule, merged[i]))
			return extend(json_object_get(last, merged[i]),
				      json_object_get(rule, merged[i]));
	return MERGE_E_OTHER;
}

/* "line-12", and "line-12-2" when that line makes another rule. */
static int name_rule(json_t *names, json_t *rule, unsigned line)
{
	char name[48];

	snprintf(name, sizeof(name), "line-%u", line);
	for (unsigned i = 2; json_object_get(names, name); i++)
		snprintf(name, sizeof(name), "line-%u-%u", line, i);
	if (json_object_set_new(names, name, json_true()) ||
	    json_object_set_new(rule, "name", json_string(name)))
		return -ENOMEM;
	return 0;
}

static json_t *in_order(const json_t *object, const char *const *order, size_t n)
{
	json_t *ordered = json_object();

	for (size_t i = 0; ordered && i < n; i++) {
		json_t *value = json_object_get(object, order[i]);

		if (value && json_object_set(ordered, order[i], value)) {
			json_decref(ordered);
			return NULL;
		}
	}
	return ordered;
}

int draft_rule(struct draft *draft, enum image_section section, json_t *rule,
	       unsigned line)
{
	_cleanup_(json_decrefp) json_t *owned = rule;
	json_t *json = get_section(draft, section);
	json_t *rules = json_object_get(json, "rules");
	int r;

	if (!owned || !json)
		return -ENOMEM;
	if (!rules) {
		rules = json_array();
		if (json_object_set_new(json, "rules", rules))
			return -ENOMEM;
	}
	r = merge(rules, owned);
	if (r != MERGE_E_OTHER)
		return r;
	r = name_rule(draft->names[section], owned, line);
	if (r)
		return r;
	return json_array_append_new(rules,
				     in_order(owned, rule_order, ARRAY_SIZE(rule_order)))
		       ? -ENOMEM
		       : 0;
}

bool draft_is_empty(const struct draft *draft)
{
	for (size_t i = 0; i < SECTION_COUNT; i++)
		if (json_object_size(draft->sections[i]))
			return false;
	return true;
}

/*
 * Neighbours that differ by whom they are about are one rule. Only at the end: until
 * then, their paths may still differ.
 */
static int join_programs(json_t *rules)
{
	int r = 0;

	for (size_t i = 1; !r && i < json_array_size(rules);) {
		json_t *before = json_array_get(rules, i - 1),
		       *rule = json_array_get(rules, i);

		if (!differ_only_in(before, rule, "from")) {
			i++;
			continue;
		}
		r = extend(json_object_get(before, "from"),
			   json_object_get(rule, "from"));
		if (!r)
			r = json_array_remove(rules, i) ? -ENOMEM : 0;
	}
	return r;
}

static int set_section(json_t *spec, enum image_section section, const json_t *json)
{
	json_t *ordered = in_order(json, section_order, ARRAY_SIZE(section_order));

	if (!ordered || join_programs(json_object_get(ordered, "rules"))) {
		json_decref(ordered);
		return -ENOMEM;
	}
	return json_object_set_new(spec, section_names[section], ordered) ? -ENOMEM : 0;
}

static json_t *draft_spec(const struct draft *draft)
{
	json_t *spec = in_order(draft->spec, spec_order, ARRAY_SIZE(spec_order));

	for (unsigned i = 0; spec && i < SECTION_COUNT; i++)
		if (json_object_size(draft->sections[i]) &&
		    set_section(spec, (enum image_section)i, draft->sections[i])) {
			json_decref(spec);
			return NULL;
		}
	return spec;
}

json_t *draft_policy(const struct draft *draft)
{
	return json_pack("{ss ss sO so}", "apiVersion", "lsmd.io/v1alpha1", "kind",
			 policy_kind_names[draft->kind], "metadata", draft->metadata,
			 "spec", draft_spec(draft));
}
