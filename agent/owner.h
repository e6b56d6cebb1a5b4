/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_OWNER_H
#define LSMD_OWNER_H

/* Whose a cgroup is: a pod's, a container's, or the host's, where a policy selects it. */

#include <stdbool.h>

#include "kube/pods.h"
#include "node/cgroup.h"
#include "node/container.h"
#include "policy/model.h"

struct owner {
	const struct pod *pod; /* NULL: it is of the host */
	const struct pod_container
		*container; /* NULL: the pod's own, or one not known by name */
	char pod_uid[sizeof(
		((struct container_cgroup *)NULL)->pod_uid)]; /* as the cgroup has it */
	char container_id[sizeof(((struct container_cgroup *)NULL)->container_id)];
	bool explicit_cgroup; /* named by the pods file, not by kubelet's naming */
	bool pending;	      /* it is a pod's, which is not known (yet) */
};

/**
 * owner_find_pod() - Find the pod that a cgroup is named after, or that names it.
 * Return: false when it is no pod's own and no container's own, and also below one.
 */
bool owner_find_pod(const struct pod_list *pods, const char *path,
		    struct owner *ret_owner);

/**
 * owner_find_pending() - Is it the own cgroup of a pod that is not known, or of a
 * container in one? Not what is made below one that is known.
 */
bool owner_find_pending(const struct pod_list *pods, const char *path,
			struct owner *ret_owner);

/**
 * owner_find_host() - Find a policy that selects the cgroup as one of the host.
 * Return: the first in reason order, borrowed; NULL: none does.
 */
const struct policy *owner_find_host(const struct policy_list *policies,
				     const struct labels *node_labels, const char *path);

/**
 * owner_check_host() - May a cgroup of the host be a subject (DESIGN.md 11)?
 * @reterr_why: on CGROUP_E_PROTECTED, e.g. "it holds sshd (PID 7)"; owned
 *
 * As cgroup_check_subject(), and what is or holds a pod may not: pods are selected by
 * their labels, and those of kube-system by name alone.
 *
 * Return: 0, CGROUP_E_PROTECTED, negative errno.
 */
int owner_check_host(const struct cgroup_root *root, const char *path, char **reterr_why);

/** owner_host_has_one_root() - Is the cgroup a service or a scope of systemd's? */
bool owner_host_has_one_root(const char *path);

/**
 * owner_host_name() - What a cgroup of the host is called where a container's name would
 * be: its unit, or its path with a "/" in front. Return: owned, NULL: no memory.
 */
char *owner_host_name(const char *path);

#endif
