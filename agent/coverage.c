/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the cgroup tree and the pods to subjects. The tree is read as a whole each time: a
 * node has a few thousand cgroups, and a scan that starts from nothing cannot drift.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "node/container.h"
#include "util/cleanup.h"

/* Who a cgroup is: whose pod, which container. */
struct owner {
	const struct pod *pod;
	const struct pod_container
		*container; /* NULL: the pod's own, or one not known by name */
	char container_id[sizeof(((struct container_cgroup *)NULL)->container_id)];
	bool explicit_cgroup;
};

static const struct pod *pod_by_cgroup_uid(const struct pod_list *pods, const char *uid)
{
	for (size_t i = 0; i < pods->n; i++)
		if (!strcmp(pods->items[i].cgroup_uid, uid))
			return &pods->items[i];
	return NULL;
}

static const struct pod_container *container_by_id(const struct pod *pod, const char *id)
{
	for (size_t i = 0; i < pod->n_containers; i++)
		if (pod->containers[i].id && !strcmp(pod->containers[i].id, id))
			return &pod->containers[i];
	return NULL;
}

/* A cgroup that the pods file names: the pod's, and its container's where it has just
 * one. */
static const struct pod *pod_by_path(const struct pod_list *pods, const char *path)
{
	while (*path == '/')
		path++;
	for (size_t i = 0; i < pods->n; i++) {
		for (size_t j = 0; j < pods->items[i].n_cgroups; j++) {
			const char *named = pods->items[i].cgroups[j];

			while (*named == '/')
				named++;
			if (!strcmp(named, path))
				return &pods->items[i];
		}
	}
	return NULL;
}

/* Does the path lead through a container or pod that is known? What is made in there may
 * bear any name, another pod's too, and is still the same subject's. */
static bool is_inside_another(const struct agent *agent, const char *path)
{
	_cleanup_(freep) char *prefix = strdup(path);
	struct container_cgroup outer, inner;

	if (!prefix || container_of_cgroup(path, &inner) != 0)
		return true;
	for (char *slash = strrchr(prefix, '/'); slash; slash = strrchr(prefix, '/')) {
		*slash = '\0';
		if (container_of_cgroup(prefix, &outer) != 0 ||
		    !pod_by_cgroup_uid(&agent->pods, outer.pod_uid))
			continue;
		if (*outer.container_id || strcmp(outer.pod_uid, inner.pod_uid))
			return true;
	}
	return false;
}

static bool find_owner(const struct agent *agent, const char *path,
		       struct owner *ret_owner)
{
	struct owner owner = {0};
	struct container_cgroup parts;

	owner.pod = pod_by_path(&agent->pods, path);
	if (owner.pod) {
		owner.explicit_cgroup = true;
		if (owner.pod->n_containers == 1)
			owner.container = &owner.pod->containers[0];
	} else if (container_of_cgroup(path, &parts) == 0 &&
		   !is_inside_another(agent, path)) {
		owner.pod = pod_by_cgroup_uid(&agent->pods, parts.pod_uid);
		memcpy(owner.container_id, parts.container_id,
		       sizeof(owner.container_id));
		if (owner.pod && *parts.container_id)
			owner.container = container_by_id(owner.pod, parts.container_id);
	}
	*ret_owner = owner;
	return owner.pod != NULL;
}

static int set_string(char **string, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*string);
	*string = copy;
	return 0;
}

static int set_problem(struct subject *subject, const char *what, int error)
{
	char *problem;

	if (asprintf(&problem, "%s: %s", what,
		     error < 0 ? strerror(-error)
			       : "no room left in the kernel's tables") < 0)
		return -ENOMEM;
	free(subject->problem);
	subject->problem = problem;
	return 0;
}

/* --- pointing cgroups at a slot
 * --------------------------------------------------------------- */

struct assignment {
	struct agent *agent;
	const struct subject *subject;
};

