// SPDX-License-Identifier: Apache-2.0
#include "policy/selected.h"

#include <errno.h>
#include <stdlib.h>

int policies_selected(const struct policy_list *from, const struct selection *selection,
		      struct policy_list *ret_list)
{
	struct policy_list list = {.items = calloc(from->n + 1, sizeof(*list.items))};

	if (!list.items)
		return -ENOMEM;
	for (size_t i = 0; i < from->n; i++)
		if (policy_selects(from->items[i], selection))
			list.items[list.n++] = policy_ref(from->items[i]);
	*ret_list = list;
	return 0;
}
