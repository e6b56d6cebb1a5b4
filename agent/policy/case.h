/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_CASE_H
#define LSMD_POLICY_CASE_H

/*
 * Expectations of policies, so that these have unit tests:
 *
 *     namespace: shop                 # defaults of all cases; each may have its own:
 *     labels: {app: web}              # and namespaceLabels, nodeLabels, container;
 *                                     # or unit: web.service, of the host
 *     cases:
 *     - {name: no shells, exec: [/bin/sh, /bin/bash], want: deny, rule: no-shells}
 *     - {name: the database, connect: "10.0.0.7:5432", want: allow}
 *
 *     - {name: its shell, exec: /bin/sh, from: /usr/bin/node, with: [stdio-socket],
 *        want: kill}
 *
 * A case has one or more of exec, open, socket, connect and unix, each an event as
 * policy/event.h has it or a list of them; perhaps what policy/event_terms.h has, which
 * is so of all of its events that it can be said of; and what is wanted: allow, audit,
 * deny or kill, and of what denies or reports perhaps the rule, the policy and the errno.
 */

#include <jansson.h>
#include <stddef.h>

#include "policy/diagnostic.h"
#include "policy/event_terms.h"
#include "policy/model.h"
#include "policy/selector.h"

/* Where a container is, of which nothing need be said; or a unit of the host. */
struct case_subject {
	char *name_space; /* NULL: not said */
	char *container;  /* NULL: not said */
	char *unit;	  /* of systemd, in system.slice; NULL: a pod's */
	char *cgroup;	  /* where that is */
	struct labels labels, namespace_labels, node_labels;
	bool has_labels, has_namespace_labels, has_node_labels;
};

struct policy_case {
	struct case_subject subject; /* first; what is not said in it is the defaults' */
	char *name;
	unsigned line;
	struct event *events;
	size_t n_events;
	struct event_terms terms;
	enum verdict want;
	char *rule, *policy; /* NULL: any */
	uint8_t error;	     /* 0: any */
};

/* Starts as {0}. */
struct policy_cases {
	struct case_subject defaults; /* first */
	char *source;
	struct policy_case *items;
	size_t n;
};

/**
 * policy_cases_read() - Read a file of cases.
 * @diagnostics: every error of the file is added, never only the first
 * @ret_cases:   set on success only; owned
 * Return: 0; -EINVAL; the negative errno of open and read, with a diagnostic; -ENOMEM.
 */
int policy_cases_read(const char *path, struct diagnostics *diagnostics,
		      struct policy_cases *ret_cases);
void policy_cases_clear(struct policy_cases *cases);

/**
 * policy_cases_run() - Hold policies against cases.
 * @policies:    in reason order
 * @diagnostics: what cannot be compiled
 * @ret_results: owned; an object for each event: name, event, file, line, ok, want, got,
 *               subject: whose event it is; of what is denied rule and errno; message,
 *               where it is not ok
 *
 * Return: 0; -E2BIG with a diagnostic; -ENOMEM.
 */
int policy_cases_run(const struct policy_cases *cases, const struct policy_list *policies,
		     struct diagnostics *diagnostics, json_t **ret_results);

#endif
