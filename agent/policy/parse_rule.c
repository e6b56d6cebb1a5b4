// SPDX-License-Identifier: Apache-2.0
#include "policy/parse_rule.h"

#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "policy/enforcement.h"
#include "policy/model_names.h"
#include "util/cleanup.h"

#define RULE_NAME_BYTES 63
#define RULE_NAME_CHARACTERS                                                             \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
#define ERRNO_LAST 133 /* EHWPOISON, the last of <asm-generic/errno.h> */

int rule_refuse(struct parse *parse, struct rule_reader *reader, const char *key,
		const char *refused)
{
	const char *why = enforcement_refusal(parse->section, refused);

	if (!why)
		return 0;
	return enforcement_lower(&reader->rule->enforcement, &reader->rule->open_ways,
				 REFUSED, key, why);
}

/* Told in `status` and in metrics' labels, so it must be one plain word. */
static int read_name(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;
	const char *name;
	int r = parse_string(parse, pair, &name);

	if (r)
		return r;
	if (strlen(name) > RULE_NAME_BYTES || name[strspn(name, RULE_NAME_CHARACTERS)])
		return parse_error(
			parse, pair->value,
			"\"%.80s\" is no rule's name; a name is at most %d letters, "
			"digits, \"-\", \"_\" and \".\"",
			name, RULE_NAME_BYTES);
	return parse_text(parse, pair, &reader->rule->name);
}

static int read_action(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;
	size_t word;
	int r = parse_word(parse, pair, action_names, ARRAY_SIZE(action_names), &word);

	if (!r)
		reader->rule->action = (enum action)word;
	return r;
}

static int read_errno(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;
	int64_t number = 0;
	int r = parse_number(parse, pair, 1, ERRNO_LAST, &number);

	reader->error = pair->value;
	if (!r)
		reader->rule->error = (uint8_t)number;
	return r;
}

static int read_severity(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_severity(parse, pair,
			      &((struct rule_reader *)object)->rule->severity);
}

static int read_tags(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy_rule *rule = ((struct rule_reader *)object)->rule;

	return parse_tags(parse, pair, &rule->tags, &rule->n_tags);
}

static int read_message(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_message(parse, pair, &((struct rule_reader *)object)->rule->message);
}

static int read_strict(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_bool(parse, pair, &((struct rule_reader *)object)->rule->strict);
}

static const struct field common_fields[] = {
	{"name", read_name, 0},	    {"action", read_action, FIELD_REQUIRED},
	{"errno", read_errno, 0},   {"severity", read_severity, 0},
	{"tags", read_tags, 0},	    {"message", read_message, 0},
	{"strict", read_strict, 0}, {"from", rule_read_from, 0},
};

/* What a section's rules are made of. */
static const struct section_rules {
	const char *what;
	const struct field *fields;
	const size_t *n_fields;
	uint8_t error;	       /* where a rule says none (POLICY.md, Errno) */
	const char *condition; /* what an empty rule lacks */
	int (*check)(struct parse *parse, const struct yaml_node *node,
		     const struct rule_reader *reader);
} section_rules[SECTION_COUNT] = {
	[SECTION_EXEC] = {"a rule of exec", rule_fields_exec, &rule_fields_exec_n, EPERM,
			  "add paths; [\"/**\"] are all", rule_check_paths},
	[SECTION_FILE] = {"a rule of file", rule_fields_file, &rule_fields_file_n, EACCES,
			  "add paths; [\"/**\"] are all", rule_check_paths},
	[SECTION_SOCKETS] = {"a rule of sockets", rule_fields_sockets,
			     &rule_fields_sockets_n, EPERM,
			     "add families, types or protocols", NULL},
	[SECTION_NETWORK] = {"a rule of network", rule_fields_network,
			     &rule_fields_network_n, EPERM, "add to, ports or protocols",
			     rule_check_network},
	[SECTION_CAPABILITIES] = {"a rule of capabilities", rule_fields_capabilities,
				  &rule_fields_capabilities_n, EPERM, "add capabilities",
				  NULL},
	[SECTION_PROCESS] = {"a rule of process", rule_fields_process,
			     &rule_fields_process_n, EPERM, "add operations", NULL},
};

static int name_rule(struct policy_rule *rule)
{
	if (rule->name)
		return 0;
	if (asprintf(&rule->name, "rule-%u", rule->number) < 0) {
		rule->name = NULL;
		return -ENOMEM;
	}
	return 0;
}

static int read_fields(struct parse *parse, const struct yaml_node *node,
		       const struct section_rules *kind, struct rule_reader *reader)
{
	struct field fields[RULE_FIELDS_MAX];
	size_t n = ARRAY_SIZE(common_fields);

	memcpy(fields, common_fields, sizeof(common_fields));
	memcpy(fields + n, kind->fields, *kind->n_fields * sizeof(*fields));
	return parse_map(parse, node, kind->what, fields, n + *kind->n_fields, reader);
}

static int check_rule(struct parse *parse, const struct yaml_node *node,
		      const struct section_rules *kind, const struct rule_reader *reader)
{
	const struct policy_rule *rule = reader->rule;
	bool denies = rule->action == ACTION_DENY || rule->action == ACTION_KILL;
	int r;

	if (!reader->has_condition)
		return parse_error(parse, node,
				   "an empty rule, it says not what it matches; %s",
				   kind->condition);
	if (reader->error && !denies) {
		r = parse_warning(
			parse, reader->error,
			"\"errno\" has no effect, a rule of action %s denies nothing; "
			"leave it out",
			action_names[rule->action]);
		if (r)
			return r;
	}
	r = rule_check_from(parse, reader);
	return r || !kind->check ? r : kind->check(parse, node, reader);
}

static int tell_refused(struct parse *parse, const struct yaml_node *node,
			const struct policy_rule *rule)
{
	if (rule->enforcement != REFUSED)
		return 0;
	return parse_warning(parse, node,
			     "rule \"%s\" of %s is refused and in force nowhere; %s",
			     rule->name, section_names[rule->section], rule->open_ways);
}

int parse_rule(struct parse *parse, const struct yaml_node *node, unsigned number,
	       struct policy_rule *rule)
{
	const struct section_rules *kind = &section_rules[parse->section];
	struct rule_reader reader = {.rule = rule};
	int r;

	rule->line = node->line;
	rule->number = number;
	rule->section = parse->section;
	rule->error = kind->error;
	rule->access =
		parse->section == SECTION_EXEC ? ACCESS_EXEC : ACCESS_READ | ACCESS_WRITE;
	rule->families.any = rule->types.any = rule->protocols.any = rule->ports.any =
		true;
	r = read_fields(parse, node, kind, &reader);
	if (!r)
		r = check_rule(parse, node, kind, &reader);
	if (!r || r == PARSE_E_WRONG) {
		int e = name_rule(rule);

		r = e ? e : r;
	}
	if (!r)
		r = enforcement_judge(rule);
	return r ? r : tell_refused(parse, node, rule);
}
