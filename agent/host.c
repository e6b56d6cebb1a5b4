/* SPDX-License-Identifier: Apache-2.0 */
/* Units and cgroups of the host as subjects: which may be, and which policies hold. */
#include <errno.h>
#include <string.h>

#include "agent_state.h"
#include "node/unit.h"
#include "owner.h"
#include "policy/array.h"
#include "policy/host.h"
#include "util/cleanup.h"

/* A glob may select every unit of the node. */
#define REFUSALS_MAX 16

void host_forget_refusals(struct agent *agent)
{
	strings_clear(&agent->host_refusals, &agent->n_host_refusals);
}

static int refuse(struct agent *agent, const struct policy *policy, const char *path,
		  const char *why)
{
	_cleanup_(freep) char *text = NULL;

	if (agent->n_host_refusals > REFUSALS_MAX)
		return 0;
	if (agent->n_host_refusals == REFUSALS_MAX)
		return strings_add(&agent->host_refusals, &agent->n_host_refusals,
				   "more cgroups of the host are selected and cannot be "
				   "subjects; narrow the globs");
	if (asprintf(&text,
		     "ClusterLsmPolicy/%s selects the cgroup \"%s\", which cannot be a "
		     "subject: %s",
		     policy->name, path, why) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return strings_add(&agent->host_refusals, &agent->n_host_refusals, text);
}

int host_visit(struct agent *agent, const char *path)
{
	const struct policy *policy = owner_find_host(policy_store_policies(agent->store),
						      &agent->node_labels, path);
	_cleanup_(freep) char *why = NULL;
	int r;

	if (!policy || !*path)
		return 0;
	r = owner_check_host(&agent->cgroups, path, &why);
	if (r == 0)
		return HOST_E_SELECTED;
	if (r == -ENOMEM)
		return r;
	if (r == -ENOENT || r == -ENODEV)
		return 0;
	return refuse(agent, policy, path, r < 0 ? strerror(-r) : why);
}

bool host_is_changed(const struct agent *agent)
{
	for (size_t i = 0; i < agent->subjects.n; i++) {
		const struct subject *subject = agent->subjects.items[i];
		_cleanup_(freep) char *why = NULL;

		if (subject->host &&
		    owner_check_host(&agent->cgroups, subject->cgroup, &why) != 0)
			return true;
	}
	return false;
}

/* Is the cgroup that of @outer, or below it? */
static bool is_within(const struct subject *outer, const struct subject *inner)
{
	size_t length = strlen(outer->cgroup);

	return !strncmp(outer->cgroup, inner->cgroup, length) &&
	       (!inner->cgroup[length] || inner->cgroup[length] == '/');
}

static bool selects(const struct policy *policy, const struct agent *agent,
		    const struct subject *subject)
{
	char unit[UNIT_NAME_SIZE];
	const struct selection selection = {
		.node_labels = &agent->node_labels,
		.cgroup = subject->cgroup,
		.unit = unit_of_cgroup(subject->cgroup, unit) == 0 ? unit : NULL,
	};

	return policy_selects(policy, &selection);
}

static bool holds_for(const struct policy *policy, const struct agent *agent,
		      const struct subject *subject)
{
	for (size_t i = 0; i < agent->subjects.n; i++) {
		const struct subject *outer = agent->subjects.items[i];

		if (outer->host && is_within(outer, subject) &&
		    selects(policy, agent, outer))
			return true;
	}
	return false;
}

int host_select(const struct agent *agent, const struct subject *subject,
		struct policy_list *list)
{
	const struct policy_list *policies = policy_store_policies(agent->store);

	for (size_t i = 0; i < policies->n; i++) {
		struct policy *policy = policies->items[i], **items;

		if (!host_is_asked(policy) || !holds_for(policy, agent, subject))
			continue;
		items = array_grow(list->items, list->n, sizeof(*items));
		if (!items)
			return -ENOMEM;
		list->items = items;
		items[list->n++] = policy_ref(policy);
	}
	return 0;
}
