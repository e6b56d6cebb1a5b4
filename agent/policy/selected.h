/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_SELECTED_H
#define LSMD_POLICY_SELECTED_H

#include "policy/model.h"

/**
 * policies_selected() - Those that apply to a container.
 * @from:    in reason order, which is kept
 * @ret_list: set on success only; owned, with references
 * Return: 0, -ENOMEM.
 */
int policies_selected(const struct policy_list *from, const struct selection *selection,
		      struct policy_list *ret_list);

#endif
