/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_PODS_H
#define LSMD_KUBE_PODS_H

/*
 * Pods, their containers and labels, and the labels of their namespaces: as a file gives
 * them, which is what `kubectl get pods -A -o json` prints, or YAML of the same.
 */

#include <stdbool.h>
#include <stddef.h>

#include "policy/diagnostic.h"
#include "policy/selector.h"

enum pod_container_type {
	CONTAINER_MAIN,
	CONTAINER_INIT,
	CONTAINER_EPHEMERAL,
};

struct pod_container {
	char *name;
	char *id; /* the runtime's, without "containerd://"; NULL: not known (yet) */
	enum pod_container_type type;
};

/* Strings are never NULL: what a pod does not say is "". */
struct pod {
	char *name_space, *name, *uid;
	/* What kubelet calls the pod in its cgroups: of a static pod, whose object in the
	 * API is a mirror, the hash of its configuration; else the uid. */
	char *cgroup_uid;
	char *node;
	char *phase;
	bool host_network;
	bool gone; /* deleted, though something of it may run still */
	char *service_account;
	struct labels labels;
	struct pod_container *containers;
	size_t n_containers;
	/* Without kubelet: the annotation lsmd.io/cgroup, paths below the cgroup root
	 * with or without a "/" in front, separated by commas. */
	char **cgroups;
	size_t n_cgroups;
};

struct namespace_labels {
	char *name;
	/* With kubernetes.io/metadata.name, which each namespace has. */
	struct labels labels;
};

/*
 * Starts as {0}. Both arrays are sorted: pods by namespace and name, namespaces by name.
 */
struct pod_list {
	struct pod *items;
	size_t n;
	struct namespace_labels *namespaces; /* those that the file tells of */
	size_t n_namespaces;
};

/**
 * pods_parse() - Read pods and namespaces from a text: a Pod, a PodList, a Namespace, a
 *                NamespaceList, a List of them, or several such documents.
 * @text, @length: may be hostile; bounded as policy/yaml.h says
 * @diagnostics:   every error and warning is added; kinds that are not read are a warning
 * @ret_list:      set on success only; the caller clears it
 *
 * Return: 0; -EINVAL when there was an error (details in @diagnostics); -ENOMEM.
 */
int pods_parse(const char *text, size_t length, const char *source,
	       struct diagnostics *diagnostics, struct pod_list *ret_list);

/**
 * pods_read_file() - pods_parse() of a file.
 * Return: as pods_parse(); also the negative errno of open and read, with a diagnostic.
 */
int pods_read_file(const char *path, struct diagnostics *diagnostics,
		   struct pod_list *ret_list);

/** pods_find() - Return: the pod, borrowed from the list; NULL when there is none. */
const struct pod *pods_find(const struct pod_list *list, const char *name_space,
			    const char *name);

/**
 * pod_list_namespace_labels() - Return: borrowed; NULL when the file does not tell of
 * it.
 */
const struct labels *pod_list_namespace_labels(const struct pod_list *list,
					       const char *name_space);

/**
 * pods_put() - A pod is there, or has changed.
 * @pod: taken over in any case
 *
 * One of the same name and another uid is gone then. A pod that claims the cgroups of
 * another, as whoever may make pods can have a mirror pod do, does not get them: they
 * belong to the pod with that uid, or else to the first.
 *
 * Return: 0, -ENOMEM.
 */
int pods_put(struct pod_list *list, struct pod *pod);

/** pods_set_gone() - It was deleted; what it is called and selected by stays. */
void pods_set_gone(struct pod_list *list, const char *name_space, const char *name);

/** pods_remove() - Forget one of the list's. */
void pods_remove(struct pod_list *list, struct pod *pod);

/** pods_put_namespace() - @labels: taken over on success. Return: 0, -ENOMEM. */
int pods_put_namespace(struct pod_list *list, const char *name, struct labels *labels);

/** pods_remove_namespace() - Its labels are not known any more. */
void pods_remove_namespace(struct pod_list *list, const char *name);

void pod_clear(struct pod *pod);
void pod_list_clear(struct pod_list *list);
/** pod_list_sort() - Put both arrays in order, as pods_find() needs them. */
void pod_list_sort(struct pod_list *list);

#endif
