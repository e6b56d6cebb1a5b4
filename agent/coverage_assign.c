// SPDX-License-Identifier: Apache-2.0
/* Pointing a subject's cgroups at its slot: its own, and those below up to another's. */
#include <string.h>

#include "coverage_private.h"
#include "owner.h"

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
void coverage_assign(struct agent *agent, struct subject *subject)
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
			coverage_assign(agent, agent->subjects.items[i]);
}

static int remove_below(const char *path, uint64_t id, void *data)
{
	const struct assignment *assignment = data;

	if (is_anothers(assignment, path, id))
		return CGROUP_WALK_SKIP;
	return enforcer_remove(assignment->agent->enforcer, id);
}

void coverage_unassign(struct agent *agent, const struct subject *subject)
{
	struct assignment assignment = {agent, subject};

	cgroup_walk(&agent->cgroups, subject->cgroup, remove_below, &assignment);
	enforcer_remove(agent->enforcer, subject->cgroup_id);
}
