// SPDX-License-Identifier: Apache-2.0
#include "report/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "report/escape.h"
#include "util/cleanup.h"

enum value_kind {
	VALUE_COUNT,
	VALUE_SWITCH,
	VALUE_SECONDS,
};

struct family {
	const char *name;
	const char *type;
	enum value_kind kind;
	size_t offset; /* in struct metrics_values */
	const char *help;
};

struct page {
	FILE *file;
	bool failed;
};

#define COUNT(field)   VALUE_COUNT, offsetof(struct metrics_values, field)
#define SWITCH(field)  VALUE_SWITCH, offsetof(struct metrics_values, field)
#define SECONDS(field) VALUE_SECONDS, offsetof(struct metrics_values, field)

/* Those of one value without labels. */
static const struct family families[] = {
	{"lsmd_denials_recorded_total", "counter", COUNT(denials_recorded),
	 "Denials that came with a record of who, what and when."},
	{"lsmd_denials_dropped_total", "counter", COUNT(denials_dropped_from_history),
	 "Recorded denials that the history has no room for any more."},
	{"lsmd_cgroup_events_lost_total", "counter", COUNT(lost_cgroup_events),
	 "Cgroup events that found no room on their way from the kernel."},
	{"lsmd_subjects", "gauge", COUNT(subjects),
	 "Containers, pods and cgroups under policy."},
	{"lsmd_subjects_failed", "gauge", COUNT(subjects_failed),
	 "Subjects for which the last change could not be put in force."},
	{"lsmd_subjects_pending", "gauge", COUNT(subjects_pending),
	 "Subjects of pods that lsmd has not heard of yet."},
	{"lsmd_pods", "gauge", COUNT(pods), "Pods that are known on this node."},
	{"lsmd_policies", "gauge", COUNT(policies), "Policies that are loaded."},
	{"lsmd_policy_errors", "gauge", COUNT(policy_errors),
	 "Errors in policies; the last good version stays in force."},
	{"lsmd_rules_partial", "gauge", COUNT(rules_partial),
	 "Rules that are enforced in part on this node."},
	{"lsmd_rules_refused", "gauge", COUNT(rules_refused),
	 "Rules that cannot be enforced on this node."},
	{"lsmd_reloads_total", "counter", COUNT(reloads),
	 "Times that policies and pods were read."},
	{"lsmd_reload_failures_total", "counter", COUNT(reload_failures),
	 "Times that reading them had an error."},
	{"lsmd_kernel_memory_bytes", "gauge", COUNT(kernel_memory_bytes),
	 "Memory of the maps in the kernel."},
	{"lsmd_paused", "gauge", SWITCH(paused),
	 "1 while every denial is only reported."},
	{"lsmd_cgroup_map_overflow", "gauge", SWITCH(overflow),
	 "1 once the cgroup map was full: look-ups climb to a parent."},
	{"lsmd_api_requests_total", "counter", COUNT(api_requests),
	 "Requests to the API server."},
	{"lsmd_api_received_bytes_total", "counter", COUNT(api_bytes),
	 "Bytes of the API server's answers, without headers."},
	{"lsmd_reports_written_total", "counter", COUNT(reports_written),
	 "Times that this node's LsmNode was written."},
	{"lsmd_report_failures_total", "counter", COUNT(report_failures),
	 "Requests for it, for the lease or for a policy's status that failed."},
	{"lsmd_status_leader", "gauge", SWITCH(leads),
	 "1 on the node that writes the status of the policies."},
	{"lsmd_pod_events_total", "counter", COUNT(pod_events),
	 "Times that an Event on a pod was written."},
	{"lsmd_pod_events_dropped_total", "counter", COUNT(pod_events_dropped),
	 "Denials that no Event on a pod tells of."},
	{"process_resident_memory_bytes", "gauge", COUNT(resident_memory_bytes),
	 "Resident memory of the agent."},
	{"process_start_time_seconds", "gauge", SECONDS(start_time),
	 "Start of the agent, in seconds since the epoch."},
};

/* Those that each kind of the API server's objects has. */
static const struct {
	const char *name;
	const char *type;
	size_t offset; /* of a uint64_t in struct cluster_numbers */
	const char *help;
} kind_families[] = {
	{"lsmd_api_objects", "gauge", offsetof(struct cluster_numbers, objects),
	 "Objects of the API server that are known."},
	{"lsmd_api_lists_total", "counter",
	 offsetof(struct cluster_numbers, counts.lists),
	 "Lists that were begun, of one or more pages."},
	{"lsmd_api_watches_total", "counter",
	 offsetof(struct cluster_numbers, counts.watches), "Watches that were begun."},
	{"lsmd_api_events_total", "counter",
	 offsetof(struct cluster_numbers, counts.events),
	 "Events of watches, bookmarks too."},
	{"lsmd_api_expired_total", "counter",
	 offsetof(struct cluster_numbers, counts.expired),
	 "Times that the last version was gone and all was listed again."},
	{"lsmd_api_failures_total", "counter",
	 offsetof(struct cluster_numbers, counts.failures),
	 "Lists and watches that failed and were tried again."},
};

