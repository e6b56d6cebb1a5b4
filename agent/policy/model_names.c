// SPDX-License-Identifier: Apache-2.0
#include "policy/model_names.h"

const char *const policy_kind_names[] = {
	[POLICY_CLUSTER] = "ClusterLsmPolicy",
	[POLICY_NAMESPACED] = "LsmPolicy",
};

const char *const section_names[] = {
	[SECTION_EXEC] = "exec",
	[SECTION_FILE] = "file",
	[SECTION_SOCKETS] = "sockets",
	[SECTION_NETWORK] = "network",
	[SECTION_CAPABILITIES] = "capabilities",
	[SECTION_PROCESS] = "process",
};

const char *const action_names[] = {
	[ACTION_AUDIT] = "audit",
	[ACTION_ALLOW] = "allow",
	[ACTION_DENY] = "deny",
	[ACTION_KILL] = "kill",
};

const char *const verdict_names[] = {
	[VERDICT_ALLOW] = "allow",
	[VERDICT_AUDIT] = "audit",
	[VERDICT_DENY] = "deny",
	[VERDICT_KILL] = "kill",
};

const char *const enforcement_names[] = {
	[ENFORCED] = "enforced",
	[PARTIAL] = "partial",
	[REFUSED] = "refused",
};
