// SPDX-License-Identifier: Apache-2.0
/* The forms of what agents write: of a policy's status the counts of nodes, and a few of
 * those that refuse; of a node's all policies. kube/rollout.h shows both. */
#include "policy/crd.h"
#include "policy/schema_section.h"
#include "util/cleanup.h"

#define REFUSALS_MAX   32
#define CONDITIONS_MAX 8

static const struct schema generation = {
	.kind = SCHEMA_INTEGER, .first = 0, .last = INT32_MAX};
static const struct schema count = {
	.kind = SCHEMA_INTEGER, .first = 0, .last = INT32_MAX};
static const struct schema node_name = {.kind = SCHEMA_STRING, .last = 253};
static const struct schema reason = {.kind = SCHEMA_STRING, .last = 1024};
static const struct schema time_text = {.kind = SCHEMA_STRING, .last = 40};

/* --- of a policy ------------------------------------------------------------------- */

static const struct schema_key refusal_keys[] = {
	{"node", &node_name, SCHEMA_REQUIRED, NULL},
	{"reason", &reason, SCHEMA_REQUIRED, "What is not in force there, and why."},
	{"generation", &generation, 0, "Of the policy that the node refused."},
};
static const struct schema refusal = SCHEMA_KEYS(refusal_keys);
static const struct schema refusals = {.kind = SCHEMA_LIST,
				       .forms = {&refusal},
				       .first = 0,
				       .last = REFUSALS_MAX,
				       .may_be_empty = true,
				       .list_key = "node"};
static const struct schema_key nodes_keys[] = {
	{"enforcing", &count, 0, "Nodes that enforce all of it, also for no pod yet."},
	{"partial", &count, 0, "Nodes that enforce it in part."},
	{"refused", &count, 0, "Nodes that refuse it or a rule of it."},
	{"notSelected", &count, 0, "Nodes that its nodeSelector does not name."},
	{"pending", &count, 0, "Nodes that did not say yet."},
};
static const struct schema nodes = SCHEMA_KEYS(nodes_keys);

static const char *const truth_words[] = {"True", "False", "Unknown"};
static const struct schema truth = SCHEMA_WORDS(truth_words);
static const struct schema word = {.kind = SCHEMA_STRING, .last = 316};
static const struct schema message = {.kind = SCHEMA_STRING, .last = 32768};
static const struct schema_key condition_keys[] = {
	{"type", &word, SCHEMA_REQUIRED, NULL},
	{"status", &truth, SCHEMA_REQUIRED, NULL},
	{"reason", &word, SCHEMA_REQUIRED,
	 "Enforced, Partial, Refused, RollingOut, or NoNode where nodeSelector names "
	 "none."},
	{"message", &message, SCHEMA_REQUIRED, NULL},
	{"observedGeneration", &generation, 0, NULL},
	{"lastTransitionTime", &time_text, SCHEMA_REQUIRED, NULL},
};
static const struct schema condition = SCHEMA_KEYS(condition_keys);
static const struct schema conditions = {.kind = SCHEMA_LIST,
					 .forms = {&condition},
					 .last = CONDITIONS_MAX,
					 .may_be_empty = true,
					 .list_key = "type"};
static const struct schema_key status_keys[] = {
	{"observedGeneration", &generation, 0,
	 "Of the policy that the counts are about."},
	{"nodes", &nodes, 0, NULL},
	{"refusals", &refusals, 0, "A few of the nodes that refuse, and why."},
	{"conditions", &conditions, 0,
	 "Ready: all nodes that are selected enforce this generation."},
};
const struct schema crd_status = SCHEMA_KEYS(status_keys);

/* --- of a node -----------------------------------------------------------------------
 */

static const struct schema text = {.kind = SCHEMA_STRING, .last = 128};
/* "namespace/name@generation-uid" */
static const struct schema policy = {.kind = SCHEMA_STRING, .last = 400};
static const struct schema policies = {.kind = SCHEMA_LIST,
				       .forms = {&policy},
				       .last = CRD_ITEMS_MAX,
				       .may_be_empty = true};
static const struct schema_key failure_keys[] = {
	{"policy", &policy, SCHEMA_REQUIRED, NULL},
	{"reason", &reason, SCHEMA_REQUIRED, "What is open or not in force, and why."},
};
static const struct schema failure = SCHEMA_KEYS(failure_keys);
static const struct schema failures = {.kind = SCHEMA_LIST,
				       .forms = {&failure},
				       .last = CRD_ITEMS_MAX,
				       .may_be_empty = true};
static const struct schema_key counts_keys[] = {
	{"enforced", &count, 0, NULL},
	{"partial", &count, 0, NULL},
	{"refused", &count, 0, NULL},
	{"notSelected", &count, 0, NULL},
};
static const struct schema counts = SCHEMA_KEYS(counts_keys);
static const struct schema_key node_status_keys[] = {
	{"version", &text, 0, "Of lsmd."},
	{"kernel", &text, 0, "Its release."},
	{"counts", &counts, 0, "Policies, also those that the lists leave out."},
	{"enforced", &policies, 0,
	 "Policies, each with its generation and the beginning of its uid."},
	{"partial", &failures, 0, NULL},
	{"refused", &failures, 0, NULL},
	{"notSelected", &policies, 0, "Their nodeSelector does not name the node."},
	{"omitted", &count, 0, "Policies that the lists leave out."},
};
const struct schema crd_node_status = SCHEMA_KEYS(node_status_keys);
