/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_REPORT_METRICS_H
#define LSMD_REPORT_METRICS_H

/* Prometheus text format 0.0.4. A metric family is a row of a table; values come from the
 * agent. */

#include "kube/cluster.h"
#include "report/histogram.h"
#include "report/totals.h"

struct metrics_values {
	const struct totals *totals;
	uint64_t denials_recorded, denials_dropped_from_history, lost_cgroup_events;
	uint64_t subjects, pods, policies, policy_errors, rules_partial, rules_refused;
	uint64_t reloads, reload_failures, kernel_memory_bytes, resident_memory_bytes;
	uint64_t subjects_pending; /* whose pod is not known yet */
	uint64_t subjects_failed;  /* whose image could not be put in force */
	uint64_t api_requests, api_bytes;
	struct cluster_numbers kinds[CLUSTER_KINDS];
	size_t n_kinds;			     /* 0: no API server is followed */
	const struct histogram *event_times; /* NULL: not told */
	/* What the cluster is told. */
	uint64_t reports_written, report_failures, pod_events, pod_events_dropped;
	int paused, overflow, leads;
	double start_time; /* seconds since the epoch */
	const char *version, *kernel_release;
};

/**
 * metrics_text() - The whole page; owned by the caller. Return: 0, -ENOMEM.
 *
 * Label values are texts as denial_json() has them, and then as the format escapes them.
 * The locale's LC_NUMERIC is to be "C", as it is in a program that does not call
 * setlocale().
 */
int metrics_text(const struct metrics_values *values, char **ret_text,
		 size_t *ret_length);

#endif
