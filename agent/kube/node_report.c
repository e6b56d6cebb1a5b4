// SPDX-License-Identifier: Apache-2.0
#include "kube/node_report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "policy/array.h"
#include "util/cleanup.h"

#define UID_PART 8

/* What a policy costs in the object beside its texts; and so no list has more items than
 * the definition of the kind allows. */
#define ROOM_OF_ITEM 64

/* The API server takes no empty reason. */
#define NO_REASON "no reason was given"

/* In the order in which they find room. */
static const enum policy_state by_worth[] = {
	POLICY_STATE_REFUSED,
	POLICY_STATE_PARTIAL,
	POLICY_STATE_ENFORCED,
	POLICY_STATE_NOT_SELECTED,
};

static const struct {
	const char *key;
	bool has_reason;
} lists[POLICY_STATE_COUNT] = {
	[POLICY_STATE_ENFORCED] = {"enforced", false},
	[POLICY_STATE_PARTIAL] = {"partial", true},
	[POLICY_STATE_REFUSED] = {"refused", true},
	[POLICY_STATE_NOT_SELECTED] = {"notSelected", false},
};

void node_report_clear(struct node_report *report)
{
	for (size_t i = 0; i < report->n; i++) {
		free(report->results[i].policy);
		free(report->results[i].reason);
	}
	free(report->results);
	free(report->kernel);
	free(report->node_uid);
	*report = (struct node_report){0};
}

/* Cut where no character is torn: the API server takes UTF-8 alone. */
static char *cut_reason(const char *reason)
{
	size_t length = strlen(reason);

	if (length > NODE_REPORT_REASON) {
		length = NODE_REPORT_REASON;
		while (length && ((unsigned char)reason[length] & 0xc0) == 0x80)
			length--;
	}
	return strndup(reason, length);
}

/* Takes @policy over, also when it fails. */
static int add(struct node_report *report, char *policy, enum policy_state state,
	       const char *reason)
{
	struct policy_result *grown =
		array_grow(report->results, report->n, sizeof(*grown));
	char *copy = reason && lists[state].has_reason ? cut_reason(reason) : NULL;

	if (grown)
		report->results = grown;
	if (!grown || !policy || (reason && lists[state].has_reason && !copy)) {
		free(policy);
		free(copy);
		return -ENOMEM;
	}
	grown[report->n++] = (struct policy_result){policy, state, copy};
	return 0;
}

int node_report_add(struct node_report *report, const char *name_space, const char *name,
		    uint64_t generation, const char *uid, enum policy_state state,
		    const char *reason)
{
	bool in_namespace = name_space && *name_space;
	char *policy;

	if (asprintf(&policy, "%s%s%s@%" PRIu64 "-%.*s", in_namespace ? name_space : "",
		     in_namespace ? "/" : "", name, generation, UID_PART, uid) < 0)
		policy = NULL;
	return add(report, policy, state, reason);
}

/* --- the object --------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const struct policy_result *left = a, *right = b;

	return strcmp(left->policy, right->policy);
}

static size_t size_of(const struct policy_result *result)
{
	return ROOM_OF_ITEM + strlen(result->policy) +
	       (result->reason ? strlen(result->reason) : 0);
}

static json_t *item_json(const struct policy_result *result)
{
	if (!lists[result->state].has_reason)
		return json_string(result->policy);
	return json_pack("{ss ss}", "policy", result->policy, "reason",
			 result->reason && *result->reason ? result->reason : NO_REASON);
}

/* Return: how many of the state there are. */
static size_t put_list(const struct node_report *report, enum policy_state state,
		       json_t *list, size_t *room)
{
	size_t n = 0;

	for (size_t i = 0; i < report->n; i++) {
		const struct policy_result *result = &report->results[i];

		if (result->state != state)
			continue;
		n++;
		if (size_of(result) > *room)
			continue;
		*room -= size_of(result);
		json_array_append_new(list, item_json(result));
	}
	return n;
}

static json_t *status_json(const struct node_report *report)
{
	size_t room = NODE_REPORT_MAX_BYTES, listed = 0;
	json_t *counts = json_object();
	json_t *status =
		json_pack("{ss ss so}", "version", LSMD_VERSION, "kernel",
			  report->kernel ? report->kernel : "", "counts", counts);

	for (size_t i = 0; i < ARRAY_SIZE(by_worth); i++) {
		enum policy_state state = by_worth[i];
		json_t *list = json_array();
		size_t n = put_list(report, state, list, &room);

		listed += json_array_size(list);
		json_object_set_new(counts, lists[state].key,
				    json_integer((json_int_t)n));
		json_object_set_new(status, lists[state].key, list);
	}
	json_object_set_new(status, "omitted",
			    json_integer((json_int_t)(report->n - listed)));
	return status;
}

/* With blockOwnerDeletion it would need the right to end Nodes. */
static json_t *owners_json(const struct node_report *report, const char *node)
{
	if (!report->node_uid)
		return NULL;
	return json_pack("[{ss ss ss ss}]", "apiVersion", "v1", "kind", "Node", "name",
			 node, "uid", report->node_uid);
}

json_t *node_report_json(struct node_report *report, const char *node)
{
	if (report->n)
		qsort(report->results, report->n, sizeof(*report->results), compare);
	return json_pack("{ss ss s{ss so*} so}", "apiVersion", "lsmd.io/v1alpha1", "kind",
			 "LsmNode", "metadata", "name", node, "ownerReferences",
			 owners_json(report, node), "status", status_json(report));
}

/* --- and back ----------------------------------------------------------------------- */

static int read_item(const json_t *item, enum policy_state state,
		     struct node_report *report)
{
	bool has_reason = lists[state].has_reason;
	const char *policy =
		json_string_value(has_reason ? json_object_get(item, "policy") : item);
	const char *reason = json_string_value(json_object_get(item, "reason"));

	if (!policy || !strchr(policy, '@'))
		return 0;
	return add(report, strdup(policy), state, reason ? reason : "");
}

int node_report_read(const json_t *object, struct node_report *ret_report)
{
	_cleanup_(node_report_clear) struct node_report report = {0};
	const json_t *status = json_object_get(object, "status");

	for (enum policy_state state = 0; state < POLICY_STATE_COUNT; state++) {
		const json_t *list = json_object_get(status, lists[state].key), *item;
		size_t i;

		json_array_foreach (list, i, item)
			if (read_item(item, state, &report) < 0)
				return -ENOMEM;
	}
	*ret_report = report;
	report = (struct node_report){0};
	return 0;
}
