/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the cgroup tree and the pods to subjects. The tree is read as a whole each time: a
 * node has a few thousand cgroups, and a scan that starts from nothing cannot drift.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bundles.h"
#include "coverage_private.h"
#include "exempt.h"
#include "owner.h"
#include "util/cleanup.h"

/* --- making and dropping subjects
 * --------------------------------------------------------------- */

/* What was given back a moment ago is not free before a harvest. */
static int new_slot(struct agent *agent, uint32_t *ret_slot)
{
	int r = enforcer_slot_new(agent->enforcer, ret_slot);

	if (r != ENFORCER_E_SLOTS)
		return r;
	agent_harvest(agent);
	return enforcer_slot_new(agent->enforcer, ret_slot);
}

/* An earlier life's slot for this very cgroup goes on; one that it inherits is another's.
 */
static int take_slot(struct agent *agent, struct subject *subject)
{
	uint32_t slot = coverage_adopted_slot(agent, subject->cgroup_id);

	if (!slot || subject_table_of_slot(&agent->subjects, slot))
		return new_slot(agent, &subject->slot);
	subject->slot = slot;
	subject->image = image_ref((struct image *)enforcer_image(agent->enforcer, slot));
	subject->adopted = subject->image;
	return 0;
}

static const char *uid_of(const struct owner *owner)
{
	return owner->pod ? owner->pod->cgroup_uid : owner->pod_uid;
}

static int describe(struct subject *subject, const struct owner *owner)
{
	_cleanup_(freep) char *host = NULL;

	if (owner->pod)
		return subject_describe(subject, owner->pod,
					bundles_container(subject, owner->container));
	if (owner->pending)
		return bundles_describe(subject);
	host = owner_host_name(subject->cgroup);
	return host ? subject_describe(subject, NULL, host) : -ENOMEM;
}

/* A service and a scope have one root as a container has; other cgroups may hold several
 * of them, each with a mount namespace of its own. */
static uint32_t flags_of(const struct subject *subject, const struct owner *owner)
{
	if (owner->pod || owner->pending)
		return owner->explicit_cgroup ? CGROUP_F_HOST_ROOT
		       : *owner->container_id ? 0
					      : CGROUP_F_SHARED;
	return CGROUP_F_HOST_ROOT |
	       (owner_host_has_one_root(subject->cgroup) ? 0 : CGROUP_F_SHARED);
}

/* The first bundle of a pending pod says whose all of it is. */
static void force_pending(struct agent *agent, const char *pod_uid)
{
	for (size_t i = 0; i < agent->subjects.n; i++)
		if (agent->subjects.items[i]->pending &&
		    !strcmp(agent->subjects.items[i]->pod_uid, pod_uid))
			force_subject(agent, agent->subjects.items[i]);
}

static int add_subject(struct agent *agent, const char *path, uint64_t id,
		       const struct owner *owner, bool was_known)
{
	struct subject *subject = subject_new(id, path);
	int r = -ENOMEM;

	if (!subject)
		return r;
	subject->host = !owner->pod && !owner->pending;
	subject->pending = owner->pending;
	subject->ran_before = !agent->ready || was_known;
	subject->explicit_cgroup = owner->explicit_cgroup;
	subject->flags = flags_of(subject, owner);
	subject->seen = true;
	if (subject_set_owner(subject, uid_of(owner), owner->container_id) < 0)
		goto fail;
	bundles_read(agent->host_root, subject);
	if (describe(subject, owner) < 0)
		goto fail;
	r = take_slot(agent, subject);
	if (r == 0)
		r = subject_table_add(&agent->subjects, subject);
	if (r != 0)
		goto fail;
	agent->host_is_stale |= subject->host;
	force_subject(agent, subject);
	coverage_assign(agent, subject);
	if (subject->pending && subject->bundle)
		force_pending(agent, subject->pod_uid);
	return 0;
fail:
	subject_free(subject);
	return r;
}

/* Rules go first, so that nobody is judged by half of them while the cgroups go one by
 * one. */
static void lift_subject(struct agent *agent, struct subject *subject)
{
	agent->host_is_stale = true;
	enforcer_publish(agent->enforcer, subject->slot, NULL);
	coverage_unassign(agent, subject);
}

/* What those who are lifted were denied until then is still told and counted under their
 * names. Waits for a grace period. */
static void hear_lifted(struct agent *agent)
{
	agent_consume(agent);
	agent_harvest(agent);
}

static void forget_subject(struct agent *agent, struct subject *subject)
{
	subject_table_remove(&agent->subjects, subject->cgroup_id);
	identities_forget(subject);
	enforcer_slot_free(agent->enforcer, subject->slot);
	subject_free(subject);
}

static void drop_subject(struct agent *agent, struct subject *subject)
{
	lift_subject(agent, subject);
	hear_lifted(agent);
	forget_subject(agent, subject);
}

