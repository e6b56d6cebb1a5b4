/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the cgroup tree and the pods to subjects. The tree is read as a whole each time: a
 * node has a few thousand cgroups, and a scan that starts from nothing cannot drift.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "bundles.h"
#include "exempt.h"
#include "owner.h"
#include "util/cleanup.h"

static int set_string(char **string, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*string);
	*string = copy;
	return 0;
}

/* --- pointing cgroups at a slot
 * --------------------------------------------------------------- */

struct assignment {
	struct agent *agent;
	const struct subject *subject;
};

/* Where another subject's cgroups begin below a subject's: a pod's, which may become one
 * in a moment, or one of the host. */
static bool is_anothers(const struct assignment *assignment, const char *path,
			uint64_t id)
{
	const struct subject *own = assignment->subject, *other;
	struct owner owner;

	if (id == own->cgroup_id)
		return false;
	other = subject_table_find(&assignment->agent->subjects, id);
	return (other && other->host) ||
	       owner_find_pod(&assignment->agent->pods, path, &owner) ||
	       owner_find_pending(&assignment->agent->pods, path, &owner);
}

/* Cgroups below a subject's inherit it, up to the next one that is a subject itself. */
static int assign_below(const char *path, uint64_t id, void *data)
{
	const struct assignment *assignment = data;

	if (id == assignment->subject->cgroup_id)
		return 0;
	if (is_anothers(assignment, path, id))
		return CGROUP_WALK_SKIP;
	return enforcer_assign(assignment->agent->enforcer, id, assignment->subject->slot,
			       assignment->subject->flags);
}

static int assign(struct agent *agent, struct subject *subject)
{
	struct assignment assignment = {agent, subject};
	int r = enforcer_assign(agent->enforcer, subject->cgroup_id, subject->slot,
				subject->flags);

	if (r == 0)
		r = cgroup_walk(&agent->cgroups, subject->cgroup, assign_below,
				&assignment);
	return r;
}

/* A failure is kept apart from what publishing says, which may go well all the same. */
static void cover(struct agent *agent, struct subject *subject)
{
	int r = assign(agent, subject);

	free(subject->uncovered);
	subject->uncovered = NULL;
	if (r != 0 &&
	    asprintf(&subject->uncovered, "its cgroups could not all be covered: %s",
		     r < 0 ? strerror(-r) : "no room left in the kernel's tables") < 0)
		subject->uncovered = NULL;
}

void coverage_retry(struct agent *agent)
{
	for (size_t i = 0; i < agent->subjects.n; i++)
		if (agent->subjects.items[i]->uncovered)
			cover(agent, agent->subjects.items[i]);
}

/* --- making and dropping subjects
 * --------------------------------------------------------------- */

/* What an earlier life left, sorted by cgroup id; empty after the first scan. */
static int compare_adopted(const void *a, const void *b)
{
	uint64_t left = ((const struct adopted_cgroup *)a)->id;
	uint64_t right = ((const struct adopted_cgroup *)b)->id;

	return left < right ? -1 : left > right;
}

static int collect_adopted(uint64_t cgroup_id, const struct cgroup_value *value,
			   void *data)
{
	struct agent *agent = data;
	struct adopted_cgroup *adopted;

	/* Grown by doubling: a node can have as many as LIMIT_CGROUPS. */
	if ((agent->n_adopted & (agent->n_adopted - 1)) == 0) {
		adopted = reallocarray(agent->adopted,
				       agent->n_adopted ? agent->n_adopted * 2 : 1,
				       sizeof(*adopted));
		if (!adopted)
			return -ENOMEM;
		agent->adopted = adopted;
	}
	agent->adopted[agent->n_adopted++] =
		(struct adopted_cgroup){.id = cgroup_id, .slot = value->slot};
	return 0;
}

int coverage_adopt(struct agent *agent)
{
	int r = enforcer_cgroups(agent->enforcer, collect_adopted, agent);

	if (agent->n_adopted > 0)
		qsort(agent->adopted, agent->n_adopted, sizeof(*agent->adopted),
		      compare_adopted);
	return r;
}

