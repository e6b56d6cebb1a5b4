// SPDX-License-Identifier: Apache-2.0
#include "policy/together.h"

#include <errno.h>

#include "policy/image_cache.h"
#include "policy/satisfy.h"
#include "policy/selected.h"
#include "util/cleanup.h"

static int tell(const struct policy *policy, size_t others, const char *why,
		struct diagnostics *diagnostics)
{
	return diagnostics_add(
		diagnostics, SEVERITY_ERROR, policy->source, policy->line, 0,
		"policy \"%s\" and %zu that select the same containers are "
		"too large together, and not in force there; %s",
		policy->name, others, why);
}

/* Each set once, that of a container which others make up as well. */
static int check_set(struct image_cache *images, const struct policy *policy,
		     const struct policy_list *set, struct diagnostics *diagnostics)
{
	_cleanup_(freep) char *why = NULL;
	const struct image_options options = {0};
	struct policy *items[] = {(struct policy *)policy};
	struct image *image;
	size_t known;
	int r;

	if (set->n < 2)
		return 0;
	r = image_cache_get(images, &(struct policy_list){.items = items, .n = 1},
			    &options, &why, &image);
	if (r < 0)
		return r == -E2BIG ? 0 : r;
	known = images->n;
	r = image_cache_get(images, set, &options, &why, &image);
	if (r != -E2BIG)
		return r;
	return images->n > known ? tell(policy, set->n - 1, why, diagnostics) : 0;
}

static int check_one(struct image_cache *images, const struct policy_list *policies,
		     const struct policy *policy, struct diagnostics *diagnostics)
{
	_cleanup_(policy_list_clear) struct policy_list selected = {0};
	_cleanup_(made_up_clear) struct made_up made_up = {0};
	struct selection selection;
	int r = satisfy_policies(&policy, 1, &made_up);

	if (r)
		return r == SATISFY_E_NONE ? 0 : r;
	selection = made_up_selection(&made_up);
	r = policies_selected(policies, &selection, &selected);
	return r < 0 ? r : check_set(images, policy, &selected, diagnostics);
}

int policies_check_together(const struct policy_list *policies,
			    struct diagnostics *diagnostics)
{
	_cleanup_(image_cache_clear) struct image_cache images = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < policies->n; i++)
		r = check_one(&images, policies, policies->items[i], diagnostics);
	return r;
}
