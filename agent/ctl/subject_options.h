/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_SUBJECT_OPTIONS_H
#define LSMD_CTL_SUBJECT_OPTIONS_H

/* For whom policies are judged: a pod, or a unit of the host, that need not exist. */

#include <argp.h>

#include "policy/selector.h"

struct subject_options {
	const char *name_space; /* NULL: not said */
	const char *container;	/* NULL: not said */
	struct labels labels, namespace_labels, node_labels;
	char **exempt_namespaces;
	size_t n_exempt_namespaces;
	char *cgroup;  /* of the host, without a "/" in front; NULL: a pod */
	char *unit;    /* that the cgroup is; NULL: none */
	bool says_pod; /* what only pods have */
	bool is_said;  /* any of it */
};

enum {
	KEY_SUBJECT_LABELS = 0x200,
	KEY_SUBJECT_NAMESPACE_LABELS,
	KEY_SUBJECT_NODE_LABELS,
	KEY_SUBJECT_UNIT,
	KEY_SUBJECT_CGROUP,
	KEY_SUBJECT_EXEMPT,
};

/* Rows for a command's options. */
#define SUBJECT_OPTIONS                                                                  \
	{"labels", KEY_SUBJECT_LABELS, "KEY=VALUE,...", 0, "the pod's labels", 0},       \
		{"namespace", 'n', "NAMESPACE", 0, "the pod's namespace [default]", 0},  \
		{"namespace-labels",                                                     \
		 KEY_SUBJECT_NAMESPACE_LABELS,                                           \
		 "KEY=VALUE,...",                                                        \
		 0,                                                                      \
		 "labels of its namespace, besides the one with its name",               \
		 0},                                                                     \
		{"node-labels",	       KEY_SUBJECT_NODE_LABELS,                          \
		 "KEY=VALUE,...",      0,                                                \
		 "labels of its node", 0},                                               \
		{"exempt-namespaces",                                                    \
		 KEY_SUBJECT_EXEMPT,                                                     \
		 "NAME,...",                                                             \
		 0,                                                                      \
		 "as lsmd was told, besides kube-system",                                \
		 0},                                                                     \
	{                                                                                \
		"container", 'c', "NAME", 0,                                             \
			"the container; without, policies that name containers do not "  \
			"apply",                                                         \
			0                                                                \
	}

/* Of those that can do with a unit or a cgroup, besides. */
#define HOST_SUBJECT_OPTIONS                                                             \
	{"unit",                                                                         \
	 KEY_SUBJECT_UNIT,                                                               \
	 "NAME",                                                                         \
	 0,                                                                              \
	 "instead of a pod this unit of systemd's, in system.slice",                     \
	 0},                                                                             \
	{                                                                                \
		"cgroup", KEY_SUBJECT_CGROUP, "PATH", 0,                                 \
			"instead of a pod this cgroup of the host", 0                    \
	}

/** subject_options_parse() - Take an option; ends the program when its value is wrong. */
error_t subject_options_parse(struct subject_options *subject, int key, char *argument,
			      const struct argp_state *state);

/** subject_options_selection() - The same for policy_selects(); borrowed. */
struct selection subject_options_selection(const struct subject_options *subject);
void subject_options_clear(struct subject_options *subject);

#endif
