// SPDX-License-Identifier: Apache-2.0
#include "policy/case_event.h"

#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "util/cleanup.h"

static int add_event(struct policy_case *item, struct event *event)
{
	struct event *grown = array_grow(item->events, item->n_events, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	item->events = grown;
	grown[item->n_events++] = *event;
	return 0;
}

static int read_event(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	_cleanup_(freep) char *message = NULL;
	enum eval_kind kind = EVAL_EXEC;
	struct event event;
	const char *text;
	int r = parse_string(parse, pair, &text);

	if (r)
		return r;
	while (strcmp(event_kind_name(kind), pair->key->text) != 0)
		kind++;
	r = event_parse(kind, text, &event, &message);
	if (r == -EINVAL)
		return parse_error(parse, pair->value, "%s",
				   message ? message : "no event");
	if (r < 0)
		return r;
	r = add_event(object, &event);
	if (r < 0)
		event_clear(&event);
	return r;
}

int case_read_events(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	if (pair->value->type == YAML_LIST)
		return parse_list(parse, pair, read_event, object);
	return read_event(parse, pair, object);
}

int case_read_term(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy_case *item = object;
	_cleanup_(freep) char *message = NULL;
	const char *text;
	int r = parse_string(parse, pair, &text);

	if (r)
		return r;
	r = event_terms_add(&item->terms, pair->key->text, text, &message);
	if (r == -EINVAL)
		return parse_error(parse, pair->value, "%s", message ? message : text);
	return r;
}

int case_read_with(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	if (pair->value->type == YAML_LIST)
		return parse_list(parse, pair, case_read_term, object);
	return case_read_term(parse, pair, object);
}

int case_apply_terms(struct parse *parse, const struct yaml_node *node,
		     struct policy_case *item)
{
	_cleanup_(freep) char *message = NULL;
	int r = event_terms_apply(&item->terms, item->events, item->n_events, &message);

	return r == -EINVAL ? parse_error(parse, node, "%s", message ? message : "") : r;
}
