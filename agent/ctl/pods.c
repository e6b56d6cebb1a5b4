// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "ctl/client.h"
#include "ctl/complain.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "util/cleanup.h"

static const struct command_line line = {
	.doc = "The pods of this node, their containers, and the policies on them; then "
	       "units and cgroups of the host that policies select, and containers of "
	       "pods that are not known yet.\v"
	       "STATE: enforced, audited (all policies are in audit mode), none (no "
	       "policy "
	       "selects it), pending (lsmd has not heard of its pod, see --pending in "
	       "lsmd(8)), failed (see PROBLEM; what was in force before still is).\n\n"
	       "  lsmctl pods\n"
	       "  lsmctl pods -o wide",
};

/* A row is a container with its pod's fields as "pod". */
static void write_policies(const json_t *row, FILE *file)
{
	const json_t *policies = json_path(row, "policies");
	size_t i;
	json_t *policy;

	json_array_foreach (policies, i, policy)
		fprintf(file, "%s%s", i ? "," : "", json_string_value(policy));
}

static const struct column columns[] = {
	{.title = "NAMESPACE", .path = "pod.namespace"},
	{.title = "POD", .path = "pod.name"},
	{.title = "CONTAINER", .path = "name"},
	{.title = "STATE", .path = "state", .coloured = true},
	{.title = "RULES", .path = "rules"},
	{.title = "POLICIES", .write = write_policies},
	{.title = "SLOT", .path = "slot", .wide = true},
	{.title = "ID", .path = "id", .wide = true},
	{.title = "CGROUP", .path = "cgroup", .wide = true},
	{.title = "EXEMPT", .path = "pod.exempt", .wide = true},
	{.title = "PROBLEM", .path = "problem"},
};

static int add_row(json_t *rows, json_t *pod, json_t *container)
{
	json_t *row = container ? json_copy(container) : json_object();

	if (json_object_set(row, "pod", pod) < 0) {
		json_decref(row);
		return -1;
	}
	return json_array_append_new(rows, row);
}

/* A pod whose containers are not known yet is a row too; a unit is one of no pod, and
 * what is pending has what is known of its pod. */
static json_t *make_rows(const json_t *reply)
{
	json_t *rows = json_array(), *pod, *container, *host, *pending;
	size_t i, j;
	int r = 0;

	json_array_foreach (json_path(reply, "items"), i, pod) {
		const json_t *containers = json_path(pod, "containers");

		json_array_foreach (containers, j, container)
			r |= add_row(rows, pod, container);
		if (!json_array_size(containers))
			r |= add_row(rows, pod, NULL);
	}
	json_array_foreach (json_path(reply, "host"), i, host)
		r |= json_array_append(rows, host);
	json_array_foreach (json_path(reply, "pending"), i, pending)
		r |= json_array_append(rows, pending);
	if (r < 0) {
		json_decref(rows);
		return NULL;
	}
	return rows;
}

int command_pods(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *reply = NULL;
	_cleanup_(json_decrefp) json_t *rows = NULL;
	struct options options;
	int r;

	options_parse(&line, argc, argv, &options);
	r = client_get(&options, "/v1/pods", &reply);
	if (r != EXIT_DONE)
		return r;
	if (options.output == OUTPUT_JSON) {
		terminal_json(reply);
		return EXIT_DONE;
	}
	rows = make_rows(reply);
	if (!rows) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	table_print(columns, ARRAY_SIZE(columns), rows, &options,
		    "No pods on this node.");
	return EXIT_DONE;
}
