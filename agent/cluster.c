/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the API server tells becomes pods, labels and policies, and marks the subjects
 * that it touches. When it has settled, those that are marked are put in force, and the
 * cgroup tree is read only where pods came or went.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "cluster_policies.h"
#include "pause/annotation.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define NAMESPACE_NAME_LABEL "kubernetes.io/metadata.name"

/* Compiled sets besides those in use, so that a label that goes back and forth finds
 * what it had. */
#define IMAGES_SPARE  16

#define SCAN_RETRY_MS 1000

/* --- marks ----------------------------------------------------------------------------
 */

static void mark_pod(struct agent *agent, const char *cgroup_uid)
{
	for (size_t i = 0; i < agent->subjects.n; i++)
		if (!strcmp(agent->subjects.items[i]->pod_uid, cgroup_uid))
			agent->subjects.items[i]->stale = true;
}

static void mark_namespace(struct agent *agent, const char *name)
{
	for (size_t i = 0; i < agent->subjects.n; i++)
		if (!strcmp(agent->subjects.items[i]->name_space, name))
			agent->subjects.items[i]->stale = true;
}

static void mark_all(struct agent *agent)
{
	for (size_t i = 0; i < agent->subjects.n; i++)
		agent->subjects.items[i]->stale = true;
	agent->scan_wanted = true;
}

/* --- pods -----------------------------------------------------------------------------
 */

static int put_pod(struct agent *agent, const json_t *object, const char *text,
		   struct diagnostics *diagnostics)
{
	const char *name = json_string_value(
		json_object_get(json_object_get(object, "metadata"), "name"));
	struct pod_list one = {0};
	int r = pods_parse(text, strlen(text), name, diagnostics, &one);

	if (r < 0)
		return r;
	if (one.n != 1) {
		pod_list_clear(&one);
		return -EINVAL;
	}
	if (!pods_find(&agent->pods, one.items[0].name_space, one.items[0].name))
		agent->scan_wanted = true;
	else if (strcmp(pods_find(&agent->pods, one.items[0].name_space,
				  one.items[0].name)
				->cgroup_uid,
			one.items[0].cgroup_uid) != 0)
		agent->scan_wanted = true;
	mark_pod(agent, one.items[0].cgroup_uid);
	r = pods_put(&agent->pods, &one.items[0]);
	pod_list_clear(&one);
	return r;
}

static void lose_pod(struct agent *agent, const char *key)
{
	const char *slash = strchr(key, '/');
	_cleanup_(freep) char *name_space =
		slash ? strndup(key, (size_t)(slash - key)) : NULL;

	if (name_space)
		pods_set_gone(&agent->pods, name_space, slash + 1);
	agent->scan_wanted = true;
}

static bool has_subject(const struct agent *agent, const struct pod *pod)
{
	for (size_t i = 0; i < agent->subjects.n; i++)
		if (!strcmp(agent->subjects.items[i]->pod_uid, pod->cgroup_uid))
			return true;
	return false;
}

/* A pod that is deleted by force may run on for a while; so do its rules. */
void cluster_sweep(struct agent *agent)
{
	for (size_t i = agent->pods.n; i-- > 0;) {
		struct pod *pod = &agent->pods.items[i];

		if (pod->gone && !has_subject(agent, pod))
			pods_remove(&agent->pods, pod);
	}
}

/* --- labels ---------------------------------------------------------------------------
 */

