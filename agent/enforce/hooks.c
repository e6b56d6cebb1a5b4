// SPDX-License-Identifier: Apache-2.0

/* The part of an enforcer that attaches hooks on demand (DESIGN.md 14). */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "enforce/demand.h"
#include "enforce/enforcer_private.h"

int enforcer_adopt_hooks(struct enforcer *enforcer)
{
	uint32_t demand = slots_demand(enforcer->slots);
	struct links *links = &enforcer->kernel.links;
	const struct attachment *failed;

	links_need(links, &enforcer->pins, demand, &failed);
	return links_release(links, &enforcer->pins, demand);
}

static void set_problem(struct enforcer *enforcer, const struct attachment *failed)
{
	const char *why = failed->error == -E2BIG
				  ? "other BPF programs fill it, it has room for 38"
				  : strerror(-failed->error);

	free(enforcer->hook_problem);
	if (asprintf(&enforcer->hook_problem,
		     "the hook %s, which the policies need, can't be attached to: %s",
		     failed->attach_to, why) < 0)
		enforcer->hook_problem = NULL;
}

int enforcer_need_hooks(struct enforcer *enforcer, const struct image *image)
{
	const struct attachment *failed;
	int r = links_need(&enforcer->kernel.links, &enforcer->pins, demand_by(image),
			   &failed);

	if (r == 0)
		return 0;
	set_problem(enforcer, failed);
	return ENFORCER_E_HOOK;
}

const char *enforcer_hook_problem(const struct enforcer *enforcer)
{
	return enforcer->hook_problem;
}