/* --- the scan
 * ------------------------------------------------------------------------------------ */

/* One that was pending is the same when its pod becomes known; what was in force for one
 * whose pod is known no more is lifted. */
static bool same_owner(const struct subject *subject, const struct owner *owner)
{
	return subject->explicit_cgroup == owner->explicit_cgroup &&
	       (subject->pending || !owner->pending) &&
	       !strcmp(subject->pod_uid, uid_of(owner)) &&
	       !strcmp(subject->container_id, owner->container_id);
}

/* What its runtime or its pod's status says came later: by the container's name other
 * policies may select it, and of a sandbox fewer rules hold. */
static int describe_again(struct agent *agent, struct subject *subject,
			  const struct owner *owner)
{
	bool was_nameless = !*subject->container, was_pending = subject->pending;
	bool is_new = bundles_read(agent->host_root, subject);
	int r;

	subject->pending = owner->pending;
	r = describe(subject, owner);
	if (r < 0)
		return r;
	if (is_new || was_pending != subject->pending ||
	    (was_nameless && *subject->container))
		force_subject(agent, subject);
	if (is_new && subject->pending)
		force_pending(agent, subject->pod_uid);
	return 0;
}

/* With every slot taken the walk goes on: what is gone gives some back, and the scan is
 * made again. */
static int own(struct agent *agent, const char *path, uint64_t id,
	       const struct owner *owner)
{
	struct subject *subject = subject_table_find(&agent->subjects, id);
	bool was_known = subject;
	int r;

	if (subject && same_owner(subject, owner)) {
		subject->seen = true;
		return describe_again(agent, subject, owner);
	}
	if (subject)
		drop_subject(agent, subject);
	r = add_subject(agent, path, id, owner, was_known);
	agent->n_without_slot += r == ENFORCER_E_SLOTS;
	return r == ENFORCER_E_SLOTS ? 0 : r;
}

int coverage_describe(struct agent *agent, struct subject *subject)
{
	struct owner owner;

	if (!owner_find_pod(&agent->pods, subject->cgroup, &owner) ||
	    !same_owner(subject, &owner))
		return -ESTALE;
	return describe(subject, &owner);
}

static int visit_cgroup(const char *path, uint64_t id, void *data)
{
	struct agent *agent = data;
	struct owner owner;
	int r;

	if (owner_find_pod(&agent->pods, path, &owner))
		return exempt_is_own_pod(agent, owner.pod) ? 0
							   : own(agent, path, id, &owner);
	if ((agent->options.pods || agent->cluster) &&
	    owner_find_pending(&agent->pods, path, &owner) &&
	    strcmp(owner.pod_uid, agent->own_pod) != 0)
		return own(agent, path, id, &owner);
	r = host_visit(agent, path);
	return r == HOST_E_SELECTED ? own(agent, path, id, &(struct owner){0}) : r;
}

/* All at once: when a node is drained they go by dozens. */
static void drop_unseen(struct agent *agent)
{
	bool any = false;

	for (size_t i = 0; i < agent->subjects.n; i++)
		if (!agent->subjects.items[i]->seen) {
			lift_subject(agent, agent->subjects.items[i]);
			any = true;
		}
	if (!any)
		return;
	hear_lifted(agent);
	for (size_t i = agent->subjects.n; i-- > 0;)
		if (!agent->subjects.items[i]->seen)
			forget_subject(agent, agent->subjects.items[i]);
}

/* One of the host may be around one that came or went: it covers what nobody else does,
 * and its policies hold for those within. */
static void renew_host(struct agent *agent)
{
	for (size_t i = 0; agent->host_is_stale && i < agent->subjects.n; i++) {
		if (!agent->subjects.items[i]->host)
			continue;
		coverage_assign(agent, agent->subjects.items[i]);
		force_subject(agent, agent->subjects.items[i]);
	}
	agent->host_is_stale = false;
}

static void say_problem(struct agent *agent, int r)
{
	free(agent->coverage_problem);
	agent->coverage_problem = NULL;
	if (r != 0 &&
	    asprintf(&agent->coverage_problem, "not every container is covered: %s",
		     r < 0 ? strerror(-r) : "no room left in the kernel's tables") < 0)
		agent->coverage_problem = NULL;
}

int coverage_scan(struct agent *agent)
{
	int r;

	for (size_t i = 0; i < agent->subjects.n; i++)
		agent->subjects.items[i]->seen = false;
	agent->n_without_slot = 0;
	host_forget_refusals(agent);
	r = cgroup_walk(&agent->cgroups, "", visit_cgroup, agent);
	say_problem(agent, r == 0 && agent->n_without_slot ? ENFORCER_E_SLOTS : r);
	if (r != 0)
		return r < 0 ? r : -ENOSPC;
	drop_unseen(agent);
	renew_host(agent);
	r = coverage_drop_strays(agent);
	return r == 0 && agent->n_without_slot ? -ENOSPC : r;
}
