/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_REPORT_METRICS_PAGE_H
#define LSMD_TESTS_REPORT_METRICS_PAGE_H

/* A page with a distinct value everywhere and with labels that are hard to write. */

#include "report/metrics.h"

static inline int metrics_page(char **ret_text, size_t *ret_length)
{
	static const struct totals_key plain = {"shop",	     "web-0",	"web",
						"LsmPolicy", "shop",	"web",
						"file",	     "secrets", "deny"};
	static const struct totals_key hostile = {
		"a\"b", "c\\d", "e\nf", "g\xffh", "i{j}", "k,l=\"m\"", "", " ", "kill"};
	struct metrics_values values = {
		.denials_recorded = 1,
		.denials_dropped_from_history = 2,
		.lost_cgroup_events = 3,
		.subjects = 4,
		.subjects_failed = 5,
		.subjects_pending = 3,
		.pods = 6,
		.policies = 7,
		.policy_errors = 8,
		.rules_partial = 9,
		.rules_refused = 10,
		.reloads = 11,
		.reload_failures = 12,
		.kernel_memory_bytes = 13,
		.resident_memory_bytes = 14,
		.reports_written = 21,
		.report_failures = 22,
		.pod_events = 23,
		.pod_events_dropped = 24,
		.leads = 1,
		.paused = 2,
		.overflow = 0,
		.start_time = 1767225600.25,
		.version = "0.1.0",
		.kernel_release = "6.1.0-42-cloud-amd64",
	};
	struct totals *totals;
	int r = totals_new(&totals);

	if (r < 0)
		return r;
	values.totals = totals;
	totals_add(totals, &plain, 9007199254740993);
	totals_add(totals, &hostile, 15);
	r = metrics_text(&values, ret_text, ret_length);
	totals_free(totals);
	return r;
}

#endif
