// SPDX-License-Identifier: Apache-2.0
#include "kube/pods.h"

#include <stdlib.h>
#include <string.h>

#include "policy/array.h"

void pod_clear(struct pod *pod)
{
	free(pod->name_space);
	free(pod->name);
	free(pod->uid);
	free(pod->cgroup_uid);
	free(pod->node);
	free(pod->phase);
	free(pod->service_account);
	labels_clear(&pod->labels);
	for (size_t i = 0; i < pod->n_containers; i++) {
		free(pod->containers[i].name);
		free(pod->containers[i].id);
	}
	free(pod->containers);
	strings_clear(&pod->cgroups, &pod->n_cgroups);
	*pod = (struct pod){0};
}

void pod_list_clear(struct pod_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		pod_clear(&list->items[i]);
	free(list->items);
	for (size_t i = 0; i < list->n_namespaces; i++) {
		free(list->namespaces[i].name);
		labels_clear(&list->namespaces[i].labels);
	}
	free(list->namespaces);
	*list = (struct pod_list){0};
}

static int compare_pods(const void *a, const void *b)
{
	const struct pod *left = a, *right = b;
	int order = strcmp(left->name_space, right->name_space);

	if (!order)
		order = strcmp(left->name, right->name);
	return order ? order : left->gone - right->gone;
}

static int compare_namespaces(const void *a, const void *b)
{
	const struct namespace_labels *left = a, *right = b;

	return strcmp(left->name, right->name);
}

void pod_list_sort(struct pod_list *list)
{
	if (list->n)
		qsort(list->items, list->n, sizeof(*list->items), compare_pods);
	if (list->n_namespaces)
		qsort(list->namespaces, list->n_namespaces, sizeof(*list->namespaces),
		      compare_namespaces);
}

const struct pod *pods_find(const struct pod_list *list, const char *name_space,
			    const char *name)
{
	const struct pod key = {.name_space = (char *)name_space, .name = (char *)name};

	if (!list->n)
		return NULL;
	return bsearch(&key, list->items, list->n, sizeof(key), compare_pods);
}

const struct labels *pod_list_namespace_labels(const struct pod_list *list,
					       const char *name_space)
{
	const struct namespace_labels key = {.name = (char *)name_space};
	const struct namespace_labels *found = NULL;

	if (list->n_namespaces)
		found = bsearch(&key, list->namespaces, list->n_namespaces, sizeof(key),
				compare_namespaces);
	return found ? &found->labels : NULL;
}
