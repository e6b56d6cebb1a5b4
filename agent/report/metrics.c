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
	{"process_resident_memory_bytes", "gauge", COUNT(resident_memory_bytes),
	 "Resident memory of the agent."},
	{"process_start_time_seconds", "gauge", SECONDS(start_time),
	 "Start of the agent, in seconds since the epoch."},
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
