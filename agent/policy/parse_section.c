// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "policy/enforcement.h"
#include "policy/model_names.h"
#include "policy/parse.h"
#include "policy/rule.h"
#include "util/cleanup.h"

/* "allow" or "deny". */
static int read_default_word(struct parse *parse, const struct yaml_pair *pair,
			     bool *ret_deny)
{
	static const char *const words[] = {"allow", "deny"};
	size_t word = 0;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	if (!r)
		*ret_deny = word;
	return r;
}

/*
 * A default, or part of one, that this version cannot enforce is left out, and said so.
 */
static int leave_out(struct parse *parse, const struct yaml_pair *pair,
		     struct policy_section *section, const char *why)
{
	int r = parse_warning(parse, pair->value,
			      "\"%s: %s\" of %s is refused and in force nowhere; %s",
			      pair->key->text, pair->value->text,
			      section_names[parse->section], why);

	if (r)
		return r;
	return enforcement_lower(&section->default_enforcement,
				 &section->default_open_ways, PARTIAL, pair->key->text,
				 why);
}

/* One direction of a network default. */
static int read_direction(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy_section *section = object;
	const char *why = enforcement_section_refusal(SECTION_NETWORK, pair->key->text);
	bool deny = false;
	int r = read_default_word(parse, pair, &deny);

	if (r || !deny)
		return r;
	if (why)
		return leave_out(parse, pair, section, why);
	section->default_deny = true;
	return 0;
}

static int read_default(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field directions[] = {
		{"connect", read_direction, 0},
		{"bind", read_direction, 0},
		{"listen", read_direction, 0},
		{"accept", read_direction, 0},
	};
	const char *why = enforcement_section_refusal(parse->section, "default");
	struct policy_section *section = object;
	bool deny = false;
	int r;

	if (parse->section == SECTION_NETWORK && pair->value->type == YAML_MAP)
		return parse_map(parse, pair->value, "\"default\" of network", directions,
				 ARRAY_SIZE(directions), section);
	r = read_default_word(parse, pair, &deny);
	if (r || !deny)
		return r;
	if (why)
		return leave_out(parse, pair, section, why);
	section->default_deny = true;
	return 0;
}

static int read_libraries(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const char *const words[] = {"judge"};
	size_t word;
	int r = parse_word(parse, pair, words, 1, &word);

	if (r)
		return r;
	return leave_out(parse, pair, object,
			 enforcement_section_refusal(parse->section, "libraries"));
}

static int read_base(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const char *const words[] = {"none"};
	struct policy_section *section = object;
	size_t word;
	int r = parse_word(parse, pair, words, 1, &word);

	section->base_none = !r;
	return r;
}

static int read_rule(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy_section *section = object;
	struct policy_rule *rules =
		array_grow(section->rules, section->n_rules, sizeof(*rules));
	unsigned number = (unsigned)section->n_rules;

	if (!rules)
		return -ENOMEM;
	section->rules = rules;
	rules[section->n_rules++] = (struct policy_rule){0};
	return parse_rule(parse, pair->value, number, &rules[number]);
}

static int compare_names(const void *a, const void *b)
{
	const struct policy_rule *left = *(const struct policy_rule *const *)a;
	const struct policy_rule *right = *(const struct policy_rule *const *)b;
	int order = strcmp(left->name, right->name);

	if (order)
		return order;
	return (left->number > right->number) - (left->number < right->number);
}

/* Counters and denials are told by rule name: no two rules of a section may share one. */
static int check_names(struct parse *parse, const struct yaml_node *list,
		       const struct policy_section *section)
{
	_cleanup_(freep) const struct policy_rule **rules = NULL;
	int r;

	rules = calloc(section->n_rules + 1, sizeof(struct policy_rule *));
	if (!rules)
		return -ENOMEM;
	for (size_t i = 0; i < section->n_rules; i++)
		rules[i] = &section->rules[i];
	qsort(rules, section->n_rules, sizeof(struct policy_rule *), compare_names);
	for (size_t i = 1; i < section->n_rules; i++) {
		if (strcmp(rules[i - 1]->name, rules[i]->name) != 0)
			continue;
		r = parse_error(parse, list->items[rules[i]->number],
				"rule \"%s\" is there twice in %s, first on line %u; "
				"give each a name of its own",
				rules[i]->name, section_names[parse->section],
				rules[i - 1]->line);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_rules(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	int r = parse_list(parse, pair, read_rule, object);

	if (r < 0 || pair->value->type != YAML_LIST)
		return r;
	return check_names(parse, pair->value, object);
}

static const struct field exec_fields[] = {{"default", read_default, 0},
					   {"rules", read_rules, 0},
					   {"libraries", read_libraries, 0}};
static const struct field file_fields[] = {
	{"default", read_default, 0}, {"rules", read_rules, 0}, {"base", read_base, 0}};
static const struct field plain_fields[] = {{"default", read_default, 0},
					    {"rules", read_rules, 0}};

static const struct {
	const struct field *fields;
	size_t n;
} section_fields[SECTION_COUNT] = {
	[SECTION_EXEC] = {exec_fields, ARRAY_SIZE(exec_fields)},
	[SECTION_FILE] = {file_fields, ARRAY_SIZE(file_fields)},
	[SECTION_SOCKETS] = {plain_fields, ARRAY_SIZE(plain_fields)},
	[SECTION_NETWORK] = {plain_fields, ARRAY_SIZE(plain_fields)},
	[SECTION_CAPABILITIES] = {plain_fields, ARRAY_SIZE(plain_fields)},
	[SECTION_PROCESS] = {plain_fields, ARRAY_SIZE(plain_fields)},
};

int parse_section(struct parse *parse, const struct yaml_pair *pair)
{
	struct policy_section *section = &parse->policy->sections[parse->section];
	char what[32];
	int r;

	section->present = true;
	section->line = pair->key->line;
	snprintf(what, sizeof(what), "\"%s\"", section_names[parse->section]);
	r = parse_map(parse, pair->value, what, section_fields[parse->section].fields,
		      section_fields[parse->section].n, section);
	if (r)
		return r;
	if (!pair->value->n)
		return parse_error(
			parse, pair->value,
			"\"%s\" is empty; add \"default\" or \"rules\", or leave it out",
			section_names[parse->section]);
	return enforcement_judge_default(section, parse->section);
}
