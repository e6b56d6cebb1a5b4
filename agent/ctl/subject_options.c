// SPDX-License-Identifier: Apache-2.0
#include "ctl/subject_options.h"

#include <errno.h>
#include <string.h>

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

static error_t set(struct subject_options *subject, int key, char *argument,
		   const struct argp_state *state)
{
	switch (key) {
	case 'n':
		if (!kubename_is_label(argument))
			argp_error(state, "-n \"%s\" is no namespace", argument);
		subject->name_space = argument;
		return 0;
	case 'c':
		subject->container = argument;
		return 0;
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

	if (r == 0)
		subject->is_said = true;
	return r;
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
	};
}

void subject_options_clear(struct subject_options *subject)
{
	labels_clear(&subject->labels);
	labels_clear(&subject->namespace_labels);
	labels_clear(&subject->node_labels);
}
