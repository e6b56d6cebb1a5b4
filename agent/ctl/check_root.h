/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_CHECK_ROOT_H
#define LSMD_CTL_CHECK_ROOT_H

#include <jansson.h>

#include "policy/model.h"

/**
 * check_root() - What the programs that policies name are in a root.
 * @directory: a container's root
 * @notes:     a note is added for each path of a denied program that has other names, and
 *             for each that is allowed, excepted or acts, and is one of a program's many
 *             names, by which it is not allowed
 * Return: 0, -ENOMEM, the negative errno of opening @directory.
 */
int check_root(const struct policy_list *policies, const char *directory, json_t *notes);

#endif
