/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_PAUSE_ANNOTATION_H
#define LSMD_PAUSE_ANNOTATION_H

/*
 * The Node object's annotation lsmd.io/pause: "true", or when it ends, as RFC 3339. A
 * duration would have no beginning.
 */

#include "pause/pauses.h"

#define PAUSE_ANNOTATION "lsmd.io/pause"

/**
 * pause_annotation_read() - Switch PAUSE_BY_NODE as the annotation says.
 * @value: NULL: the node has none; "" and "false" are the same as none
 * Return: 0; -EINVAL: none of these, -ENOMEM: the source is as it was.
 */
int pause_annotation_read(const char *value, struct pauses *pauses);

#endif
