// SPDX-License-Identifier: Apache-2.0
/* The form of a policy around its sections. */
#include "policy/schema.h"

#include "policy/schema_section.h"
#include "util/cleanup.h"

#define SUBDOMAIN "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"

static const char *const versions[] = {SCHEMA_GROUP "/" SCHEMA_VERSION};
static const char *const kinds[] = {"LsmPolicy", "ClusterLsmPolicy"};
static const char *const modes[] = {"enforce", "audit"};
static const char *const operators[] = {"In", "NotIn", "Exists", "DoesNotExist"};

static const struct schema any = {.kind = SCHEMA_ANY};
static const struct schema boolean = {.kind = SCHEMA_BOOLEAN};
static const struct schema version = SCHEMA_WORDS(versions);
static const struct schema kind = SCHEMA_WORDS(kinds);
static const struct schema mode = SCHEMA_WORDS(modes);

static const struct schema object_name = {
	.kind = SCHEMA_STRING, .last = 253, .pattern = "^" SUBDOMAIN "$"};
static const struct schema namespace_name = {
	.kind = SCHEMA_STRING, .last = 63, .pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"};

static const struct schema_key metadata_keys[] = {
	{"name", &object_name, SCHEMA_REQUIRED,
	 "Of the policy, in its kind and namespace."},
	{"namespace", &namespace_name, SCHEMA_OF_NAMESPACE,
	 "In which the policy selects; \"default\" unless said."},
	{"annotations", &any, 0, NULL},
	{"creationTimestamp", &any, 0, NULL},
	{"deletionGracePeriodSeconds", &any, 0, NULL},
	{"deletionTimestamp", &any, 0, NULL},
	{"finalizers", &any, 0, NULL},
	{"generateName", &any, 0, NULL},
	{"generation", &any, 0, NULL},
	{"labels", &any, 0, NULL},
	{"managedFields", &any, 0, NULL},
	{"ownerReferences", &any, 0, NULL},
	{"resourceVersion", &any, 0, NULL},
	{"selfLink", &any, 0, NULL},
	{"uid", &any, 0, NULL},
};
static const struct schema metadata = SCHEMA_KEYS(metadata_keys);

/* --- selection
 * ----------------------------------------------------------------------------------
 */

static const struct schema label_key = {
	.kind = SCHEMA_STRING,
	.pattern = "^(" SUBDOMAIN "/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"};
static const struct schema label_value = {
	.kind = SCHEMA_STRING,
	.last = 63,
	.may_be_empty = true,
	.pattern = "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$"};
static const struct schema labels = {.kind = SCHEMA_LABELS,
				     .forms = {&label_key, &label_value}};
static const struct schema operator_word = SCHEMA_WORDS(operators);
static const struct schema values = {
	.kind = SCHEMA_LIST, .forms = {&label_value}, .may_be_empty = true};
static const struct schema_key expression_keys[] = {
	{"key", &label_key, SCHEMA_REQUIRED, "Of the label."},
	{"operator", &operator_word, SCHEMA_REQUIRED,
	 "What must hold of the label's value."},
	{"values", &values, 0, "For In and NotIn: the values."},
};
static const struct schema_bond expression_bonds[] = {
	{"(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > "
	 "0)",
	 "In and NotIn need values, Exists and DoesNotExist take none"},
};
static const struct schema expression =
	SCHEMA_RULE(NULL, expression_keys, NULL, SCHEMA_BONDS(expression_bonds));
static const struct schema expressions = SCHEMA_LIST_OF(&expression);
static const struct schema_key selector_keys[] = {
	{"matchLabels", &labels, 0, "Labels that must be there with these values."},
	{"matchExpressions", &expressions, 0, "All of them must hold."},
};
static const struct schema selector = SCHEMA_KEYS(selector_keys);

static const struct schema unit_name = {
	.kind = SCHEMA_STRING, .last = 255, .pattern = "^[A-Za-z0-9:_.\\\\@*?-]+$"};
static const struct schema unit_names = SCHEMA_LIST_OF(&unit_name);
static const struct schema_key unit_keys[] = {
	{"names", &unit_names, SCHEMA_REQUIRED,
	 "Globs of \"*\" and \"?\", with the unit's type: \"web-*.service\"."},
};
static const struct schema units = SCHEMA_KEYS(unit_keys);
static const struct schema cgroup = {.kind = SCHEMA_STRING, .last = 4095};
static const struct schema cgroups = SCHEMA_LIST_OF(&cgroup);
static const struct schema container = {.kind = SCHEMA_STRING,
					.pattern = "^[a-z0-9*?-]+$"};
static const struct schema containers = SCHEMA_LIST_OF(&container);

static const struct schema_key spec_keys[] = {
	{"description", &schema_text, 0, "What the policy is for."},
	{"podSelector", &selector, 0, "Pods by their labels; {} and none are all."},
	{"namespaceSelector", &selector, SCHEMA_OF_CLUSTER,
	 "Namespaces by their labels. kube-system is selected by its name alone."},
	{"nodeSelector", &selector, 0, "Nodes by their labels, for staged roll-outs."},
	{"unitSelector", &units, SCHEMA_OF_CLUSTER,
	 "Units of systemd. Then pods only where podSelector or namespaceSelector is "
	 "said."},
	{"cgroups", &cgroups, SCHEMA_OF_CLUSTER,
	 "Cgroups of the host by path: \"*\" and \"?\" within a name, \"**\" across."},
	{"containers", &containers, 0,
	 "Globs of containers' names; all unless said, init and ephemeral ones too."},
	{"mode", &mode, 0, "audit: report, never stop."},
	{"severity", &schema_severity, 0, "Of all rules that say none of their own."},
	{"tags", &schema_tags, 0, "Of all rules, besides their own."},
	{"message", &schema_message, 0, "Of all rules that have none of their own."},
	{"exec", &schema_exec, 0, "Which programs may run."},
	{"file", &schema_file, 0, "Which files may be read and written."},
	{"sockets", &schema_sockets, 0, "Which kinds of sockets may be made."},
	{"network", &schema_network, 0, "Which addresses may be reached."},
	{"capabilities", &schema_capabilities, 0, "Which capabilities may be used."},
	{"process", &schema_process, 0, "Everything else that has a hook."},
	{"isolate", &boolean, 0, "No network at all, open connections are cut as well."},
};
static const struct schema_bond spec_bonds[] = {
	{"has(self.exec) || has(self.file) || has(self.sockets) || has(self.network) || "
	 "has(self.capabilities) || has(self.process) || has(self.isolate)",
	 "the policy says nothing; add exec, file, sockets or network"},
};
const struct schema schema_spec =
	SCHEMA_RULE(NULL, spec_keys, NULL, SCHEMA_BONDS(spec_bonds));

static const struct schema_key policy_keys[] = {
	{"apiVersion", &version, SCHEMA_REQUIRED, NULL},
	{"kind", &kind, SCHEMA_REQUIRED,
	 "LsmPolicy: in one namespace. ClusterLsmPolicy: in all, or those selected."},
	{"metadata", &metadata, SCHEMA_REQUIRED, NULL},
	{"spec", &schema_spec, SCHEMA_REQUIRED, NULL},
	{"status", &any, 0, "The agent's."},
};
const struct schema schema_policy = SCHEMA_KEYS(policy_keys);
