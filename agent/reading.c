/* SPDX-License-Identifier: Apache-2.0 */
/* Reading policies and pods: at the start, and again when they change. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "util/cleanup.h"
#include "util/explain.h"

/* One error is the line that lsmd ends with; of more, each has a line before that. */
static void explain_diagnostics(const struct diagnostics *diagnostics, const char *what,
				char **reterr_message)
{
	const struct diagnostic *first = diagnostics->items;

	if (diagnostics->n != 1) {
		diagnostics_print(diagnostics, stderr);
		explain(reterr_message,
			"%zu errors in %s; mend them, `lsmd --check` lists them",
			diagnostics->n_errors, what);
	} else if (first->line) {
		explain(reterr_message, "%s:%u:%u: %s", first->source, first->line,
			first->column, first->message);
	} else {
		explain(reterr_message, "%s: %s", first->source, first->message);
	}
}

static int read_policies(struct agent *agent)
{
	int r;

	agent->policies_stamp = file_stamp_of(agent->options.policies);
	r = policy_store_read(agent->store);
	/* In a cluster the directory is an addition that most nodes do without; and at
	 * the boot what is kept of the cluster's objects must not wait for it. */
	if (r == -ENOENT && (agent->options.cluster || agent->options.boot))
		r = 0;
	free(agent->policies_problem);
	agent->policies_problem = NULL;
	if (r == 0 || r == -EINVAL)
		return r;
	if (asprintf(&agent->policies_problem,
		     "%s: cannot be read: %s; the last policies stay in force",
		     agent->options.policies, strerror(-r)) < 0)
		agent->policies_problem = NULL;
	return r;
}

/* Refuse pods whose cgroups must never be subjects (DESIGN.md 11). Return: 0; -EINVAL
 * with an error in @diagnostics for each; -ENOMEM. */
static int check_cgroups(const struct cgroup_root *root, const struct pod_list *pods,
			 const char *source, struct diagnostics *diagnostics)
{
	size_t errors = diagnostics->n_errors;

	for (size_t i = 0; i < pods->n; i++) {
		const struct pod *pod = &pods->items[i];

		for (size_t j = 0; j < pod->n_cgroups; j++) {
			_cleanup_(freep) char *why = NULL;
			int r = cgroup_check_subject(root, pod->cgroups[j], &why);

			if (r == CGROUP_E_PROTECTED)
				r = diagnostics_add(
					diagnostics, SEVERITY_ERROR, source, 0, 0,
					"pod %s/%s: cgroup \"%s\" cannot be a "
					"subject: %s; name a cgroup that holds the "
					"container alone",
					pod->name_space, pod->name, pod->cgroups[j], why);
			if (r < 0 && r != -ENOENT)
				return r;
		}
	}
	return diagnostics->n_errors > errors ? -EINVAL : 0;
}

/* Reads the pods file; on success its pods are @ret_pods, and only then. */
static int load_pods(struct agent *agent, struct diagnostics *diagnostics,
		     struct pod_list *ret_pods)
{
	struct pod_list pods = {0};
	int r;

	if (!agent->options.pods)
		return 0;
	r = pods_read_file(agent->options.pods, diagnostics, &pods);
	if (r == 0)
		r = check_cgroups(&agent->cgroups, &pods, agent->options.pods,
				  diagnostics);
	if (r < 0)
		pod_list_clear(&pods);
	else
		*ret_pods = pods;
	return r;
}

static int read_pods(struct agent *agent)
{
	struct diagnostics diagnostics = {0};
	struct pod_list pods = {0};
	int r;

	/* The cluster's are not read, they come. */
	if (agent->cluster)
		return 0;
	if (agent->options.pods)
		agent->pods_stamp = file_stamp_of(agent->options.pods);
	r = load_pods(agent, &diagnostics, &pods);

	diagnostics_clear(&agent->pod_diagnostics);
	agent->pod_diagnostics = diagnostics;
	if (r < 0)
		return r;
	pod_list_clear(&agent->pods);
	agent->pods = pods;
	return 0;
}

int agent_reload(struct agent *agent, json_t **ret_result)
{
	int policies = read_policies(agent);
	int pods = read_pods(agent);
	int scan = coverage_scan(agent);
	int force = force_all(agent);
	bool whole = policies == 0 && pods == 0 && scan == 0 && force == 0;

	diagnostics_print(policy_store_diagnostics(agent->store), stderr);
	diagnostics_print(&agent->pod_diagnostics, stderr);
	agent->reloads++;
	agent->reload_failures += !whole;
	if (ret_result) {
		json_t *errors = diagnostics_json(policy_store_diagnostics(agent->store));
		json_t *more = diagnostics_json(&agent->pod_diagnostics);

		json_array_extend(errors, more);
		json_decref(more);
		*ret_result = json_pack("{s:b, s:o}", "ok", (int)whole, "errors", errors);
	}
	return whole ? 0 : -EINVAL;
}

/*
 * A broken file keeps lsmd from starting only where there is nothing else to be put in
 * force: the node that restarts is not to lose all policies for one of them.
 */
static bool is_fatal(const struct agent *agent)
{
	return policy_store_missing(agent->store) > 0 && !agent->options.cluster &&
	       policy_store_policies(agent->store)->n == 0;
}

int reading_first_policies(struct agent *agent, char **reterr_message)
{
	int r = read_policies(agent);
	const struct diagnostics *diagnostics = policy_store_diagnostics(agent->store);

	if (r == -EINVAL && is_fatal(agent)) {
		explain_diagnostics(diagnostics, agent->options.policies, reterr_message);
		return r;
	}
	diagnostics_print(diagnostics, stderr);
	if (r == -EINVAL)
		return 0;
	if (r < 0)
		explain(reterr_message,
			"policy directory %s: %s; make it a readable directory, or name "
			"another "
			"with --policies",
			agent->options.policies, strerror(-r));
	return r;
}

int reading_first_pods(struct agent *agent, char **reterr_message)
{
	int r = read_pods(agent);

	if (r == 0)
		return 0;
	if (agent->pod_diagnostics.n_errors > 0)
		explain_diagnostics(&agent->pod_diagnostics, agent->options.pods,
				    reterr_message);
	explain(reterr_message,
		"pods file %s: %s; make it readable, or name another with --pods",
		agent->options.pods, strerror(-r));
	return r;
}
