// SPDX-License-Identifier: Apache-2.0
/* The definitions around the form. */
#include <stdio.h>

#include "policy/crd.h"
#include "util/cleanup.h"

/* What `kubectl get` shows; priority 1: with -o wide. */
struct column {
	const char *name, *type, *path;
	int priority;
};

static const struct column policy_columns[] = {
	{"Mode", "string", ".spec.mode", 0},
	{"State", "string", ".status.conditions[?(@.type==\"Ready\")].reason", 0},
	{"Enforcing", "integer", ".status.nodes.enforcing", 0},
	{"Partial", "integer", ".status.nodes.partial", 0},
	{"Refused", "integer", ".status.nodes.refused", 0},
	{"Age", "date", ".metadata.creationTimestamp", 0},
	{"Description", "string", ".spec.description", 1},
};

static const struct column node_columns[] = {
	{"Version", "string", ".status.version", 0},
	{"Kernel", "string", ".status.kernel", 0},
	{"Enforced", "integer", ".status.counts.enforced", 0},
	{"Partial", "integer", ".status.counts.partial", 0},
	{"Refused", "integer", ".status.counts.refused", 0},
	{"Age", "date", ".metadata.creationTimestamp", 0},
};

static const struct kind {
	const char *kind, *list_kind, *singular, *plural, *short_name, *scope, *about;
	const struct schema *spec; /* NULL: it has none, and a status that is no
				      subresource: one alone writes all of it */
	const struct schema *status;
	unsigned without; /* keys that it does not have */
	const struct column *columns;
	size_t n_columns;
} kinds[] = {
	{"LsmPolicy", "LsmPolicyList", "lsmpolicy", "lsmpolicies", "lsmp", "Namespaced",
	 "What pods of its namespace may not do; enforced in the kernel by lsmd.",
	 &schema_spec, &crd_status, SCHEMA_OF_CLUSTER, policy_columns,
	 ARRAY_SIZE(policy_columns)},
	{"ClusterLsmPolicy", "ClusterLsmPolicyList", "clusterlsmpolicy",
	 "clusterlsmpolicies", "clsmp", "Cluster",
	 "What pods of all namespaces, or those selected, may not do; enforced in the "
	 "kernel by lsmd.",
	 &schema_spec, &crd_status, SCHEMA_OF_NAMESPACE, policy_columns,
	 ARRAY_SIZE(policy_columns)},
	{"LsmNode", "LsmNodeList", "lsmnode", "lsmnodes", "lsmn", "Cluster",
	 "What has become of each policy on one node; written by lsmd there.", NULL,
	 &crd_node_status, 0, node_columns, ARRAY_SIZE(node_columns)},
};

static json_t *columns_json(const struct kind *kind)
{
	json_t *json = json_array();

	for (size_t i = 0; json && i < kind->n_columns; i++) {
		const struct column *column = &kind->columns[i];

		json_array_append_new(json, json_pack("{ss ss ss si}", "name",
						      column->name, "type", column->type,
						      "jsonPath", column->path,
						      "priority", column->priority));
	}
	return json;
}

/* The API server itself knows the form of metadata, and which version and kind it is. */
static json_t *schema_of(const struct kind *kind)
{
	json_t *spec = kind->spec ? crd_form_json(kind->spec, kind->without) : NULL;

	return json_pack("{ss ss s[s] s{s{ss} s{ss} s{ss} so* so}}", "type", "object",
			 "description", kind->about, "required",
			 kind->spec ? "spec" : "status", "properties", "apiVersion",
			 "type", "string", "kind", "type", "string", "metadata", "type",
			 "object", "spec", spec, "status",
			 crd_form_json(kind->status, kind->without));
}

static json_t *version_json(const struct kind *kind)
{
	json_t *subresources = kind->spec ? json_pack("{s{}}", "status") : NULL;

	return json_pack("{ss sb sb so* so s{so}}", "name", SCHEMA_VERSION, "served", 1,
			 "storage", 1, "subresources", subresources,
			 "additionalPrinterColumns", columns_json(kind), "schema",
			 "openAPIV3Schema", schema_of(kind));
}

static json_t *definition_json(const struct kind *kind)
{
	char name[64];

	snprintf(name, sizeof(name), "%s." SCHEMA_GROUP, kind->plural);
	return json_pack("{ss ss s{ss s{ss}} s{ss ss s{ss ss ss ss s[s] s[s]} s[o]}}",
			 "apiVersion", "apiextensions.k8s.io/v1", "kind",
			 "CustomResourceDefinition", "metadata", "name", name, "labels",
			 "app.kubernetes.io/name", "lsmd", "spec", "group", SCHEMA_GROUP,
			 "scope", kind->scope, "names", "kind", kind->kind, "listKind",
			 kind->list_kind, "plural", kind->plural, "singular",
			 kind->singular, "shortNames", kind->short_name, "categories",
			 "lsmd", "versions", version_json(kind));
}

json_t *crd_json(void)
{
	json_t *json = json_array();

	for (size_t i = 0; json && i < ARRAY_SIZE(kinds); i++)
		if (json_array_append_new(json, definition_json(&kinds[i])) < 0) {
			json_decref(json);
			json = NULL;
		}
	return json;
}
