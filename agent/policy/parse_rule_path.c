// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "policy/parse_rule.h"
#include "policy/path.h"
#include "util/cleanup.h"

int parse_path(struct parse *parse, const struct yaml_pair *pair, const char **ret_path)
{
	const char *path, *problem;
	int r = parse_string(parse, pair, &path);

	if (r)
		return r;
	problem = path_check(path);
	if (problem)
		return parse_error(parse, pair->value, "\"%.200s\": %s", path, problem);
	if (parse->section == SECTION_EXEC && path_is_directory(path))
		return parse_error(
			parse, pair->value,
			"\"%.200s\": a directory is never executed, this can match "
			"nothing; write \"%.200s**\" for all below",
			path, path);
	*ret_path = path;
	return 0;
}

struct path_list {
	char ***paths;
	size_t *n;
};

static int read_path(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct path_list *list = object;
	const char *path;
	int r = parse_path(parse, pair, &path);

	return r ? r : strings_add(list->paths, list->n, path);
}

static int read_paths(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;
	struct path_list list = {&reader->rule->paths, &reader->rule->n_paths};

	reader->has_condition = true;
	return parse_list(parse, pair, read_path, &list);
}

static int read_except(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy_rule *rule = ((struct rule_reader *)object)->rule;
	struct path_list list = {&rule->except, &rule->n_except};

	return parse_list(parse, pair, read_path, &list);
}

/* Paths that are checked and kept nowhere, of what is refused. */
static int check_path(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	const char *path;

	(void)object;
	return parse_path(parse, pair, &path);
}

static int read_from_not(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, check_path, object);
}

int rule_read_from(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {{"not", read_from_not, FIELD_REQUIRED}};
	int r;

	if (pair->value->type == YAML_MAP)
		r = parse_map(parse, pair->value, "\"from\"", fields, ARRAY_SIZE(fields),
			      object);
	else
		r = parse_list(parse, pair, check_path, object);
	return r ? r : rule_refuse(parse, object, "from", "from");
}

static int read_access_word(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	static const char *const words[] = {"read", "write"};
	static const uint32_t bits[] = {ACCESS_READ, ACCESS_WRITE};
	struct policy_rule *rule = object;
	size_t word;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	if (!r)
		rule->access |= bits[word];
	return r;
}

static int read_access(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy_rule *rule = ((struct rule_reader *)object)->rule;

	rule->access = 0;
	return parse_list(parse, pair, read_access_word, rule);
}

/* A condition that is true or not there: false is as if it were left out. */
static int read_flag(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;
	bool value = false;
	int r = parse_bool(parse, pair, &value);

	if (r || !value)
		return r;
	reader->has_condition = true;
	return rule_refuse(parse, reader, pair->key->text, pair->key->text);
}

static int read_one_word(struct parse *parse, const struct yaml_pair *pair,
			 struct rule_reader *reader, const char *word)
{
	size_t at;
	int r = parse_word(parse, pair, &word, 1, &at);

	return r ? r : rule_refuse(parse, reader, pair->key->text, pair->key->text);
}

static int read_stdio(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;

	reader->has_condition = true;
	return read_one_word(parse, pair, reader, "socket");
}

static int read_owner(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;

	reader->has_condition = true;
	return read_one_word(parse, pair, reader, "other");
}

static int read_as(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return read_one_word(parse, pair, object, "direct");
}

static int read_multicall(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return read_one_word(parse, pair, object, "by-name");
}

const struct field rule_fields_exec[] = {
	{"paths", read_paths, 0},	  {"except", read_except, 0},
	{"fileless", read_flag, 0},	  {"drifted", read_flag, 0},
	{"stdio", read_stdio, 0},	  {"as", read_as, 0},
	{"multicall", read_multicall, 0},
};
const size_t rule_fields_exec_n = ARRAY_SIZE(rule_fields_exec);

const struct field rule_fields_file[] = {
	{"access", read_access, 0},
	{"paths", read_paths, 0},
	{"except", read_except, 0},
	{"owner", read_owner, 0},
};
const size_t rule_fields_file_n = ARRAY_SIZE(rule_fields_file);

static bool is_covered(char *const *outer, size_t n, const char *inner)
{
	for (size_t i = 0; i < n; i++)
		if (path_covers(outer[i], inner))
			return true;
	return false;
}

int rule_check_paths(struct parse *parse, const struct yaml_node *node,
		     const struct rule_reader *reader)
{
	const struct policy_rule *rule = reader->rule;

	if (!rule->n_except || rule->n_paths > RULE_COMPARISONS_MAX / rule->n_except)
		return 0;
	for (size_t i = 0; i < rule->n_paths; i++)
		if (!is_covered(rule->except, rule->n_except, rule->paths[i]))
			return 0;
	if (!rule->n_paths)
		return parse_error(
			parse, node,
			"\"except\" without \"paths\"; add paths to except from");
	return parse_error(parse, node,
			   "all of \"paths\" is excepted, the rule can match nothing; "
			   "narrow \"except\" or drop the rule");
}
