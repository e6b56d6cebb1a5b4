// SPDX-License-Identifier: Apache-2.0
/*
 * Any text as a file of policies: no crash, no leak, bounded time; an error has a
 * diagnostic, and what was read can be printed, checked and held against a pod.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "policy/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void select_a_pod(const struct policy_list *policies)
{
	static const struct labels none;
	const struct selection selection = {
		.name_space = "default",
		.pod_uid = "uid",
		.container = "web",
		.pod_labels = &none,
	};

	for (size_t i = 0; i < policies->n; i++)
		policy_selects(policies->items[i], &selection);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diagnostics diagnostics = {0};
	struct policy_list policies = {0};
	json_t *json;
	int r;

	r = policy_parse((const char *)data, size, "fuzz", &diagnostics, &policies);
	assert(r == 0 || (r == -EINVAL && diagnostics.n_errors && !policies.n));
	if (!r)
		assert(!policy_check(&policies, &diagnostics));
	select_a_pod(&policies);
	json = diagnostics_json(&diagnostics);
	assert(json && json_array_size(json) == diagnostics.n);
	json_decref(json);
	policy_list_clear(&policies);
	diagnostics_clear(&diagnostics);
	return 0;
}