/* @texts: an object of strings; NULL: none. They are added. */
static int add_texts(const json_t *texts, struct labels *labels)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)texts, key, value) {
		const char *text = json_string_value(value);

		if (text && labels_add(labels, key, text) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int put_namespace(struct agent *agent, const json_t *object, const char *text,
			 struct diagnostics *diagnostics)
{
	const json_t *metadata = json_object_get(object, "metadata");
	const char *name = json_string_value(json_object_get(metadata, "name"));
	_cleanup_(labels_clear) struct labels labels = {0};
	int r = add_texts(json_object_get(metadata, "labels"), &labels);

	(void)text;
	(void)diagnostics;
	if (r == 0)
		r = labels_add(&labels, NAMESPACE_NAME_LABEL, name);
	if (r == 0)
		r = pods_put_namespace(&agent->pods, name, &labels);
	if (r == 0)
		mark_namespace(agent, name);
	return r;
}

static void lose_namespace(struct agent *agent, const char *key)
{
	pods_remove_namespace(&agent->pods, key);
	mark_namespace(agent, key);
}

/* --- this node ------------------------------------------------------------------------
 */

/* @own: the object's; the options' go before them. */
static int set_node_labels(struct agent *agent, const json_t *own)
{
	const struct labels *given = &agent->options.node_labels;
	_cleanup_(labels_clear) struct labels labels = {0};
	int r = add_texts(own, &labels);

	for (size_t i = 0; r == 0 && i < given->n; i++)
		r = labels_add(&labels, given->items[i].key, given->items[i].value);
	if (r < 0)
		return r;
	if (!labels_equal(&labels, &agent->node_labels))
		mark_all(agent);
	labels_clear(&agent->node_labels);
	agent->node_labels = labels;
	labels = (struct labels){0};
	return 0;
}

/* What is saved of a pause by annotation is not ours (pause.h): only the server's own
 * word counts here. */
static void set_pause(struct agent *agent, const json_t *annotations)
{
	if (agent->ready)
		pause_set_annotation(agent, json_string_value(json_object_get(
						    annotations, PAUSE_ANNOTATION)));
}

static int put_node(struct agent *agent, const json_t *object, const char *text,
		    struct diagnostics *diagnostics)
{
	const json_t *metadata = json_object_get(object, "metadata");
	int r = set_node_labels(agent, json_object_get(metadata, "labels"));

	const char *uid = json_string_value(json_object_get(metadata, "uid"));

	(void)text;
	(void)diagnostics;
	free(agent->node_uid);
	agent->node_uid = uid ? strdup(uid) : NULL;
	set_pause(agent, json_object_get(metadata, "annotations"));
	if (agent->taint)
		taint_tell(agent->taint, object);
	return r;
}

static void lose_node(struct agent *agent, const char *key)
{
	(void)key;
	set_node_labels(agent, NULL);
	set_pause(agent, NULL);
}

/* --- the sink -------------------------------------------------------------------------
 */

static const struct {
	int (*put)(struct agent *agent, const json_t *object, const char *text,
		   struct diagnostics *diagnostics);
	void (*gone)(struct agent *agent, const char *key);
} kinds[CLUSTER_KINDS] = {
	[CLUSTER_NODE] = {put_node, lose_node},
	[CLUSTER_NAMESPACES] = {put_namespace, lose_namespace},
	[CLUSTER_PODS] = {put_pod, lose_pod},
	[CLUSTER_POLICIES] = {cluster_policies_put, cluster_policies_lose},
	[CLUSTER_CLUSTER_POLICIES] = {cluster_policies_put,
				      cluster_policies_lose_cluster},
};

static int on_put(void *data, enum cluster_kind kind, const json_t *object,
		  const char *text, struct diagnostics *diagnostics)
{
	return kinds[kind].put(data, object, text, diagnostics);
}

static void on_gone(void *data, enum cluster_kind kind, const char *key)
{
	kinds[kind].gone(data, key);
}

static void on_settled(void *data, uint64_t received)
{
	struct agent *agent = data;

	for (size_t i = 0; i < agent->subjects.n; i++)
		if (agent->subjects.items[i]->stale)
			coverage_describe(agent, agent->subjects.items[i]);
	if (agent->scan_wanted) {
		agent->scan_wanted = false;
		if (coverage_scan(agent) < 0)
			uv_timer_start(&agent->scan_soon, agent->scan_soon.timer_cb,
				       SCAN_RETRY_MS, 0);
		cluster_sweep(agent);
	}
	force_stale(agent);
	agent->untold = true;
	if (received)
		histogram_add(&agent->event_times, clock_boot() - received);
	if (agent->images.n > 2 * agent->subjects.n + IMAGES_SPARE)
		force_trim(agent);
}

/* --- the start-up taint ---------------------------------------------------------------
 */

static bool may_untaint(void *data)
{
	const char *why;

	return agent_is_ready(data, &why);
}

static struct kube_api *api_of(void *data)
{
	const struct agent *agent = data;

	return agent->cluster ? cluster_api(agent->cluster) : NULL;
}

static int open_taint(struct agent *agent)
{
	const struct taint_options options = {
		.node = agent->options.node,
		.is_ready = may_untaint,
		.api = api_of,
		.data = agent,
	};

	/* Until the boot's agent is followed by the one that stays, no pod shall come. */
	return agent->options.boot ? 0 : taint_new(agent->loop, &options, &agent->taint);
}

int cluster_open(struct agent *agent, char **reterr_message)
{
	_cleanup_(freep) char *directory = NULL;
	struct cluster_options options = {
		.node = agent->options.node,
		.kubeconfig = agent->options.kubeconfig,
		.context = agent->options.context,
		.silence_ms = agent->options.watch_silence_ms,
		.offline = agent->options.boot,
		.sink = {on_put, on_gone, on_settled, agent},
	};

	if (set_node_labels(agent, NULL) < 0)
		return -ENOMEM;
	if (!agent->options.cluster && (!agent->options.boot || agent->options.pods))
		return 0;
	if (asprintf(&directory, "%s/cluster", agent->options.state_directory) < 0) {
		directory = NULL;
		return -ENOMEM;
	}
	options.directory = directory;
	if (open_taint(agent) < 0)
		return -ENOMEM;
	return cluster_new(agent->loop, &options, &agent->cluster, reterr_message);
}
