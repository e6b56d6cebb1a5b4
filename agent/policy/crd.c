// SPDX-License-Identifier: Apache-2.0
/* The definitions around the form. */
#include <stdio.h>

#include "policy/crd.h"
#include "util/cleanup.h"

static const struct kind {
	const char *kind, *list_kind, *singular, *plural, *short_name, *scope, *about;
	unsigned without; /* keys that it does not have */
} kinds[] = {
	{"LsmPolicy", "LsmPolicyList", "lsmpolicy", "lsmpolicies", "lsmp", "Namespaced",
	 "What pods of its namespace may not do; enforced in the kernel by lsmd.",
	 SCHEMA_OF_CLUSTER},
	{"ClusterLsmPolicy", "ClusterLsmPolicyList", "clusterlsmpolicy",
	 "clusterlsmpolicies", "clsmp", "Cluster",
	 "What pods of all namespaces, or those selected, may not do; enforced in the "
	 "kernel by lsmd.",
	 SCHEMA_OF_NAMESPACE},
};

/* What `kubectl get` shows; priority 1: with -o wide. */
static const struct column {
	const char *name, *type, *path;
	int priority;
} columns[] = {
	{"Mode", "string", ".spec.mode", 0},
	{"Enforcing", "integer", ".status.nodes.enforcing", 0},
	{"Partial", "integer", ".status.nodes.partial", 0},
	{"Refused", "integer", ".status.nodes.refused", 0},
	{"Age", "date", ".metadata.creationTimestamp", 0},
	{"Description", "string", ".spec.description", 1},
};

static json_t *columns_json(void)
{
	json_t *json = json_array();

	for (size_t i = 0; json && i < ARRAY_SIZE(columns); i++)
		json_array_append_new(
			json, json_pack("{ss ss ss si}", "name", columns[i].name, "type",
					columns[i].type, "jsonPath", columns[i].path,
					"priority", columns[i].priority));
	return json;
}

/* The API server itself knows the form of metadata, and which version and kind it is. */
static json_t *schema_of(const struct kind *kind)
{
	return json_pack("{ss ss s[s] s{s{ss} s{ss} s{ss} so so}}", "type", "object",
			 "description", kind->about, "required", "spec", "properties",
			 "apiVersion", "type", "string", "kind", "type", "string",
			 "metadata", "type", "object", "spec",
			 crd_form_json(&schema_spec, kind->without), "status",
			 crd_form_json(&crd_status, kind->without));
}

static json_t *version_json(const struct kind *kind)
{
	return json_pack("{ss sb sb s{s{}} so s{so}}", "name", SCHEMA_VERSION, "served",
			 1, "storage", 1, "subresources", "status",
			 "additionalPrinterColumns", columns_json(), "schema",
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
