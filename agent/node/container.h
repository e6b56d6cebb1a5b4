/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_CONTAINER_H
#define LSMD_NODE_CONTAINER_H

/* Which pod and container a cgroup belongs to, from its path. */

#include <stdbool.h>

struct container_cgroup {
	char pod_uid[64]; /* as the API writes it (dashes), or a static pod's config hash
			   */
	char container_id[80]; /* 64 hex digits without the runtime's prefix; "": the pod
				  itself */
	char runtime[16]; /* "containerd", "cri-o", "docker"; "": the path does not say */
};

enum {
	CONTAINER_E_NONE = 1, /* not a pod's cgroup nor directly a container's in one */
};

/**
 * container_of_cgroup() - Read kubelet's and the runtimes' naming.
 * @path: below the hierarchy's root, any prefix (nested nodes as in kind)
 *
 * Both kubelet drivers: ".../kubepods/burstable/pod<uid>/<id>" and
 * ".../kubepods-burstable-pod<uid_>.slice/cri-containerd-<id>.scope"; and what a runtime
 * with the other driver than kubelet's makes of the latter, "<pod
 * slice>:cri-containerd:<id>".
 *
 * The first pod in the path is the one: a cgroup that a container made below its own is
 * CONTAINER_E_NONE, whatever its name imitates. It inherits.
 *
 * Return: 0, CONTAINER_E_NONE.
 */
int container_of_cgroup(const char *path, struct container_cgroup *ret_container);

/** container_is_in_pod() - Is it a pod's cgroup, or anywhere below one? */
bool container_is_in_pod(const char *path);

#endif
