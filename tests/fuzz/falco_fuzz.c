/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a rules file of Falco, read over itself: no crash, no leak, bounded time;
 * each rule has a name of its own and is in the answer once.
 */
#include <assert.h>
#include <stdint.h>

#include "import/falco.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_rules(const uint8_t *data, size_t size, struct falco_rules *rules)
{
	struct diagnostics diagnostics = {0};
	int r = falco_rules_read((const char *)data, size, "fuzz", &diagnostics, rules);

	assert(!r == !diagnostics.n_errors);
	diagnostics_clear(&diagnostics);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct policy_list policies = {0};
	struct falco_rules rules = {0};
	size_t n;
	json_t *coverage;

	read_rules(data, size, &rules);
	n = rules.n;
	read_rules(data, size, &rules);
	assert(rules.n == n && n <= FALCO_RULES_MAX);
	for (size_t i = 0; i < n; i++)
		assert(falco_rules_find(&rules, rules.items[i].name) == &rules.items[i]);
	coverage = falco_coverage(&rules, &policies);
	assert(json_array_size(json_object_get(coverage, "rules")) == n);
	json_decref(coverage);
	falco_rules_clear(&rules);
	return 0;
}
