// SPDX-License-Identifier: Apache-2.0
/* A list of pods that changes one by one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kube/pods.h"
#include "policy/array.h"

static struct pod *pod_by_uid(const struct pod_list *list, const char *uid)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->items[i].uid, uid))
			return &list->items[i];
	return NULL;
}

static struct pod *pod_by_cgroup_uid(const struct pod_list *list, const char *uid)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->items[i].cgroup_uid, uid))
			return &list->items[i];
	return NULL;
}

void pods_remove(struct pod_list *list, struct pod *pod)
{
	size_t at = (size_t)(pod - list->items);

	pod_clear(pod);
	memmove(pod, pod + 1, (--list->n - at) * sizeof(*pod));
}

static int claim_own(struct pod *pod)
{
	char *uid = strdup(pod->uid);

	if (!uid)
		return -ENOMEM;
	free(pod->cgroup_uid);
	pod->cgroup_uid = uid;
	return 0;
}

static int settle_claim(struct pod_list *list, struct pod *pod)
{
	struct pod *other = pod_by_cgroup_uid(list, pod->cgroup_uid);

	if (!other || !strcmp(other->uid, pod->uid))
		return 0;
	if (other->gone) {
		pods_remove(list, other);
		return 0;
	}
	return claim_own(strcmp(pod->uid, pod->cgroup_uid) ? pod : other);
}

static int add(struct pod_list *list, struct pod *pod)
{
	struct pod *items = array_grow(list->items, list->n, sizeof(*items));

	if (!items)
		return -ENOMEM;
	list->items = items;
	pods_set_gone(list, pod->name_space, pod->name);
	items[list->n++] = *pod;
	return 0;
}

int pods_put(struct pod_list *list, struct pod *pod)
{
	struct pod *old;
	int r = settle_claim(list, pod);

	old = pod_by_uid(list, pod->uid);
	if (r == 0 && old) {
		pod_clear(old);
		*old = *pod;
	} else if (r == 0) {
		r = add(list, pod);
	}
	if (r < 0)
		pod_clear(pod);
	*pod = (struct pod){0};
	pod_list_sort(list);
	return r;
}

void pods_set_gone(struct pod_list *list, const char *name_space, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->items[i].name_space, name_space) &&
		    !strcmp(list->items[i].name, name))
			list->items[i].gone = true;
	pod_list_sort(list);
}

/* A cluster may have ten thousand: they are searched for, and the API server gives them
 * in order, so that they are seldom sorted. */
static int compare_name(const void *name, const void *namespace)
{
	return strcmp(name, ((const struct namespace_labels *)namespace)->name);
}

static struct namespace_labels *find_namespace(struct pod_list *list, const char *name)
{
	if (!list->n_namespaces)
		return NULL;
	return bsearch(name, list->namespaces, list->n_namespaces,
		       sizeof(*list->namespaces), compare_name);
}

static int add_namespace(struct pod_list *list, const char *name, struct labels *labels)
{
	struct namespace_labels *items =
		array_grow(list->namespaces, list->n_namespaces, sizeof(*items));
	char *copy = strdup(name);
	size_t last = list->n_namespaces;

	if (items)
		list->namespaces = items;
	if (!items || !copy) {
		free(copy);
		return -ENOMEM;
	}
	items[last] = (struct namespace_labels){.name = copy, .labels = *labels};
	list->n_namespaces++;
	if (last > 0 && strcmp(items[last - 1].name, copy) > 0)
		pod_list_sort(list);
	return 0;
}

int pods_put_namespace(struct pod_list *list, const char *name, struct labels *labels)
{
	struct namespace_labels *namespace = find_namespace(list, name);
	int r = 0;

	if (namespace) {
		labels_clear(&namespace->labels);
		namespace->labels = *labels;
	} else {
		r = add_namespace(list, name, labels);
	}
	if (r == 0)
		*labels = (struct labels){0};
	return r;
}

void pods_remove_namespace(struct pod_list *list, const char *name)
{
	struct namespace_labels *namespace = find_namespace(list, name);

	if (!namespace)
		return;
	free(namespace->name);
	labels_clear(&namespace->labels);
	list->n_namespaces--;
	memmove(namespace, namespace + 1,
		(size_t)(&list->namespaces[list->n_namespaces] - namespace) *
			sizeof(*namespace));
}
