// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "policy/case_event.h"
#include "policy/host.h"
#include "policy/kubename.h"
#include "policy/model_names.h"
#include "policy/parse.h"
#include "policy/text.h"
#include "util/cleanup.h"

#define ERRNO_MAX 133 /* EHWPOISON, the last there is */

static void subject_clear(struct case_subject *subject)
{
	free(subject->name_space);
	free(subject->container);
	free(subject->unit);
	free(subject->cgroup);
	labels_clear(&subject->labels);
	labels_clear(&subject->namespace_labels);
	labels_clear(&subject->node_labels);
	*subject = (struct case_subject){0};
}

static void case_clear(struct policy_case *item)
{
	for (size_t i = 0; i < item->n_events; i++)
		event_clear(&item->events[i]);
	free(item->events);
	event_terms_clear(&item->terms);
	free(item->name);
	free(item->rule);
	free(item->policy);
	subject_clear(&item->subject);
	*item = (struct policy_case){0};
}

void policy_cases_clear(struct policy_cases *cases)
{
	for (size_t i = 0; i < cases->n; i++)
		case_clear(&cases->items[i]);
	free(cases->items);
	free(cases->source);
	subject_clear(&cases->defaults);
	*cases = (struct policy_cases){0};
}

/* --- where the container is
 * ------------------------------------------------------------- */

static int read_namespace(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct case_subject *subject = object;
	int r = parse_text(parse, pair, &subject->name_space);

	if (r || kubename_is_label(subject->name_space))
		return r;
	return parse_error(
		parse, pair->value,
		"\"%.80s\" is no namespace's name; a name is " KUBENAME_LABEL_FORM,
		subject->name_space);
}

static int read_container(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct case_subject *subject = object;

	return parse_text(parse, pair, &subject->container);
}

static int read_unit(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct case_subject *subject = object;
	int r = parse_text(parse, pair, &subject->unit);
	const char *problem;

	if (r)
		return r;
	problem = host_check_unit(subject->unit);
	if (strpbrk(subject->unit, "*?"))
		problem = "give one, without \"*\" and \"?\"";
	if (problem)
		return parse_error(parse, pair->value, "\"%.80s\": %s", subject->unit,
				   problem);
	return host_cgroup_of_unit(subject->unit, &subject->cgroup);
}

static int read_labels(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct case_subject *subject = object;

	subject->has_labels = true;
	return parse_labels(parse, pair, &subject->labels);
}

static int read_namespace_labels(struct parse *parse, const struct yaml_pair *pair,
				 void *object)
{
	struct case_subject *subject = object;

	subject->has_namespace_labels = true;
	return parse_labels(parse, pair, &subject->namespace_labels);
}

static int read_node_labels(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	struct case_subject *subject = object;

	subject->has_node_labels = true;
	return parse_labels(parse, pair, &subject->node_labels);
}

/* Of the file and of a case, both of which begin with their struct case_subject. */
#define SUBJECT_FIELDS                                                                   \
	{"namespace", read_namespace, 0}, {"container", read_container, 0},              \
		{"unit", read_unit, 0}, {"labels", read_labels, 0},                      \
		{"namespaceLabels", read_namespace_labels, 0},                           \
	{                                                                                \
		"nodeLabels", read_node_labels, 0                                        \
	}

/* --- a case
 * ----------------------------------------------------------------------------- */

static int read_name(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy_case *item = object;

	return parse_text(parse, pair, &item->name);
}

static int read_want(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy_case *item = object;
	size_t word;
	int r = parse_word(parse, pair, verdict_names, ARRAY_SIZE(verdict_names), &word);

	if (!r)
		item->want = (enum verdict)word;
	return r;
}

static int read_rule(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy_case *item = object;

	return parse_text(parse, pair, &item->rule);
}

static int read_policy(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy_case *item = object;

	return parse_text(parse, pair, &item->policy);
}

static int read_errno(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy_case *item = object;
	int64_t number = 0;
	const char *name;
	int r;

	if (pair->value->type != YAML_STRING) {
		r = parse_number(parse, pair, 1, ERRNO_MAX, &number);
		if (!r)
			item->error = (uint8_t)number;
		return r;
	}
	for (int i = 1; i <= ERRNO_MAX; i++) {
		name = strerrorname_np(i);
		if (name && !strcmp(name, pair->value->text)) {
			item->error = (uint8_t)i;
			return 0;
		}
	}
	return parse_error(parse, pair->value,
			   "\"%.80s\" is no errno; give a name as EPERM, or its number",
			   pair->value->text);
}

