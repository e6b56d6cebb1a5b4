/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_CHECK_ROOT_H
#define LSMD_CTL_CHECK_ROOT_H

#include <jansson.h>

#include "policy/model.h"

/**
 * check_root() - What the programs that policies deny are in a root: their other names.
 * @directory: a container's root
 * @notes:     a note is added for each path of an exec rule that has some
 * Return: 0, -ENOMEM, the negative errno of opening @directory.
 */
int check_root(const struct policy_list *policies, const char *directory, json_t *notes);

#endif
