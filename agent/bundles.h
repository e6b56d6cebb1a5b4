/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_BUNDLES_H
#define LSMD_BUNDLES_H

/* Subjects and the bundles of their containers. */

#include <stdbool.h>

#include "node/subject.h"

/**
 * bundles_open() - Open the root below which the runtimes keep their containers.
 * @host_root: NULL: PID 1's, or this process's own where that cannot be seen
 * Return: 0, negative errno.
 */
int bundles_open(const char *host_root, int *ret_fd, char **reterr_message);

/**
 * bundles_read() - Look for what the runtime says of a subject, where it is not known.
 *
 * What is there and not to be believed is as what is not there: the container is then an
 * ordinary one, whose name the pod's status tells.
 *
 * Return: is there something new?
 */
bool bundles_read(int host_root, struct subject *subject);

/**
 * bundles_container() - The name of a subject's container.
 * @container: as the pod's status has it; NULL: it does not (yet)
 * Return: borrowed; NULL: not known.
 */
const char *bundles_container(const struct subject *subject,
			      const struct pod_container *container);

/** bundles_describe() - Name a subject of a pod that is not known by its bundle. Return:
 * 0, -ENOMEM. */
int bundles_describe(struct subject *subject);

#endif