static int check_subject(struct parse *parse, const struct yaml_node *node,
			 const struct case_subject *subject)
{
	if (!subject->unit || !(subject->name_space || subject->container ||
				subject->has_labels || subject->has_namespace_labels))
		return 0;
	return parse_error(parse, node,
			   "a unit of the host has no labels, namespace or container; "
			   "leave one of them out");
}

static int check_case(struct parse *parse, const struct yaml_node *node,
		      struct policy_case *item)
{
	if (!item->n_events)
		return parse_error(
			parse, node,
			"the case asks nothing; give exec, open, socket, connect or "
			"unix");
	if (item->want == VERDICT_ALLOW && (item->rule || item->policy || item->error))
		return parse_error(
			parse, node,
			"what is allowed has no rule, policy or errno; leave them "
			"out");
	if (item->want == VERDICT_AUDIT && item->error)
		return parse_error(parse, node,
				   "what is only reported has no errno; leave it out");
	if (check_subject(parse, node, &item->subject))
		return PARSE_E_WRONG;
	return case_apply_terms(parse, node, item);
}

static int read_case(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"name", read_name, FIELD_REQUIRED},
		SUBJECT_FIELDS,
		{"exec", case_read_events, 0},
		{"open", case_read_events, 0},
		{"socket", case_read_events, 0},
		{"connect", case_read_events, 0},
		{"unix", case_read_events, 0},
		{"from", case_read_term, 0},
		{"fromScript", case_read_term, 0},
		{"script", case_read_term, 0},
		{"called", case_read_term, 0},
		{"identity", case_read_term, 0},
		{"with", case_read_with, 0},
		{"want", read_want, FIELD_REQUIRED},
		{"rule", read_rule, 0},
		{"policy", read_policy, 0},
		{"errno", read_errno, 0},
	};
	struct policy_cases *cases = object;
	struct policy_case *grown = array_grow(cases->items, cases->n, sizeof(*grown));
	int r;

	if (!grown)
		return -ENOMEM;
	cases->items = grown;
	grown[cases->n] = (struct policy_case){.line = pair->value->line};
	r = parse_map(parse, pair->value, "a case", fields, ARRAY_SIZE(fields),
		      &grown[cases->n++]);
	return r ? r : check_case(parse, pair->value, &grown[cases->n - 1]);
}

/* --- the file
 * --------------------------------------------------------------------------- */

static int read_cases(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, read_case, object);
}

static int read_tree(struct parse *parse, const struct yaml_tree *tree,
		     struct policy_cases *cases)
{
	static const struct field fields[] = {
		SUBJECT_FIELDS,
		{"cases", read_cases, FIELD_REQUIRED},
	};
	int r;

	if (tree->n_documents != 1)
		return parse_error(
			parse, tree->n_documents ? tree->documents[1] : NULL,
			"a file of cases is one document; give another its own file");
	r = parse_map(parse, tree->documents[0], "a file of cases", fields,
		      ARRAY_SIZE(fields), cases);
	return r ? r : check_subject(parse, tree->documents[0], &cases->defaults);
}

int policy_cases_read(const char *path, struct diagnostics *diagnostics,
		      struct policy_cases *ret_cases)
{
	_cleanup_(policy_cases_clear) struct policy_cases cases = {.source =
									   strdup(path)};
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree = NULL;
	_cleanup_(freep) char *text = NULL;
	struct parse parse = {.source = path, .diagnostics = diagnostics};
	size_t n_errors = diagnostics->n_errors, length = 0;
	int r = cases.source ? text_read_file(path, diagnostics, &text, &length)
			     : -ENOMEM;

	if (r < 0)
		return r;
	r = yaml_read(text, length, path, diagnostics, &tree);
	if (r >= 0)
		r = read_tree(&parse, tree, &cases);
	if (r < 0)
		return r;
	if (diagnostics->n_errors > n_errors)
		return -EINVAL;
	*ret_cases = cases;
	cases = (struct policy_cases){0};
	return 0;
}