static uint32_t adopted_slot(const struct agent *agent, uint64_t cgroup_id)
{
	const struct adopted_cgroup key = {.id = cgroup_id};
	const struct adopted_cgroup *found = NULL;

	if (agent->n_adopted > 0)
		found = bsearch(&key, agent->adopted, agent->n_adopted, sizeof(key),
				compare_adopted);
	return found ? found->slot : 0;
}

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
	uint32_t slot = adopted_slot(agent, subject->cgroup_id);

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
	if (set_string(&subject->pod_uid, uid_of(owner)) < 0 ||
	    set_string(&subject->container_id, owner->container_id) < 0)
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
	cover(agent, subject);
	if (subject->pending && subject->bundle)
		force_pending(agent, subject->pod_uid);
	return 0;
fail:
	subject_free(subject);
	return r;
}

static int remove_below(const char *path, uint64_t id, void *data)
{
	const struct assignment *assignment = data;

	if (is_anothers(assignment, path, id))
		return CGROUP_WALK_SKIP;
	return enforcer_remove(assignment->agent->enforcer, id);
}

/* Rules go first, so that nobody is judged by half of them while the cgroups go one by
 * one. The subject goes last: what it was denied until then is still told and counted
 * under its name. */
static void drop_subject(struct agent *agent, uint64_t cgroup_id)
{
	struct subject *subject = subject_table_find(&agent->subjects, cgroup_id);
	struct assignment assignment = {agent, subject};

	agent->host_is_stale = true;
	enforcer_publish(agent->enforcer, subject->slot, NULL);
	cgroup_walk(&agent->cgroups, subject->cgroup, remove_below, &assignment);
	enforcer_remove(agent->enforcer, cgroup_id);
	agent_consume(agent);
	agent_harvest(agent);
	subject_table_remove(&agent->subjects, cgroup_id);
	identities_forget(subject);
	enforcer_slot_free(agent->enforcer, subject->slot);
	subject_free(subject);
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
		drop_subject(agent, id);
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

static void drop_unseen(struct agent *agent)
{
	for (size_t i = agent->subjects.n; i-- > 0;)
		if (!agent->subjects.items[i]->seen)
			drop_subject(agent, agent->subjects.items[i]->cgroup_id);
}

/* One of the host may be around one that came or went: it covers what nobody else does,
 * and its policies hold for those within. */
static void renew_host(struct agent *agent)
{
	for (size_t i = 0; agent->host_is_stale && i < agent->subjects.n; i++) {
		if (!agent->subjects.items[i]->host)
			continue;
		cover(agent, agent->subjects.items[i]);
		force_subject(agent, agent->subjects.items[i]);
	}
	agent->host_is_stale = false;
}

/* Several cgroups may have shared a slot; it is given back once. */
static void free_stray_slot(struct agent *agent, size_t adopted)
{
	uint32_t slot = agent->adopted[adopted].slot;

	for (size_t i = 0; i < adopted; i++)
		if (agent->adopted[i].slot == slot)
			return;
	if (!subject_table_of_slot(&agent->subjects, slot))
		enforcer_slot_free(agent->enforcer, slot);
}

/* Cgroups that an earlier life covered and that are nobody's any more. */
static int drop_strays(struct agent *agent)
{
	int r = 0;

	for (size_t i = 0; i < agent->n_adopted && r == 0; i++)
		if (!subject_table_of_slot(&agent->subjects, agent->adopted[i].slot))
			r = enforcer_remove(agent->enforcer, agent->adopted[i].id);
	for (size_t i = 0; i < agent->n_adopted && r == 0; i++)
		free_stray_slot(agent, i);
	free(agent->adopted);
	agent->adopted = NULL;
	agent->n_adopted = 0;
	return r;
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
	r = drop_strays(agent);
	return r == 0 && agent->n_without_slot ? -ENOSPC : r;
}

int coverage_check_pods(const struct cgroup_root *root, const struct pod_list *pods,
			const char *source, struct diagnostics *diagnostics)
{
	size_t errors = diagnostics->n_errors;

	for (size_t i = 0; i < pods->n; i++) {
		const struct pod *pod = &pods->items[i];

		for (size_t j = 0; j < pod->n_cgroups; j++) {
			_cleanup_(freep) char *why = NULL;
			int r = cgroup_check_subject(root, pod->cgroups[j], &why);

			if (r == CGROUP_E_PROTECTED)
				r = diagnostics_add(
					diagnostics, SEVERITY_ERROR, source, 0, 0,
					"pod %s/%s: cgroup \"%s\" cannot be a "
					"subject: %s; name a cgroup that holds the "
					"container alone",
					pod->name_space, pod->name, pod->cgroups[j], why);
			if (r < 0 && r != -ENOENT)
				return r;
		}
	}
	return diagnostics->n_errors > errors ? -EINVAL : 0;
}
