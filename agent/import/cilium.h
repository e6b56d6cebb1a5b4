/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_IMPORT_CILIUM_H
#define LSMD_IMPORT_CILIUM_H

/* What the readers of Cilium's policies share. Used by cilium*.c alone. */

#include "import/traffic.h"

/* A rule of egress, egressDeny, ingress or ingressDeny. */
struct cilium_rule {
	struct traffic traffic;
	bool is_egress;
};

/** cilium_read_rule() - Read one. @rule: traffic is initialised. */
int cilium_read_rule(struct parse *parse, const struct yaml_node *node,
		     struct cilium_rule *rule);

/** cilium_read_ports() - "toPorts" of a rule. @object: struct cilium_rule. */
int cilium_read_ports(struct parse *parse, const struct yaml_pair *pair, void *object);

/** cilium_read_selector() - "endpointSelector": which pods the policy is about. */
int cilium_read_selector(struct parse *parse, const struct yaml_pair *pair, void *object);

#endif
