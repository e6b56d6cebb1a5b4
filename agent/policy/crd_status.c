// SPDX-License-Identifier: Apache-2.0
/* The form of a policy's status: counts of nodes, and a few of those that refuse. */
#include "policy/crd.h"
#include "policy/schema_section.h"
#include "util/cleanup.h"

#define REFUSALS_MAX 32

static const struct schema generation = {
	.kind = SCHEMA_INTEGER, .first = 0, .last = INT32_MAX};
static const struct schema count = {
	.kind = SCHEMA_INTEGER, .first = 0, .last = INT32_MAX};
static const struct schema node_name = {.kind = SCHEMA_STRING, .last = 253};
static const struct schema reason = {.kind = SCHEMA_STRING, .last = 1024};
static const struct schema time_text = {.kind = SCHEMA_STRING, .last = 40};

static const struct schema_key refusal_keys[] = {
	{"node", &node_name, SCHEMA_REQUIRED, NULL},
	{"reason", &reason, SCHEMA_REQUIRED, "What is not in force there, and why."},
	{"generation", &generation, 0, "Of the policy that the node refused."},
	{"time", &time_text, 0, NULL},
};
static const struct schema refusal = SCHEMA_KEYS(refusal_keys);
static const struct schema refusals = {.kind = SCHEMA_LIST,
				       .forms = {&refusal},
				       .first = 0,
				       .last = REFUSALS_MAX,
				       .may_be_empty = true,
				       .list_key = "node"};
static const struct schema_key nodes_keys[] = {
	{"enforcing", &count, 0, "Nodes that enforce all of it."},
	{"partial", &count, 0, "Nodes that enforce it in part."},
	{"refused", &count, 0, "Nodes that refuse it or a rule of it."},
};
static const struct schema nodes = SCHEMA_KEYS(nodes_keys);
static const struct schema_key status_keys[] = {
	{"observedGeneration", &generation, 0,
	 "Of the policy that the counts are about."},
	{"nodes", &nodes, 0, NULL},
	{"refusals", &refusals, 0, "A few of the nodes that refuse, and why."},
};
const struct schema crd_status = SCHEMA_KEYS(status_keys);