static void write_head(FILE *file, const char *name, const char *type, const char *help)
{
	fprintf(file, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_family(FILE *file, const struct family *family,
			 const struct metrics_values *values)
{
	const void *value = (const char *)values + family->offset;

	write_head(file, family->name, family->type, family->help);
	fprintf(file, "%s ", family->name);
	switch (family->kind) {
	case VALUE_COUNT:
		fprintf(file, "%" PRIu64 "\n", *(const uint64_t *)value);
		break;
	case VALUE_SWITCH:
		fprintf(file, "%d\n", !!*(const int *)value);
		break;
	case VALUE_SECONDS:
		fprintf(file, "%.3f\n", *(const double *)value);
		break;
	}
}

/* In a label's value the format knows three escapes; newlines are none here any more. */
static void write_label(struct page *page, const char *name, const char *value)
{
	_cleanup_(freep) char *text = escape(value);
	size_t length;

	if (!text) {
		page->failed = true;
		return;
	}
	fprintf(page->file, "%s=\"", name);
	for (const char *at = text; *at; at += length) {
		if (*at == '\\' || *at == '"')
			fputc('\\', page->file);
		length = 1 + strcspn(at + 1, "\\\"");
		fwrite(at, 1, length, page->file);
	}
	fputc('"', page->file);
}

static void write_total(const struct totals_key *key, uint64_t count, void *data)
{
	struct page *page = data;

	for (size_t i = 0; i < TOTALS_FIELDS; i++) {
		fputs(i ? "," : "lsmd_denials_total{", page->file);
		write_label(page, totals_fields[i].label, totals_string(key, i));
	}
	fprintf(page->file, "} %" PRIu64 "\n", count);
}

static void write_kinds(FILE *file, const struct metrics_values *values)
{
	if (!values->n_kinds)
		return;
	write_head(file, "lsmd_api_synced", "gauge",
		   "1 while what is known is what the API server has.");
	for (size_t i = 0; i < values->n_kinds; i++)
		fprintf(file, "lsmd_api_synced{kind=\"%s\"} %d\n", values->kinds[i].kind,
			values->kinds[i].synced);
	for (size_t f = 0; f < ARRAY_SIZE(kind_families); f++) {
		write_head(file, kind_families[f].name, kind_families[f].type,
			   kind_families[f].help);
		for (size_t i = 0; i < values->n_kinds; i++) {
			const void *value =
				(const char *)&values->kinds[i] + kind_families[f].offset;

			fprintf(file, "%s{kind=\"%s\"} %" PRIu64 "\n",
				kind_families[f].name, values->kinds[i].kind,
				*(const uint64_t *)value);
		}
	}
}

static void write_histogram(FILE *file, const char *name, const char *help,
			    const struct histogram *histogram)
{
	uint64_t sum = 0;

	write_head(file, name, "histogram", help);
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		sum += histogram->buckets[i];
		fprintf(file, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name,
			(double)histogram_bounds[i] / 1e9, sum);
	}
	fprintf(file,
		"%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %.9f\n%s_count %" PRIu64 "\n",
		name, histogram->count, name, (double)histogram->sum / 1e9, name,
		histogram->count);
}

static void write_page(struct page *page, const struct metrics_values *values)
{
	write_head(page->file, "lsmd_build_info", "gauge",
		   "Version of the agent and of the kernel.");
	fputs("lsmd_build_info{", page->file);
	write_label(page, "version", values->version);
	fputc(',', page->file);
	write_label(page, "kernel_release", values->kernel_release);
	fputs("} 1\n", page->file);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		write_family(page->file, &families[i], values);
	write_kinds(page->file, values);
	if (values->event_times)
		write_histogram(page->file, "lsmd_api_event_seconds",
				"From an event's bytes to what it changes being in "
				"force.",
				values->event_times);
	write_head(page->file, "lsmd_denials_total", "counter",
		   "Verdicts other than allow, counted in the kernel, by whom and why.");
	totals_visit(values->totals, write_total, page);
}

int metrics_text(const struct metrics_values *values, char **ret_text, size_t *ret_length)
{
	_cleanup_(freep) char *text = NULL;
	struct page page = {};
	size_t length;

	page.file = open_memstream(&text, &length);
	if (!page.file)
		return -ENOMEM;
	write_page(&page, values);
	page.failed |= ferror(page.file) != 0;
	if (fclose(page.file) || page.failed)
		return -ENOMEM;
	*ret_text = TAKE_PTR(text);
	*ret_length = length;
	return 0;
}
