// SPDX-License-Identifier: Apache-2.0
/* The kinds that are followed, and what is used of their objects. */
#include <string.h>

#include "kube/cluster_private.h"
#include "util/cleanup.h"

/* Annotations are written by whoever may make the object. A pod's cgroup, which the pods
 * file can name, is not to be taken from there: any tenant could name another's. */
static const struct keep pod_annotations[] = {{"kubernetes.io/config.mirror", NULL}, {0}};

static const struct keep pod_metadata[] = {
	{"namespace", NULL},
	{"name", NULL},
	{"uid", NULL},
	{"labels", NULL},
	{"annotations", pod_annotations},
	{0},
};

static const struct keep container[] = {{"name", NULL}, {0}};

static const struct keep pod_spec[] = {
	{"nodeName", NULL},
	{"serviceAccountName", NULL},
	{"hostNetwork", NULL},
	{"containers", container},
	{"initContainers", container},
	{"ephemeralContainers", container},
	{0},
};

static const struct keep container_status[] = {
	{"name", NULL}, {"containerID", NULL}, {0}};

static const struct keep pod_status[] = {
	{"phase", NULL},
	{"containerStatuses", container_status},
	{"initContainerStatuses", container_status},
	{"ephemeralContainerStatuses", container_status},
	{0},
};

static const struct keep pod[] = {
	{"metadata", pod_metadata}, {"spec", pod_spec}, {"status", pod_status}, {0}};

static const struct keep own_annotations[] = {{"lsmd.io/*", NULL}, {0}};

static const struct keep node_metadata[] = {{"name", NULL},
					    {"uid", NULL},
					    {"labels", NULL},
					    {"annotations", own_annotations},
					    {0}};

static const struct keep taint[] = {{"key", NULL}, {"effect", NULL}, {0}};

static const struct keep node_spec[] = {{"taints", taint}, {0}};

static const struct keep node[] = {{"metadata", node_metadata}, {"spec", node_spec}, {0}};

static const struct keep namespace_metadata[] = {{"name", NULL}, {"labels", NULL}, {0}};

static const struct keep namespace[] = {{"metadata", namespace_metadata}, {0}};

static const struct keep policy_metadata[] = {
	{"namespace", NULL},
	{"name", NULL},
	{"uid", NULL},
	{"generation", NULL},
	{"annotations", own_annotations},
	{0},
};

static const struct keep policy[] = {{"metadata", policy_metadata}, {"spec", NULL}, {0}};

#define LSMD_API_VERSION "lsmd.io/v1alpha1"

const struct cluster_kind_info cluster_kinds[CLUSTER_KINDS] = {
	[CLUSTER_NODE] =
		{
			.name = "nodes",
			.api_version = "v1",
			.object_kind = "Node",
			.path = "/api/v1/nodes?fieldSelector=metadata.name%3D",
			.of_node = true,
			.confirm = true,
			.keep = node,
			.unknown = "this node's labels are not known: the API server has "
				   "not "
				   "told them yet",
		},
	[CLUSTER_NAMESPACES] =
		{
			.name = "namespaces",
			.api_version = "v1",
			.object_kind = "Namespace",
			.path = "/api/v1/namespaces",
			.keep = namespace,
			.unknown = "the labels of namespaces are not known: the API "
				   "server has "
				   "not told them yet",
		},
	[CLUSTER_PODS] =
		{
			.name = "pods",
			.api_version = "v1",
			.object_kind = "Pod",
			.path = "/api/v1/pods?fieldSelector=spec.nodeName%3D",
			.of_node = true,
			.keep = pod,
			.unknown = "this node's pods are not known: the API server has "
				   "not told "
				   "them yet",
		},
	[CLUSTER_POLICIES] =
		{
			.name = "lsmpolicies",
			.api_version = LSMD_API_VERSION,
			.object_kind = "LsmPolicy",
			.path = "/apis/" LSMD_API_VERSION "/lsmpolicies",
			.keep = policy,
			.unknown = "the policies of namespaces are not known: the API "
				   "server has "
				   "not told them yet",
		},
	[CLUSTER_CLUSTER_POLICIES] =
		{
			.name = "clusterlsmpolicies",
			.api_version = LSMD_API_VERSION,
			.object_kind = "ClusterLsmPolicy",
			.path = "/apis/" LSMD_API_VERSION "/clusterlsmpolicies",
			.keep = policy,
			.unknown = "the policies of the cluster are not known: the API "
				   "server has "
				   "not told them yet",
		},
};

char *cluster_object_key(const json_t *object)
{
	const json_t *metadata = json_object_get(object, "metadata");
	const char *name_space =
		json_string_value(json_object_get(metadata, "namespace"));
	const char *name = json_string_value(json_object_get(metadata, "name"));
	char *key;

	if (!name)
		return NULL;
	if (!name_space || !*name_space)
		return strdup(name);
	return asprintf(&key, "%s/%s", name_space, name) < 0 ? NULL : key;
}

/* Items of lists do not say what they are. */
json_t *cluster_keep_object(enum cluster_kind kind, const json_t *object)
{
	const struct cluster_kind_info *info = &cluster_kinds[kind];
	_cleanup_(json_decrefp) json_t *kept = keep_fields(object, info->keep);

	if (!json_is_object(kept) ||
	    json_object_set_new(kept, "apiVersion", json_string(info->api_version)) < 0 ||
	    json_object_set_new(kept, "kind", json_string(info->object_kind)) < 0)
		return NULL;
	return TAKE_PTR(kept);
}
