// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "policy/parse_rule.h"
#include "policy/path.h"
#include "util/cleanup.h"

static int parse_checked(struct parse *parse, const struct yaml_pair *pair,
			 const char *(*check)(const char *pattern), const char **ret_text)
{
	const char *text, *problem;
	int r = parse_string(parse, pair, &text);

	if (r)
		return r;
	problem = check(text);
	if (problem)
		return parse_error(parse, pair->value, "\"%.200s\": %s", text, problem);
	*ret_text = text;
	return 0;
}

int parse_executable(struct parse *parse, const struct yaml_pair *pair,
		     const char **ret_path)
{
	const char *path;
	int r = parse_checked(parse, pair, path_check, &path);

	if (r)
		return r;
	if (path_is_directory(path))
		return parse_error(
			parse, pair->value,
			"\"%.200s\": a directory is never executed, this can match "
			"nothing; write \"%.200s**\" for all below",
			path, path);
	*ret_path = path;
	return 0;
}

int parse_path(struct parse *parse, const struct yaml_pair *pair, const char **ret_path)
{
	if (parse->section == SECTION_EXEC)
		return parse_executable(parse, pair, ret_path);
	return parse_checked(parse, pair, path_check, ret_path);
}

int parse_socket_name(struct parse *parse, const struct yaml_pair *pair,
		      const char **ret_name)
{
	return parse_checked(parse, pair, socket_name_check, ret_name);
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
static int read_flag(struct parse *parse, const struct yaml_pair *pair, void *object,
		     bool *flag)
{
	struct rule_reader *reader = object;
	int r = parse_bool(parse, pair, flag);

	if (r || !*flag)
		return r;
	reader->has_condition = true;
	return rule_refuse(parse, reader, pair->key->text, pair->key->text);
}

static int read_fileless(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return read_flag(parse, pair, object,
			 &((struct rule_reader *)object)->rule->fileless);
}

static int read_drifted(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return read_flag(parse, pair, object,
			 &((struct rule_reader *)object)->rule->drifted);
}

/* A key with one word that it can say. */
static int read_one_word(struct parse *parse, const struct yaml_pair *pair,
			 struct rule_reader *reader, const char *word, bool *flag)
{
	size_t at;
	int r = parse_word(parse, pair, &word, 1, &at);

	*flag = !r;
	return r ? r : rule_refuse(parse, reader, pair->key->text, pair->key->text);
}

static int read_stdio(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;

	reader->has_condition = true;
	return read_one_word(parse, pair, reader, "socket", &reader->rule->stdio_socket);
}

static int read_owner(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const char *const words[] = {"other", "self"};
	static const enum file_owner owners[] = {OWNER_OTHER, OWNER_SELF};
	struct rule_reader *reader = object;
	size_t word = 0;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	if (r)
		return r;
	reader->has_condition = true;
	reader->rule->owner = owners[word];
	return rule_refuse(parse, reader, "owner", "owner");
}

static int read_as(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;

	return read_one_word(parse, pair, reader, "direct", &reader->rule->direct);
}

static int read_multicall(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;

	return read_one_word(parse, pair, reader, "by-name", &reader->rule->by_name);
}

const struct field rule_fields_exec[] = {
	{"paths", read_paths, 0},	  {"except", read_except, 0},
	{"fileless", read_fileless, 0},	  {"drifted", read_drifted, 0},
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

static bool excepts_all(const struct policy_rule *rule)
{
	if (!rule->n_except || rule->n_paths > RULE_COMPARISONS_MAX / rule->n_except)
		return false;
	for (size_t i = 0; i < rule->n_paths; i++)
		if (!is_covered(rule->except, rule->n_except, rule->paths[i]))
			return false;
	return rule->n_paths;
}

int rule_check_paths(struct parse *parse, const struct yaml_node *node,
		     const struct rule_reader *reader)
{
	const struct policy_rule *rule = reader->rule;

	if (excepts_all(rule))
		return parse_error(
			parse, node,
			"all of \"paths\" is excepted, the rule can match nothing; "
			"narrow \"except\" or drop the rule");
	if (rule->by_name && !rule->n_paths)
		return parse_error(parse, node,
				   "\"multicall: by-name\" without \"paths\"; add the "
				   "names that are meant");
	if (rule->by_name && rule->action == ACTION_ALLOW)
		return parse_warning(parse, node,
				     "\"multicall: by-name\" has no effect, a rule of "
				     "action allow goes by name anyway; leave it out");
	return 0;
}
