// SPDX-License-Identifier: Apache-2.0
#include "ctl/subject_options.h"

#include <errno.h>
#include <string.h>

#include "ctl/namespaces.h"
#include "node/unit.h"
#include "policy/array.h"
#include "policy/host.h"
#include "policy/kubename.h"
#include "util/cleanup.h"

#define NAMESPACE_DEFAULT "default"

static error_t parse_labels(struct labels *labels, const char *text,
			    const struct argp_state *state)
{
	_cleanup_(freep) char *why = NULL;
	int r = labels_parse(text, labels, &why);

	if (r == -EINVAL)
		argp_error(state, "%s", why);
	return -r;
}

static error_t replace(char **string, const char *value)
{
	free(*string);
	*string = strdup(value);
	return *string ? 0 : ENOMEM;
}

/* One of those that exist has no stars, and the form of those that policies name. */
static void check_host(const char *text, const char *problem,
		       const struct argp_state *state)
{
	if (strpbrk(text, "*?"))
		problem = "give one, without \"*\" and \"?\"";
	if (problem)
		argp_error(state, "\"%s\": %s", text, problem);
}

static error_t set_unit(struct subject_options *subject, const char *name,
			const struct argp_state *state)
{
	check_host(name, host_check_unit(name), state);
	free(subject->cgroup);
	subject->cgroup = NULL;
	if (host_cgroup_of_unit(name, &subject->cgroup) < 0)
		return ENOMEM;
	return replace(&subject->unit, name);
}

static error_t set_cgroup(struct subject_options *subject, const char *path,
			  const struct argp_state *state)
{
	char unit[UNIT_NAME_SIZE];

	check_host(path, host_check_cgroup(path), state);
	path += *path == '/';
	if (unit_of_cgroup(path, unit) == 0 && replace(&subject->unit, unit) != 0)
		return ENOMEM;
	return replace(&subject->cgroup, path);
}

static error_t set(struct subject_options *subject, int key, char *argument,
		   const struct argp_state *state)
{
	switch (key) {
	case KEY_SUBJECT_UNIT:
		return set_unit(subject, argument, state);
	case KEY_SUBJECT_CGROUP:
		return set_cgroup(subject, argument, state);
	case 'n':
		if (!kubename_is_label(argument))
			argp_error(state, "-n \"%s\" is no namespace", argument);
		subject->name_space = argument;
		return 0;
	case 'c':
		subject->container = argument;
		return 0;
	case KEY_SUBJECT_EXEMPT:
		return namespaces_parse(state, argument, &subject->exempt_namespaces,
					&subject->n_exempt_namespaces);
	case KEY_SUBJECT_LABELS:
		return parse_labels(&subject->labels, argument, state);
	case KEY_SUBJECT_NAMESPACE_LABELS:
		return parse_labels(&subject->namespace_labels, argument, state);
	case KEY_SUBJECT_NODE_LABELS:
		return parse_labels(&subject->node_labels, argument, state);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

error_t subject_options_parse(struct subject_options *subject, int key, char *argument,
			      const struct argp_state *state)
{
	error_t r = set(subject, key, argument, state);

	if (r != 0)
		return r;
	subject->is_said = true;
	subject->says_pod |= key == 'n' || key == 'c' || key == KEY_SUBJECT_LABELS ||
			     key == KEY_SUBJECT_NAMESPACE_LABELS;
	if (subject->cgroup && subject->says_pod)
		argp_error(state, "a unit or cgroup of the host has no labels, namespace "
				  "or container; leave one of them out");
	return 0;
}

struct selection subject_options_selection(const struct subject_options *subject)
{
	return (struct selection){
		.name_space =
			subject->name_space ? subject->name_space : NAMESPACE_DEFAULT,
		.container = subject->container,
		.pod_labels = &subject->labels,
		.namespace_labels = &subject->namespace_labels,
		.node_labels = &subject->node_labels,
		.exempt_namespaces = subject->exempt_namespaces,
		.n_exempt_namespaces = subject->n_exempt_namespaces,
		.cgroup = subject->cgroup,
		.unit = subject->unit,
	};
}

void subject_options_clear(struct subject_options *subject)
{
	labels_clear(&subject->labels);
	labels_clear(&subject->namespace_labels);
	labels_clear(&subject->node_labels);
	strings_clear(&subject->exempt_namespaces, &subject->n_exempt_namespaces);
	free(subject->cgroup);
	free(subject->unit);
}
