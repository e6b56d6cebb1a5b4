/* SPDX-License-Identifier: Apache-2.0 */
#include "node/subject.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

struct subject *subject_new(uint64_t cgroup_id, const char *cgroup)
{
	struct subject *subject = calloc(1, sizeof(*subject));

	if (!subject)
		return NULL;
	subject->cgroup_id = cgroup_id;
	subject->cgroup = strdup(cgroup);
	subject->pod_uid = strdup("");
	subject->container_id = strdup("");
	if (!subject->cgroup || !subject->pod_uid || !subject->container_id ||
	    subject_describe(subject, NULL, NULL) < 0)
		return subject_free(subject);
	return subject;
}

struct subject *subject_free(struct subject *subject)
{
	if (!subject)
		return NULL;
	free(subject->cgroup);
	free(subject->pod_uid);
	free(subject->container_id);
	free(subject->name_space);
	free(subject->pod);
	free(subject->uid);
	free(subject->container);
	bundle_free(subject->bundle);
	free(subject->problem);
	free(subject->uncovered);
	policy_list_clear(&subject->policies);
	image_unref(subject->image);
	free(subject);
	return NULL;
}

static int replace(char **string, const char *value)
{
	char *copy;

	if (*string && !strcmp(*string, value))
		return 0;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*string);
	*string = copy;
	return 0;
}

int subject_set_owner(struct subject *subject, const char *pod_uid,
		      const char *container_id)
{
	if (replace(&subject->pod_uid, pod_uid) < 0 ||
	    replace(&subject->container_id, container_id) < 0)
		return -ENOMEM;
	return 0;
}

int subject_describe(struct subject *subject, const struct pod *pod,
		     const char *container)
{
	if (replace(&subject->name_space, pod ? pod->name_space : "") < 0 ||
	    replace(&subject->pod, pod ? pod->name : "") < 0 ||
	    replace(&subject->uid, pod ? pod->uid : "") < 0 ||
	    replace(&subject->container, container ? container : "") < 0)
		return -ENOMEM;
	return 0;
}

const char *subject_problem(const struct subject *subject)
{
	return subject->problem ? subject->problem : subject->uncovered;
}

/* Index of the first subject whose cgroup id is not below @cgroup_id. */
static size_t lower_bound(const struct subject_table *table, uint64_t cgroup_id)
{
	size_t low = 0, high = table->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->items[middle]->cgroup_id < cgroup_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int subject_table_add(struct subject_table *table, struct subject *subject)
{
	size_t at = lower_bound(table, subject->cgroup_id);
	struct subject **items;

	if (at < table->n && table->items[at]->cgroup_id == subject->cgroup_id)
		return -EEXIST;
	items = reallocarray(table->items, table->n + 1, sizeof(struct subject *));
	if (!items)
		return -ENOMEM;
	memmove(&items[at + 1], &items[at], (table->n - at) * sizeof(struct subject *));
	items[at] = subject;
	table->items = items;
	table->n++;
	return 0;
}

struct subject *subject_table_find(const struct subject_table *table, uint64_t cgroup_id)
{
	size_t at = lower_bound(table, cgroup_id);

	return at < table->n && table->items[at]->cgroup_id == cgroup_id
		       ? table->items[at]
		       : NULL;
}

struct subject *subject_table_remove(struct subject_table *table, uint64_t cgroup_id)
{
	size_t at = lower_bound(table, cgroup_id);
	struct subject *subject = subject_table_find(table, cgroup_id);

	if (!subject)
		return NULL;
	table->n--;
	memmove(&table->items[at], &table->items[at + 1],
		(table->n - at) * sizeof(struct subject *));
	return subject;
}

struct subject *subject_table_of_slot(const struct subject_table *table, uint32_t slot)
{
	for (size_t i = 0; i < table->n; i++)
		if (table->items[i]->slot == slot)
			return table->items[i];
	return NULL;
}

void subject_table_clear(struct subject_table *table)
{
	for (size_t i = 0; i < table->n; i++)
		subject_free(table->items[i]);
	free(table->items);
	*table = (struct subject_table){0};
}
