// SPDX-License-Identifier: Apache-2.0
/* What an earlier life covered: sorted by cgroup id, and empty after the first scan. */
#include <errno.h>
#include <stdlib.h>

#include "coverage_private.h"

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

uint32_t coverage_adopted_slot(const struct agent *agent, uint64_t cgroup_id)
{
	const struct adopted_cgroup key = {.id = cgroup_id};
	const struct adopted_cgroup *found = NULL;

	if (agent->n_adopted > 0)
		found = bsearch(&key, agent->adopted, agent->n_adopted, sizeof(key),
				compare_adopted);
	return found ? found->slot : 0;
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

int coverage_drop_strays(struct agent *agent)
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
