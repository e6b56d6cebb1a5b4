// SPDX-License-Identifier: Apache-2.0
/* The fields of rules on sockets, capabilities and operations. */
#include <strings.h>

#include "policy/parse_rule.h"
#include "util/cleanup.h"

static int read_families(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;

	reader->has_condition = true;
	return parse_set(parse, pair, &names_families, &reader->rule->families);
}

static int read_types(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;

	reader->has_condition = true;
	return parse_set(parse, pair, &names_types, &reader->rule->types);
}

static int read_protocols(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;

	reader->has_condition = true;
	return parse_set(parse, pair, &names_protocols, &reader->rule->protocols);
}

const struct field rule_fields_sockets[] = {
	{"families", read_families, 0},
	{"types", read_types, 0},
	{"protocols", read_protocols, 0},
};
const size_t rule_fields_sockets_n = ARRAY_SIZE(rule_fields_sockets);

static const char *without_prefix(const char *word)
{
	return !strncasecmp(word, "CAP_", 4) ? word + 4 : word;
}

static int read_capability(struct parse *parse, const struct yaml_pair *pair,
			   void *object)
{
	const char *word, *nearest;
	int r = parse_string(parse, pair, &word);

	(void)object;
	if (r || names_find(&names_capabilities, without_prefix(word), 0) <
			 names_capabilities.n)
		return r;
	nearest = parse_is_full(parse)
			  ? NULL
			  : names_nearest(&names_capabilities, without_prefix(word));
	if (nearest)
		return parse_error(parse, pair->value,
				   "\"%.80s\" is not a capability; did you mean \"%s\"?",
				   word, nearest);
	return parse_error(parse, pair->value,
			   "\"%.80s\" is not a capability; give one as \"NET_RAW\"",
			   word);
}

static int read_capabilities(struct parse *parse, const struct yaml_pair *pair,
			     void *object)
{
	struct rule_reader *reader = object;
	int r = parse_list(parse, pair, read_capability, NULL);

	reader->has_condition = true;
	return r ? r : rule_refuse(parse, reader, "capabilities", "capabilities");
}

const struct field rule_fields_capabilities[] = {{"capabilities", read_capabilities, 0}};
const size_t rule_fields_capabilities_n = ARRAY_SIZE(rule_fields_capabilities);

static int read_operation(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const char *const words[] = {"ptrace", "setuid", "mount",
					    "userns", "module", "bpf"};
	size_t word = 0;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	return r ? r : rule_refuse(parse, object, words[word], words[word]);
}

static int read_operations(struct parse *parse, const struct yaml_pair *pair,
			   void *object)
{
	((struct rule_reader *)object)->has_condition = true;
	return parse_list(parse, pair, read_operation, object);
}

const struct field rule_fields_process[] = {{"operations", read_operations, 0}};
const size_t rule_fields_process_n = ARRAY_SIZE(rule_fields_process);
