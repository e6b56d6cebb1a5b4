// SPDX-License-Identifier: Apache-2.0
/* Selectors of Tetragon's probes: conditions, and what is done where all of them hold. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "import/tetragon.h"
#include "util/cleanup.h"

static const enum image_section sections[] = {
	[TETRAGON_FILE] = SECTION_FILE,
	[TETRAGON_EXEC] = SECTION_EXEC,
	[TETRAGON_CONNECT] = SECTION_NETWORK,
	[TETRAGON_SOCKET] = SECTION_SOCKETS,
	[TETRAGON_CAPABILITY] = SECTION_CAPABILITIES,
	[TETRAGON_OPERATION] = SECTION_PROCESS,
};

/* A match on its way, with what it belongs to. */
struct reading {
	struct tetragon_selector *selector;
	struct tetragon_match match;
	bool has_argument;
	bool follows;
};

static int read_index(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct reading *reading = object;
	int64_t index = 0;
	int r = parse_number(parse, pair, 0, TETRAGON_ARGUMENTS - 1, &index);

	if (!reading->has_argument)
		reading->match.argument = (unsigned)index;
	reading->has_argument = true;
	return r;
}

/* Its place among the arguments that the probe lists; it counts before "index". */
static int read_place(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct reading *reading = object;
	const struct tetragon_probe *probe = reading->selector->probe;
	int64_t place = 0;
	int r = parse_number(parse, pair, 0, TETRAGON_ARGUMENTS - 1, &place);

	if (r)
		return r;
	if ((size_t)place >= probe->n_arguments)
		return parse_error(parse, pair->value,
				   "argument %d is not among the %zu that the probe "
				   "lists; count from 0",
				   (int)place, probe->n_arguments);
	reading->match.argument = probe->arguments[place];
	reading->has_argument = true;
	return 0;
}

static int read_places(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	if (pair->value->type == YAML_LIST && pair->value->n > 1)
		return parse_error(parse, pair->value,
				   "several arguments in one condition; give one");
	return parse_list(parse, pair, read_place, object);
}

static int read_operator(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_string(parse, pair, &((struct reading *)object)->match.op);
}

static int check_value(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)object;
	if (pair->value->type == YAML_STRING || pair->value->type == YAML_INTEGER)
		return 0;
	return parse_error(parse, pair->value, "a value is a string or a number, not %s",
			   yaml_type_name(pair->value->type));
}

static int read_values(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	((struct reading *)object)->match.values = pair->value;
	return parse_list(parse, pair, check_value, object);
}

static int read_follow(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_bool(parse, pair, &((struct reading *)object)->follows);
}

static int read_argument(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"index", read_index, 0},
		{"args", read_places, 0},
		{"operator", read_operator, FIELD_REQUIRED},
		{"values", read_values, FIELD_REQUIRED},
	};
	struct reading reading = {.selector = object, .match = {.node = pair->value}};
	int r = parse_map(parse, pair->value, "a condition", fields, ARRAY_SIZE(fields),
			  &reading);

	return r ? r : tetragon_use_argument(parse, object, &reading.match);
}

static int read_arguments(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, read_argument, object);
}

static int read_binaries_item(struct parse *parse, const struct yaml_pair *pair,
			      void *object)
{
	static const struct field fields[] = {
		{"operator", read_operator, FIELD_REQUIRED},
		{"values", read_values, FIELD_REQUIRED},
		{"followChildren", read_follow, 0},
	};
	struct reading reading = {.selector = object, .match = {.node = pair->value}};
	struct tetragon_selector *selector = object;
	int r = parse_map(parse, pair->value, "a condition", fields, ARRAY_SIZE(fields),
			  &reading);

	if (r)
		return r;
	if (reading.follows || json_object_get(selector->rule, "from"))
		return tetragon_selector_lack(
			selector, importer_of(parse), pair->value, IMPORT_FILTER,
			"\"from\" is one list of programs, and not about what "
			"they start");
	return tetragon_use_binaries(parse, object, &reading.match);
}

static int read_binaries(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, read_binaries_item, object);
}

static int lack_filter(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return tetragon_selector_lack(
		(struct tetragon_selector *)object, importer_of(parse), pair->key,
		IMPORT_FILTER,
		"%s: no rule has such a condition; paths, addresses, programs "
		"and the like are",
		pair->key->text);
}

struct verdict_action {
	const struct yaml_node *name;
	int64_t error;
	int64_t signal;
};

static int read_action_name(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	const char *name;

	((struct verdict_action *)object)->name = pair->value;
	return parse_string(parse, pair, &name);
}

static int read_error(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_number(parse, pair, -133, -1,
			    &((struct verdict_action *)object)->error);
}

static int read_signal(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_number(parse, pair, 1, 64,
			    &((struct verdict_action *)object)->signal);
}

static int use_action(struct parse *parse, struct tetragon_selector *selector,
		      const struct verdict_action *action)
{
	const char *name = action->name->text;
	bool notifies = !strcmp(name, "NotifyEnforcer");
	bool signals = notifies || !strcmp(name, "Signal");

	if (!strcmp(name, "Post")) {
		selector->reports = true;
	} else if (!strcmp(name, "NoPost")) {
		selector->is_silent = true;
	} else if (!strcmp(name, "Sigkill") || (signals && action->signal == SIGKILL)) {
		selector->kills = true;
	} else if (!strcmp(name, "Override") ||
		   (notifies && action->error && !action->signal)) {
		selector->denies = true;
	} else {
		return tetragon_selector_lack(
			selector, importer_of(parse), action->name, IMPORT_ACTION,
			"action \"%.80s\" is no verdict; those are allow, audit, "
			"deny and kill",
			name);
	}
	if (action->error)
		selector->error = -action->error;
	return 0;
}

