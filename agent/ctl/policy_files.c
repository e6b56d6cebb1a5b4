// SPDX-License-Identifier: Apache-2.0
#include "ctl/policy_files.h"

#include <errno.h>
#include <string.h>

#include "ctl/check_files.h"
#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/report.h"
#include "util/cleanup.h"

void policy_files_say(const struct diagnostics *diagnostics)
{
	json_t *all = diagnostics_json(diagnostics);

	report_diagnostics(all, stderr);
	json_decref(all);
}

static int read_all(const char *const *paths, size_t n, struct diagnostics *diagnostics,
		    struct policy_list *policies)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = check_read(paths[i], diagnostics, policies);
	if (r < 0)
		return r;
	policy_list_sort(policies);
	r = policy_check(policies, diagnostics);
	return r == -EINVAL ? 0 : r;
}

int policy_files_read(const char *const *paths, size_t n,
		      struct policy_list *ret_policies)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(policy_list_clear) struct policy_list policies = {0};
	int r = read_all(paths, n, &diagnostics, &policies);

	if (r < 0) {
		complain("cannot read policies (%s)", strerrordesc_np(-r));
		return EXIT_FAILED;
	}
	policy_files_say(&diagnostics);
	if (diagnostics.n_errors)
		return EXIT_USAGE;
	*ret_policies = policies;
	policies = (struct policy_list){0};
	return EXIT_DONE;
}
