// SPDX-License-Identifier: Apache-2.0
#include "kube/rollout.h"

#include <errno.h>
#include <stdlib.h>

#include "kube/lease.h"
#include "kube/node_writer.h"
#include "kube/status_writer.h"
#include "util/cleanup.h"

#define LEASE_NAME "lsmd-status"

struct rollout {
	struct rollout_options options;
	uv_loop_t *loop;
	struct kube_api *api;
	struct node_writer *own;
	struct lease *lease;
	struct status_writer *all; /* NULL while another leads */
	struct node_report report; /* the last that was given */
	size_t nodes;
};

static bool may_write(void *data)
{
	const struct rollout *rollout = data;

	return lease_is_held(rollout->lease);
}

static void on_nodes(void *data, size_t nodes)
{
	struct rollout *rollout = data;

	rollout->nodes = nodes;
	lease_set_members(rollout->lease, nodes);
}

/* Without memory for it, another may do better. */
static void lead(struct rollout *rollout)
{
	const struct status_writer_options options = {.pace = rollout->options.pace,
						      .may_write = may_write,
						      .nodes = on_nodes,
						      .data = rollout};

	if (status_writer_new(rollout->loop, rollout->api, &options, &rollout->all) == 0)
		status_writer_policies(rollout->all, &rollout->report);
}

static void on_lease(void *data, bool is_held)
{
	struct rollout *rollout = data;

	if (is_held) {
		lead(rollout);
		return;
	}
	rollout->all = status_writer_free(rollout->all);
	rollout->nodes = 0;
}

static int stand(struct rollout *rollout)
{
	const struct lease_options options = {
		.name_space = rollout->options.lease_namespace,
		.name = LEASE_NAME,
		.identity = rollout->options.node,
		.pace = rollout->options.pace,
		.changed = on_lease,
		.data = rollout,
	};

	return lease_new(rollout->loop, rollout->api, &options, &rollout->lease);
}

int rollout_report(struct rollout *rollout, struct node_report *report)
{
	json_t *object;
	int r = 0;

	node_report_clear(&rollout->report);
	rollout->report = *report;
	*report = (struct node_report){0};
	if (!rollout->lease)
		r = stand(rollout);
	object =
		r == 0 ? node_report_json(&rollout->report, rollout->options.node) : NULL;
	if (!object)
		return -ENOMEM;
	node_writer_set_members(rollout->own, lease_members(rollout->lease));
	node_writer_set(rollout->own, object);
	return rollout->all ? status_writer_policies(rollout->all, &rollout->report) : 0;
}

/* What to tell of several problems: the one that the most depends on. */
static const char *problem_of(const struct rollout *rollout)
{
	const char *problems[] = {
		node_writer_counts(rollout->own)->problem,
		rollout->lease ? lease_counts(rollout->lease)->problem : "",
		rollout->all ? status_writer_counts(rollout->all)->problem : "",
	};

	for (size_t i = 0; i < ARRAY_SIZE(problems); i++)
		if (*problems[i])
			return problems[i];
	return NULL;
}

void rollout_counts(const struct rollout *rollout, struct rollout_counts *ret_counts)
{
	const struct node_writer_counts *own = node_writer_counts(rollout->own);
	struct rollout_counts counts = {
		.reports_written = own->writes,
		.failures = own->failures,
		.nodes = rollout->nodes,
		.is_leader = rollout->all,
		.problem = problem_of(rollout),
	};

	if (rollout->lease) {
		const struct lease_counts *lease = lease_counts(rollout->lease);

		counts.leases_read = lease->reads;
		counts.leases_written = lease->writes;
		counts.failures += lease->failures;
	}
	if (rollout->all) {
		const struct status_writer_counts *all =
			status_writer_counts(rollout->all);

		counts.statuses_read = all->reads;
		counts.statuses_written = all->writes;
		counts.failures += all->failures;
	}
	*ret_counts = counts;
}

void rollout_resign(struct rollout *rollout)
{
	if (rollout->lease)
		lease_resign(rollout->lease);
}

struct rollout *rollout_free(struct rollout *rollout)
{
	if (!rollout)
		return NULL;
	status_writer_free(rollout->all);
	lease_free(rollout->lease);
	node_writer_free(rollout->own);
	node_report_clear(&rollout->report);
	free(rollout);
	return NULL;
}

int rollout_new(uv_loop_t *loop, struct kube_api *api,
		const struct rollout_options *options, struct rollout **ret_rollout)
{
	struct rollout *rollout = calloc(1, sizeof(*rollout));

	if (!rollout)
		return -ENOMEM;
	rollout->options = *options;
	rollout->loop = loop;
	rollout->api = api;
	if (node_writer_new(loop, api, options->node, options->pace, &rollout->own) < 0) {
		free(rollout);
		return -ENOMEM;
	}
	*ret_rollout = rollout;
	return 0;
}