/* Cgroups below a subject's inherit it, up to the next one that is a subject itself. */
static int assign_below(const char *path, uint64_t id, void *data)
{
	const struct assignment *assignment = data;
	struct owner owner;

	if (id == assignment->subject->cgroup_id)
		return 0;
	if (find_owner(assignment->agent, path, &owner))
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

/* An earlier life's slot for this very cgroup goes on; one that it inherits is another's.
 */
static int take_slot(struct agent *agent, struct subject *subject)
{
	uint32_t slot = adopted_slot(agent, subject->cgroup_id);

	if (!slot || subject_table_of_slot(&agent->subjects, slot))
		return enforcer_slot_new(agent->enforcer, &subject->slot);
	subject->slot = slot;
	subject->image = image_ref((struct image *)enforcer_image(agent->enforcer, slot));
	return 0;
}

static int describe(struct subject *subject, const struct owner *owner)
{
	return subject_describe(subject, owner->pod,
				owner->container ? owner->container->name : NULL);
}

static int add_subject(struct agent *agent, const char *path, uint64_t id,
		       const struct owner *owner)
{
	struct subject *subject = subject_new(id, path);
	int r = -ENOMEM;

	if (!subject)
		return r;
	subject->explicit_cgroup = owner->explicit_cgroup;
	subject->flags = owner->explicit_cgroup ? CGROUP_F_HOST_ROOT
			 : *owner->container_id ? 0
						: CGROUP_F_SHARED;
	subject->seen = true;
	if (set_string(&subject->pod_uid, owner->pod->cgroup_uid) < 0 ||
	    set_string(&subject->container_id, owner->container_id) < 0 ||
	    describe(subject, owner) < 0)
		goto fail;
	r = take_slot(agent, subject);
	if (r == 0)
		r = subject_table_add(&agent->subjects, subject);
	if (r != 0)
		goto fail;
	force_subject(agent, subject);
	r = assign(agent, subject);
	if (r != 0)
		return set_problem(subject, "its cgroups could not all be covered", r);
	return 0;
fail:
	subject_free(subject);
	return r;
}

static int remove_below(const char *path, uint64_t id, void *data)
{
	const struct assignment *assignment = data;
	struct owner owner;

	if (id != assignment->subject->cgroup_id &&
	    find_owner(assignment->agent, path, &owner))
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

static bool same_owner(const struct subject *subject, const struct owner *owner)
{
	return subject->explicit_cgroup == owner->explicit_cgroup &&
	       !strcmp(subject->pod_uid, owner->pod->cgroup_uid) &&
	       !strcmp(subject->container_id, owner->container_id);
}

static int visit_cgroup(const char *path, uint64_t id, void *data)
{
	struct agent *agent = data;
	struct subject *subject = subject_table_find(&agent->subjects, id);
	struct owner owner;

	if (!find_owner(agent, path, &owner))
		return 0;
	if (subject && same_owner(subject, &owner)) {
		subject->seen = true;
		return describe(subject, &owner);
	}
	if (subject)
		drop_subject(agent, id);
	return add_subject(agent, path, id, &owner);
}

static void drop_unseen(struct agent *agent)
{
	for (size_t i = agent->subjects.n; i-- > 0;)
		if (!agent->subjects.items[i]->seen)
			drop_subject(agent, agent->subjects.items[i]->cgroup_id);
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

int coverage_scan(struct agent *agent)
{
	int r;

	for (size_t i = 0; i < agent->subjects.n; i++)
		agent->subjects.items[i]->seen = false;
	r = cgroup_walk(&agent->cgroups, "", visit_cgroup, agent);
	free(agent->coverage_problem);
	agent->coverage_problem = NULL;
	if (r != 0) {
		if (asprintf(&agent->coverage_problem,
			     "not every container is covered: %s",
			     r < 0 ? strerror(-r)
				   : "no room left in the kernel's tables") < 0)
			agent->coverage_problem = NULL;
		return r < 0 ? r : -ENOSPC;
	}
	drop_unseen(agent);
	return drop_strays(agent);
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
