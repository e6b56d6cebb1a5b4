// SPDX-License-Identifier: Apache-2.0
#include "policy/diff_json.h"

#include <errno.h>
#include <string.h>

#include "policy/image_rule_json.h"
#include "policy/model_names.h"
#include "util/cleanup.h"

void diff_list_clear(struct diff_list *list)
{
	json_decref(list->items);
	json_decref(list->places);
	*list = (struct diff_list){0};
}

static json_t *labels_json(const struct labels *labels)
{
	json_t *json = json_object();

	for (size_t i = 0; json && i < labels->n; i++) {
		if (json_object_set_new(json, labels->items[i].key,
					json_string(labels->items[i].value)) < 0) {
			json_decref(json);
			return NULL;
		}
	}
	return json;
}

static json_t *selection_json(const struct selection *selection)
{
	if (selection->cgroup)
		return json_pack("{ss ss* so}", "cgroup", selection->cgroup, "unit",
				 selection->unit, "nodeLabels",
				 labels_json(selection->node_labels));
	return json_pack("{ss so so so ss*}", "namespace", selection->name_space,
			 "labels", labels_json(selection->pod_labels), "namespaceLabels",
			 labels_json(selection->namespace_labels), "nodeLabels",
			 labels_json(selection->node_labels), "container",
			 selection->container);
}

static json_t *side_json(const struct diff_side *side, const struct image *image)
{
	return json_pack("{ss ss* so}", "verdict", verdict_names[side->verdict], "errno",
			 side->error ? strerrorname_np(side->error) : NULL, "rule",
			 image_rule_json(image, side->rule));
}

/* All of an item but its example and whom it is for. */
static json_t *key_json(const struct diff_item *item, const struct image *const images[2])
{
	const struct eval_event *event = &item->example.eval;

	return json_pack("{ss ss sI sb so so}", "change", diff_change_name(item->change),
			 "kind", event_kind_name(event->kind), "access",
			 (json_int_t)event->access, "untrustedName",
			 event->untrusted_name, "from",
			 side_json(&item->sides[0], images[0]), "to",
			 side_json(&item->sides[1], images[1]));
}

/* The item that is equal to it, or the item itself, added; borrowed. */
static json_t *find_or_add(struct diff_list *list, const struct diff_item *item,
			   const struct image *const images[2])
{
	_cleanup_(json_decrefp) json_t *json = key_json(item, images);
	_cleanup_(freep) char *key = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	_cleanup_(freep) char *example = event_text(&item->example.eval);
	json_t *place;

	if (!key || !example)
		return NULL;
	place = json_object_get(list->places, key);
	if (place)
		return json_array_get(list->items, (size_t)json_integer_value(place));
	json_object_del(json, "kind");
	json_object_del(json, "access");
	if (json_object_set_new(json, "example", json_string(example)) < 0 ||
	    json_object_set_new(json, "for", json_array()) < 0 ||
	    json_object_set_new(list->places, key,
				json_integer((json_int_t)json_array_size(list->items))) <
		    0 ||
	    json_array_append(list->items, json) < 0)
		return NULL;
	return json;
}

int diff_list_add(struct diff_list *list, const struct diff *diff,
		  const struct image *const images[2], const struct selection *selection)
{
	_cleanup_(json_decrefp) json_t *container = selection_json(selection);

	if (!list->items)
		list->items = json_array();
	if (!list->places)
		list->places = json_object();
	if (!container || !list->items || !list->places)
		return -ENOMEM;
	for (size_t i = 0; i < diff->n; i++) {
		json_t *item = find_or_add(list, &diff->items[i], images);

		if (!item ||
		    json_array_append(json_object_get(item, "for"), container) < 0)
			return -ENOMEM;
	}
	return 0;
}