static int read_action(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"action", read_action_name, FIELD_REQUIRED},
		{"argError", read_error, 0},
		{"argSig", read_signal, 0},
		/* Of reports, and of actions that are none of ours. */
		{"rateLimit", NULL, FIELD_IGNORED},
		{"rateLimitScope", NULL, FIELD_IGNORED},
		{"kernelStackTrace", NULL, FIELD_IGNORED},
		{"userStackTrace", NULL, FIELD_IGNORED},
		{"imaHash", NULL, FIELD_IGNORED},
		{"argFd", NULL, FIELD_IGNORED},
		{"argName", NULL, FIELD_IGNORED},
		{"argUrl", NULL, FIELD_IGNORED},
		{"argFqdn", NULL, FIELD_IGNORED},
		{"argSock", NULL, FIELD_IGNORED},
		{"argRegs", NULL, FIELD_IGNORED},
	};
	struct verdict_action action = {0};
	int r = parse_map(parse, pair->value, "an action", fields, ARRAY_SIZE(fields),
			  &action);

	return r ? r : use_action(parse, object, &action);
}

static int read_actions(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, read_action, object);
}

/* Of one probe the first selector that matches decides alone; of ours the strictest does.
 */
static int check_order(struct importer *importer, const struct yaml_node *node,
		       struct tetragon_probe *probe,
		       const struct tetragon_selector *selector)
{
	bool enforces = selector->kills || selector->denies;

	if (enforces && (probe->has_passed || (selector->kills && probe->has_denied)))
		return import_lack(
			importer, node, IMPORT_ORDER,
			"an earlier selector of the probe decides where both match; here "
			"the stricter does: make the conditions exclude each other");
	probe->has_passed |= !enforces;
	probe->has_denied |= enforces && !selector->kills;
	return 0;
}

static int emit(struct importer *importer, const struct tetragon_selector *selector,
		unsigned line)
{
	const struct tetragon_probe *probe = selector->probe;
	const char *action = selector->kills	? "kill"
			     : selector->denies ? "deny"
						: "audit";
	json_t *rule = selector->rule;
	bool failed = json_object_set_new(rule, "action", json_string(action)) != 0;

	if (selector->error && strcmp(action, "audit") != 0)
		failed |= json_object_set_new(rule, "errno",
					      json_integer(selector->error)) != 0;
	if (probe->message)
		failed |= json_object_set_new(rule, "message",
					      json_string(probe->message)) != 0;
	if (probe->tags)
		failed |= json_object_set(rule, "tags", probe->tags) != 0;
	if (failed)
		return -ENOMEM;
	return draft_rule(&importer->draft, sections[probe->hook->object],
			  json_incref(rule), line);
}

static int convert(struct importer *importer, struct tetragon_probe *probe,
		   const struct yaml_node *node, struct tetragon_selector *selector)
{
	static const struct field fields[] = {
		{"matchArgs", read_arguments, 0},
		{"matchBinaries", read_binaries, 0},
		{"matchActions", read_actions, 0},
		{"matchPIDs", lack_filter, 0},
		{"matchData", lack_filter, 0},
		{"matchReturnArgs", lack_filter, 0},
		{"matchReturnActions", lack_filter, 0},
		{"matchParentBinaries", lack_filter, 0},
		{"matchNamespaces", lack_filter, 0},
		{"matchNamespaceChanges", lack_filter, 0},
		{"matchCapabilities", lack_filter, 0},
		{"matchCapabilityChanges", lack_filter, 0},
		{"matchCurrentCred", lack_filter, 0},
		{"macros", lack_filter, 0},
	};
	uint64_t lacks = importer->lacks;
	int r = import_count_rule(importer, node);

	if (!r)
		r = parse_map(&importer->parse, node, "a selector", fields,
			      ARRAY_SIZE(fields), selector);
	if (r)
		return r;
	importer->lacks &= ~(1ULL << IMPORT_ORDER);
	r = check_order(importer, node, probe, selector);
	if (importer->lacks & 1ULL << IMPORT_ORDER)
		selector->lost = true;
	importer->lacks |= lacks;
	if (r || selector->lost)
		return r;
	if (selector->is_silent && !selector->kills && !selector->denies &&
	    !selector->reports)
		return 0; /* it keeps quiet about what it matches */
	r = tetragon_complete(selector);
	return r ? r : emit(importer, selector, node->line);
}

static int convert_selector(struct importer *importer, struct tetragon_probe *probe,
			    const struct yaml_node *node)
{
	_cleanup_(json_decrefp) json_t *rule = json_object();
	struct tetragon_selector selector = {.probe = probe, .rule = rule};

	return rule ? convert(importer, probe, node, &selector) : -ENOMEM;
}

int tetragon_convert_selectors(struct importer *importer, struct tetragon_probe *probe)
{
	const struct yaml_node *list = probe->selectors;
	/* Without selectors it reports whenever the function is called. */
	const struct yaml_node any = {.type = YAML_MAP, .line = probe->name->line};
	int r = 0;

	if (!list)
		return convert_selector(importer, probe, &any);
	if (list->type != YAML_LIST || !list->n)
		return parse_error(&importer->parse, list,
				   "\"selectors\" is a list, of one selector at least");
	for (size_t i = 0; !r && i < list->n; i++)
		r = convert_selector(importer, probe, list->items[i]);
	return r;
}
