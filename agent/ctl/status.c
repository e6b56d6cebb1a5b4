// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "ctl/client.h"
#include "ctl/duration.h"
#include "ctl/pausing.h"
#include "ctl/report.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "util/cleanup.h"

static const struct command_line line = {
	.doc = "The agent, what is in force on this node, and what is wrong.\v"
	       "The exit status says whether lsmd answered, not whether all is well; -o "
	       "json "
	       "has \"ready\" and \"problems\" for scripts. With -o wide: the kernel's "
	       "programs too.\n\n"
	       "  lsmctl status\n"
	       "  lsmctl status -o json | jq -e '.ready and (.problems == [])'",
};

static void write_state(const json_t *status, FILE *file)
{
	if (!json_is_true(json_path(status, "ready")))
		fprintf(file, "not ready: %s", json_text(status, "reason"));
	else if (json_is_true(json_path(status, "paused")))
		pausing_write(json_path(status, "pause"), file);
	else
		fputs("in force", file);
}

static void write_version(const json_t *status, FILE *file)
{
	fprintf(file, "%s, up ", json_text(status, "version"));
	duration_write((uint64_t)json_number(status, "uptimeSeconds"), file);
}

static void write_node(const json_t *status, FILE *file)
{
	fprintf(file, "%s, Linux %s, cgroup v%lld at %s", json_text(status, "node"),
		json_text(status, "kernel"),
		(long long)json_number(status, "cgroup.version"),
		json_text(status, "cgroup.root"));
}

static void write_subjects(const json_t *status, FILE *file)
{
	long long pending = json_number(status, "pending.subjects");

	fprintf(file, "%lld, of %lld pods", (long long)json_number(status, "subjects"),
		(long long)json_number(status, "pods"));
	if (pending)
		fprintf(file, "; %lld of pods that are not known yet (--pending %s)",
			pending, json_text(status, "pending.posture"));
}

static void write_exempt(const json_t *status, FILE *file)
{
	const json_t *name;
	size_t i;

	fprintf(file, "%lld pods; selected by name alone:",
		(long long)json_number(status, "exempt.pods"));
	json_array_foreach (json_path(status, "exempt.namespaces"), i, name)
		fprintf(file, "%s %s", i ? "," : "", json_string_value(name));
}

static void write_policies(const json_t *status, FILE *file)
{
	fprintf(file, "%lld; rules: %lld enforced, %lld partial, %lld refused",
		(long long)json_number(status, "policies"),
		(long long)json_number(status, "rules.enforced"),
		(long long)json_number(status, "rules.partial"),
		(long long)json_number(status, "rules.refused"));
}

static void write_records(const json_t *status, FILE *file)
{
	fprintf(file, "%lld recorded, %lld dropped from the history",
		(long long)json_number(status, "records.recorded"),
		(long long)json_number(status, "records.dropped"));
	if (json_number(status, "records.lostCgroupEvents"))
		fprintf(file, "; %lld cgroup events lost",
			(long long)json_number(status, "records.lostCgroupEvents"));
}

static void write_cluster(const json_t *status, FILE *file)
{
	const json_t *cluster = json_path(status, "cluster");
	const char *separator = "; not synced: ";
	json_t *kind;
	size_t i;

	if (!json_is_object(cluster)) {
		fputs("none is followed", file);
		return;
	}
	fprintf(file, "%s, %lld requests",
		*json_text(cluster, "server") ? json_text(cluster, "server")
					      : "not known yet",
		(long long)json_number(cluster, "requests"));
	json_array_foreach (json_path(cluster, "kinds"), i, kind) {
		if (json_is_true(json_path(kind, "synced")))
			continue;
		fprintf(file, "%s%s", separator, json_text(kind, "kind"));
		separator = ", ";
	}
}

static void write_memory(const json_t *status, FILE *file)
{
	fprintf(file, "%.1f MiB, and %.1f MiB in the kernel",
		(double)json_number(status, "memory.residentBytes") / (1 << 20),
		(double)json_number(status, "memory.kernelBytes") / (1 << 20));
}

static const struct {
	const char *title;
	void (*write)(const json_t *status, FILE *file);
} lines[] = {
	{"State", write_state},	    {"Version", write_version},
	{"Node", write_node},	    {"Subjects", write_subjects},
	{"Exempt", write_exempt},   {"Policies", write_policies},
	{"Denials", write_records}, {"Cluster", write_cluster},
	{"Memory", write_memory},
};

static const struct column program_columns[] = {
	{.title = "PROGRAM", .path = "name"},
	{.title = "HOOK", .path = "attachTo"},
	{.title = "ID", .path = "id"},
	{.title = "ATTACHED", .path = "attached"},
	{.title = "VERIFIED", .path = "verifiedInstructions"},
};

static void print_status(const json_t *status, const struct options *options)
{
	const json_t *problems = json_path(status, "problems");
	size_t i;
	json_t *problem;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		report_line(lines[i].title, lines[i].write, status);
	json_array_foreach (problems, i, problem)
		report_problem(json_string_value(problem));
	report_diagnostics(json_path(status, "policyErrors"), stdout);
	if (options->output != OUTPUT_WIDE)
		return;
	fputc('\n', stdout);
	table_print(program_columns, ARRAY_SIZE(program_columns),
		    json_path(status, "programs"), options, "No program is loaded.");
}

int command_status(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *status = NULL;
	struct options options;
	int r;

	options_parse(&line, argc, argv, &options);
	r = client_get(&options, "/v1/status", &status);
	if (r != EXIT_DONE)
		return r;
	if (options.output == OUTPUT_JSON)
		terminal_json(status);
	else
		print_status(status, &options);
	return EXIT_DONE;
}
