// SPDX-License-Identifier: Apache-2.0
/* What the agent says of the pods, and of what else is a subject. */
#include <inttypes.h>
#include <string.h>

#include "agent_state.h"
#include "exempt.h"
#include "policy/model_names.h"
#include "report/escape.h"

static json_t *policy_name_json(const struct policy *policy)
{
	if (policy->kind == POLICY_CLUSTER)
		return json_sprintf("%s/%s", policy_kind_names[policy->kind],
				    policy->name);
	return json_sprintf("%s/%s/%s", policy_kind_names[policy->kind],
			    policy->name_space, policy->name);
}

static json_t *names_json(const struct policy_list *policies)
{
	json_t *list = json_array();

	for (size_t i = 0; i < policies->n; i++)
		json_array_append_new(list, policy_name_json(policies->items[i]));
	return list;
}

static const char *subject_state(const struct subject *subject)
{
	if (subject_problem(subject))
		return "failed";
	if (subject->pending)
		return "pending";
	if (!subject->image)
		return "none";
	for (size_t i = 0; i < subject->policies.n; i++)
		if (!subject->policies.items[i]->audit_mode)
			return "enforced";
	return "audited";
}

static json_t *subject_json(const struct subject *subject)
{
	json_t *identities = identities_json(subject);
	json_t *item = json_pack(
		"{s:o, s:s, s:o, s:o, s:I, s:I, s:o, s:s}", "name",
		escape_json(subject->container), "id", subject->container_id, "cgroup",
		escape_json(subject->cgroup), "cgroupId",
		json_sprintf("%" PRIu64, subject->cgroup_id), "slot",
		(json_int_t)subject->slot, "rules",
		(json_int_t)(subject->image ? subject->image->n_rules : 0), "policies",
		names_json(&subject->policies), "state", subject_state(subject));

	if (item && subject_problem(subject))
		json_object_set_new(item, "problem",
				    json_string(subject_problem(subject)));
	if (item && bundle_is_sandbox(subject->bundle))
		json_object_set_new(item, "sandbox", json_true());
	if (item && identities)
		json_object_set_new(item, "identities", identities);
	else
		json_decref(identities);
	return item;
}

static json_t *labels_json(const struct labels *labels)
{
	json_t *object = json_object();

	for (size_t i = 0; i < labels->n; i++)
		json_object_set_new(object, labels->items[i].key,
				    json_string(labels->items[i].value));
	return object;
}

static void add_unique(json_t *list, const struct policy_list *policies)
{
	for (size_t i = 0; i < policies->n; i++) {
		json_t *name = policy_name_json(policies->items[i]), *other;
		bool found = false;
		size_t j;

		json_array_foreach (list, j, other)
			found = found || json_equal(other, name);
		if (!found)
			json_array_append(list, name);
		json_decref(name);
	}
}

static json_t *pod_json(const struct agent *agent, const struct pod *pod)
{
	json_t *containers = json_array(), *policies = json_array();

	for (size_t i = 0; i < agent->subjects.n; i++) {
		const struct subject *subject = agent->subjects.items[i];

		if (strcmp(subject->pod_uid, pod->cgroup_uid))
			continue;
		json_array_append_new(containers, subject_json(subject));
		add_unique(policies, &subject->policies);
	}
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s*}", "namespace",
			 pod->name_space, "name", pod->name, "uid", pod->uid, "labels",
			 labels_json(&pod->labels), "containers", containers, "policies",
			 policies, "exempt", exempt_reason(agent, pod));
}

/* Of a pod that is not known there are its containers alone. */
static json_t *pending_json(const struct agent *agent)
{
	json_t *list = json_array();

	for (size_t i = 0; i < agent->subjects.n; i++) {
		const struct subject *subject = agent->subjects.items[i];
		json_t *item;

		if (!subject->pending)
			continue;
		item = subject_json(subject);
		if (item)
			json_object_set_new(item, "pod",
					    json_pack("{s:s, s:s, s:s}", "namespace",
						      subject->name_space, "name",
						      subject->pod, "uid", subject->uid));
		json_array_append_new(list, item);
	}
	return list;
}

json_t *agent_pods_json(struct agent *agent)
{
	json_t *items = json_array(), *host = json_array();

	for (size_t i = 0; i < agent->pods.n; i++)
		json_array_append_new(items, pod_json(agent, &agent->pods.items[i]));
	for (size_t i = 0; i < agent->subjects.n; i++)
		if (agent->subjects.items[i]->host)
			json_array_append_new(host,
					      subject_json(agent->subjects.items[i]));
	return json_pack("{s:o, s:o, s:o}", "items", items, "host", host, "pending",
			 pending_json(agent));
}
