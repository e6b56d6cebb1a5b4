/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_OWN_POD_H
#define LSMD_NODE_OWN_POD_H

/* The pod that the agent itself runs in, which is never a subject (DESIGN.md 11). */

#include <stddef.h>

#include "node/cgroup.h"
#include "node/container.h"

/* Of container_cgroup.pod_uid. */
#define OWN_POD_UID_SIZE sizeof(((struct container_cgroup *)NULL)->pod_uid)

/**
 * own_pod_find() - Find it by the agent's own place in the cgroup tree.
 * @ret_uid: as container_of_cgroup() has it; "" where there is none
 *
 * Where a cgroup namespace hides the place, every cgroup is looked into once.
 *
 * Return: 0; CONTAINER_E_NONE: it runs in no pod; negative errno.
 */
int own_pod_find(const struct cgroup_root *root, char ret_uid[OWN_POD_UID_SIZE]);

#endif
