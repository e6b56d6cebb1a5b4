/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_POD_READ_H
#define LSMD_KUBE_POD_READ_H

#include "kube/pods.h"
#include "policy/parse.h"

/**
 * pod_read() - Read one object of kind Pod.
 * @pod: {0}; cleared by the caller in any case
 * Return: 0; PARSE_E_WRONG, diagnostics given; -ENOMEM.
 */
int pod_read(struct parse *parse, const struct yaml_node *node, struct pod *pod);

/**
 * pod_read_containers() - Read one of its lists of containers or statuses. @object: the
 * pod.
 */
int pod_read_containers(struct parse *parse, const struct yaml_pair *pair, void *object);

#endif
