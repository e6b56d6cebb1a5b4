// SPDX-License-Identifier: Apache-2.0
#include "pending.h"

#include <errno.h>
#include <string.h>

#include "agent_state.h"
#include "policy/array.h"
#include "util/cleanup.h"

/* What runs in a pod begins with an execution: where that fails nothing else is left to
 * judge, but for what began before the answer was there. */
#define POLICY_TEXT(mode)                                                                \
	"apiVersion: lsmd.io/v1alpha1\n"                                                 \
	"kind: ClusterLsmPolicy\n"                                                       \
	"metadata: {name: lsmd-pending}\n"                                               \
	"spec:\n"                                                                        \
	"  description: For pods that lsmd has not heard of yet.\n"                      \
	"  message: lsmd has not heard of this pod yet\n"                                \
	"  mode: " mode "\n"                                                             \
	"  exec: {default: deny}\n"                                                      \
	"  network: {default: deny}\n"

static const struct {
	const char *name, *policy;
} postures[] = {
	[PENDING_ALLOW] = {"allow", POLICY_TEXT("audit")},
	[PENDING_DENY] = {"deny", POLICY_TEXT("enforce")},
};

const char *pending_posture_name(enum pending_posture posture)
{
	return postures[posture].name;
}

int pending_posture_parse(const char *name, enum pending_posture *ret_posture)
{
	for (size_t i = 0; i < ARRAY_SIZE(postures); i++) {
		if (strcmp(postures[i].name, name) != 0)
			continue;
		*ret_posture = (enum pending_posture)i;
		return 0;
	}
	return -EINVAL;
}

int pending_open(struct pending *pending)
{
	for (size_t i = 0; i < ARRAY_SIZE(postures); i++) {
		const char *text = postures[i].policy;
		struct diagnostics diagnostics = {0};
		struct policy_list list = {0};
		int r = policy_parse(text, strlen(text), "--pending", &diagnostics,
				     &list);

		diagnostics_clear(&diagnostics);
		if (r < 0)
			return r;
		pending->policies[i] = policy_ref(list.items[0]);
		policy_list_clear(&list);
	}
	return 0;
}

void pending_close(struct pending *pending)
{
	for (size_t i = 0; i < ARRAY_SIZE(postures); i++)
		pending->policies[i] = policy_unref(pending->policies[i]);
}

bool pending_is_kept(const struct subject *subject)
{
	return subject->pending && subject->adopted && subject->image;
}

/* --- whether there is a posture for it
 * ----------------------------------------------------- */

static bool is_named(const struct agent *agent, const char *name_space)
{
	const struct policy_list *policies = policy_store_policies(agent->store);

	for (size_t i = 0; i < policies->n; i++)
		if (policy_names_namespace(policies->items[i], name_space))
			return true;
	return false;
}

static bool is_the_nodes(const struct agent *agent, const struct bundle *bundle)
{
	return bundle->host_network ||
	       (namespace_is_exempt(bundle->name_space, agent->options.exempt_namespaces,
				    agent->options.n_exempt_namespaces) &&
		!is_named(agent, bundle->name_space));
}

/* What the bundles of its pod say: nothing yet, that it is the node's own, or not. */
static bool has_posture(const struct agent *agent, const struct subject *subject)
{
	bool is_known = false;

	for (size_t i = 0; i < agent->subjects.n; i++) {
		const struct subject *other = agent->subjects.items[i];

		if (!other->bundle || strcmp(other->pod_uid, subject->pod_uid) != 0)
			continue;
		if (is_the_nodes(agent, other->bundle))
			return false;
		is_known |= *other->bundle->name_space != '\0';
	}
	return is_known;
}

static bool is_protected(const struct agent *agent, const struct subject *subject)
{
	_cleanup_(freep) char *why = NULL;

	return cgroup_check_subject(&agent->cgroups, subject->cgroup, &why) ==
	       CGROUP_E_PROTECTED;
}

int pending_select(const struct agent *agent, const struct subject *subject,
		   struct policy_list *list)
{
	enum pending_posture posture =
		subject->ran_before ? PENDING_ALLOW : agent->options.pending;
	struct policy **items;

	if (!has_posture(agent, subject) || is_protected(agent, subject))
		return 0;
	items = array_grow(list->items, list->n, sizeof(*items));
	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->n++] = policy_ref(agent->pending.policies[posture]);
	return 0;
}

size_t pending_count(const struct agent *agent)
{
	size_t n = 0;

	for (size_t i = 0; i < agent->subjects.n; i++)
		n += agent->subjects.items[i]->pending;
	return n;
}
