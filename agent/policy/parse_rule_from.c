// SPDX-License-Identifier: Apache-2.0
/* By which program a rule's event is caused. */
#include "policy/array.h"
#include "policy/parse_rule.h"
#include "policy/path.h"
#include "util/cleanup.h"

static int read_program(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy_rule *rule = ((struct rule_reader *)object)->rule;
	const char *path;
	int r = parse_executable(parse, pair, &path);

	return r ? r : strings_add(&rule->from, &rule->n_from, path);
}

static int read_from_not(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	((struct rule_reader *)object)->rule->from_not = true;
	return parse_list(parse, pair, read_program, object);
}

int rule_read_from(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {{"not", read_from_not, FIELD_REQUIRED}};
	struct rule_reader *reader = object;
	int r;

	reader->from = pair->value;
	/* The others have no rules but those that name what they are about. */
	if (parse->section <= SECTION_NETWORK)
		reader->has_condition = true;
	if (pair->value->type == YAML_MAP)
		r = parse_map(parse, pair->value, "\"from\"", fields, ARRAY_SIZE(fields),
			      object);
	else
		r = parse_list(parse, pair, read_program, object);
	return r ? r : rule_refuse(parse, object, "from", "from");
}

int rule_check_from(struct parse *parse, const struct rule_reader *reader)
{
	const struct policy_rule *rule = reader->rule;
	bool denies = rule->action == ACTION_DENY || rule->action == ACTION_KILL;

	if (!rule->n_from || rule->from_not || !denies)
		return 0;
	return parse_warning(parse, reader->from,
			     "a copy of a program escapes what is denied to the program; "
			     "deny it to all others, as {not: [...]} does");
}
