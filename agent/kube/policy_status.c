// SPDX-License-Identifier: Apache-2.0
#include "kube/policy_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/kube_time.h"
#include "kube/texts.h"
#include "util/cleanup.h"
#include "util/explain.h"

#define CONDITION "Ready"

/* Kubernetes API conventions, "Typical status properties": a word for programs. */
static const char *reason_of(const struct policy_tally *tally)
{
	if (tally->nodes[POLICY_STATE_REFUSED])
		return "Refused";
	if (tally->pending)
		return "RollingOut";
	if (tally->nodes[POLICY_STATE_PARTIAL])
		return "Partial";
	return tally->nodes[POLICY_STATE_ENFORCED] ? "Enforced" : "NoNode";
}

static bool is_ready(const struct policy_tally *tally)
{
	return !tally->nodes[POLICY_STATE_REFUSED] && !tally->pending;
}

static char *message_of(const struct policy_tally *tally)
{
	char *message = NULL;

	explain(&message,
		"%zu nodes enforce it, %zu in part, %zu refuse; %zu are not selected, "
		"%zu did not say yet",
		tally->nodes[POLICY_STATE_ENFORCED], tally->nodes[POLICY_STATE_PARTIAL],
		tally->nodes[POLICY_STATE_REFUSED],
		tally->nodes[POLICY_STATE_NOT_SELECTED], tally->pending);
	return message;
}

static const json_t *condition_of(const json_t *status)
{
	const json_t *conditions = json_object_get(status, "conditions"), *condition;
	size_t i;

	json_array_foreach (conditions, i, condition) {
		const char *type = json_string_value(json_object_get(condition, "type"));

		if (type && !strcmp(type, CONDITION))
			return condition;
	}
	return NULL;
}

static json_t *condition_json(const struct policy_tally *tally, const json_t *old,
			      uint64_t wall)
{
	_cleanup_(freep) char *message = message_of(tally);
	const json_t *before = condition_of(old);
	const char *is = is_ready(tally) ? "True" : "False";
	const char *was = json_string_value(json_object_get(before, "status"));
	const char *since =
		json_string_value(json_object_get(before, "lastTransitionTime"));
	char now[KUBE_TIME_TEXT];

	kube_time(wall, now);
	if (!was || !since || strcmp(was, is) != 0)
		since = now;
	return json_pack("{ss ss ss ss sI ss}", "type", CONDITION, "status", is, "reason",
			 reason_of(tally), "message", message ? message : "",
			 "observedGeneration", (json_int_t)tally->generation,
			 "lastTransitionTime", since);
}

static json_t *refusals_json(const struct policy_tally *tally)
{
	json_t *list = json_array();

	for (size_t i = 0; i < tally->n_refusals; i++)
		json_array_append_new(
			list, json_pack("{ss ss sI}", "node", tally->refusals[i].node,
					"reason", tally->refusals[i].reason, "generation",
					(json_int_t)tally->generation));
	return list;
}

json_t *policy_status_json(const struct policy_tally *tally, const json_t *old,
			   uint64_t wall)
{
	const size_t *nodes = tally->nodes;

	return json_pack("{sI s{sI sI sI sI sI} so s[o]}", "observedGeneration",
			 (json_int_t)tally->generation, "nodes", "enforcing",
			 (json_int_t)nodes[POLICY_STATE_ENFORCED], "partial",
			 (json_int_t)nodes[POLICY_STATE_PARTIAL], "refused",
			 (json_int_t)nodes[POLICY_STATE_REFUSED], "notSelected",
			 (json_int_t)nodes[POLICY_STATE_NOT_SELECTED], "pending",
			 (json_int_t)tally->pending, "refusals", refusals_json(tally),
			 "conditions", condition_json(tally, old, wall));
}

uint64_t policy_status_digest(const struct policy_tally *tally)
{
	_cleanup_(json_decrefp) json_t *json = policy_status_json(tally, NULL, 0);
	_cleanup_(freep) char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	uint64_t digest = text ? texts_hash(text, strlen(text)) : 0;

	return digest ? digest : 1;
}

char *policy_status_path(const char *policy, const char *sub)
{
	const char *name = strrchr(policy, '/');
	char *path = NULL;

	if (name)
		explain(&path, "/apis/lsmd.io/v1alpha1/namespaces/%.*s/lsmpolicies/%s%s",
			(int)(name - policy), policy, name + 1, sub);
	else
		explain(&path, "/apis/lsmd.io/v1alpha1/clusterlsmpolicies/%s%s", policy,
			sub);
	return path;
}
