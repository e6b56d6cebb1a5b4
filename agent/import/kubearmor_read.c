// SPDX-License-Identifier: Apache-2.0
/* The sections of a KubeArmor policy and their rules, as they are written. */
#include <errno.h>
#include <string.h>

#include "import/kubearmor.h"
#include "policy/array.h"
#include "policy/path.h"
#include "util/cleanup.h"

static int read_action(struct parse *parse, const struct yaml_pair *pair,
		       struct ka_level *level)
{
	static const char *const words[] = {"Allow", "Audit", "Block"};
	static const enum ka_action actions[] = {KA_ALLOW, KA_AUDIT, KA_BLOCK};
	size_t word;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	if (!r)
		level->action = actions[word];
	return r;
}

/* One of "action", "severity", "tags" and "message". */
int ka_read_level(struct parse *parse, const struct yaml_pair *pair,
		  struct ka_level *level)
{
	const char *key = pair->key->text;

	if (!strcmp(key, "action"))
		return read_action(parse, pair, level);
	if (!strcmp(key, "severity"))
		return parse_number(parse, pair, 1, 10, &level->severity);
	if (!strcmp(key, "tags"))
		return parse_tags(parse, pair, &level->tags, &level->n_tags);
	return parse_string(parse, pair, &level->message);
}

static int read_rule_level(struct parse *parse, const struct yaml_pair *pair,
			   void *object)
{
	return ka_read_level(parse, pair, &((struct ka_rule *)object)->level);
}

static int read_section_level(struct parse *parse, const struct yaml_pair *pair,
			      void *object)
{
	struct ka_policy *policy = object;

	return ka_read_level(parse, pair, &policy->sections[policy->section]);
}

static int read_flag(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct ka_rule *rule = object;
	const char *key = pair->key->text;

	if (!strcmp(key, "ownerOnly"))
		return parse_bool(parse, pair, &rule->owner_only);
	if (!strcmp(key, "readOnly"))
		return parse_bool(parse, pair, &rule->read_only);
	return parse_bool(parse, pair, &rule->recursive);
}

/* KubeArmor's API server takes an absolute path that does not end in "/". */
static int check_path(struct parse *parse, const struct yaml_pair *pair)
{
	const char *path;
	int r = parse_string(parse, pair, &path);

	if (r)
		return r;
	if (*path != '/')
		return parse_error(parse, pair->value,
				   "\"%.200s\" is no absolute path; begin it with \"/\"",
				   path);
	if (path_is_directory(path))
		return parse_error(
			parse, pair->value,
			"\"%.200s\" ends in \"/\", which KubeArmor takes for directories "
			"alone; write it under matchDirectories, or drop the slash",
			path);
	return 0;
}

static int check_directory(struct parse *parse, const struct yaml_pair *pair)
{
	const char *path;
	int r = parse_string(parse, pair, &path);

	if (r || (*path == '/' && path_is_directory(path)))
		return r;
	return parse_error(
		parse, pair->value,
		"\"%.200s\" is no directory as KubeArmor takes them; begin and end it "
		"with \"/\"",
		path);
}

static int check_execname(struct parse *parse, const struct yaml_pair *pair)
{
	const char *name;
	int r = parse_string(parse, pair, &name);

	if (r || !strchr(name, '/'))
		return r;
	return parse_error(parse, pair->value,
			   "\"%.200s\" is no name of a program; write it under \"path\"",
			   name);
}

static int check_word(struct parse *parse, const struct yaml_pair *pair)
{
	const char *word;

	return parse_string(parse, pair, &word);
}

/* What names an object, by its key. */
static const struct object {
	const char *key;
	enum ka_match match;
	int (*check)(struct parse *parse, const struct yaml_pair *pair);
} objects[] = {
	{"path", KA_PATH, check_path},	     {"dir", KA_DIRECTORY, check_directory},
	{"pattern", KA_PATTERN, check_word}, {"execname", KA_EXECNAME, check_execname},
	{"protocol", KA_WORD, check_word},   {"capability", KA_WORD, check_word},
};

static int read_object(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct ka_rule *rule = object;

	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		if (strcmp(pair->key->text, objects[i].key) != 0)
			continue;
		if (rule->node)
			return parse_error(
				parse, pair->key,
				"\"%s\" in a rule that names its object already; make it "
				"two rules",
				pair->key->text);
		rule->match = objects[i].match;
		rule->node = pair->value;
		return objects[i].check(parse, pair);
	}
	return 0;
}

static int read_source_path(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	struct ka_rule *rule = object;
	const char **grown;
	int r = check_path(parse, pair);

	if (r)
		return r;
	grown = array_grow(rule->sources, rule->n_sources, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	rule->sources = grown;
	grown[rule->n_sources++] = pair->value->text;
	return 0;
}

static int read_source(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {{"path", read_source_path, FIELD_REQUIRED}};

	return parse_map(parse, pair->value, "a source", fields, ARRAY_SIZE(fields),
			 object);
}

static int read_sources(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, read_source, object);
}

#define LEVEL_FIELDS(read)                                                               \
	{"severity", read, 0}, {"tags", read, 0}, {"message", read, 0},                  \
	{                                                                                \
		"action", read, 0                                                        \
	}

static const struct field process_path_fields[] = {
	LEVEL_FIELDS(read_rule_level),	 {"path", read_object, 0},
	{"execname", read_object, 0},	 {"ownerOnly", read_flag, 0},
	{"fromSource", read_sources, 0},
};
static const struct field process_directory_fields[] = {
	LEVEL_FIELDS(read_rule_level),	 {"dir", read_object, FIELD_REQUIRED},
	{"recursive", read_flag, 0},	 {"ownerOnly", read_flag, 0},
	{"fromSource", read_sources, 0},
};
static const struct field process_pattern_fields[] = {
	LEVEL_FIELDS(read_rule_level),
	{"pattern", read_object, FIELD_REQUIRED},
	{"ownerOnly", read_flag, 0},
};
static const struct field file_path_fields[] = {
	LEVEL_FIELDS(read_rule_level),	 {"path", read_object, FIELD_REQUIRED},
	{"readOnly", read_flag, 0},	 {"ownerOnly", read_flag, 0},
	{"fromSource", read_sources, 0},
};
static const struct field file_directory_fields[] = {
	LEVEL_FIELDS(read_rule_level), {"dir", read_object, FIELD_REQUIRED},
	{"recursive", read_flag, 0},   {"readOnly", read_flag, 0},
	{"ownerOnly", read_flag, 0},   {"fromSource", read_sources, 0},
};
static const struct field file_pattern_fields[] = {
	LEVEL_FIELDS(read_rule_level),
	{"pattern", read_object, FIELD_REQUIRED},
	{"readOnly", read_flag, 0},
	{"ownerOnly", read_flag, 0},
};
static const struct field protocol_fields[] = {
	LEVEL_FIELDS(read_rule_level),
	{"protocol", read_object, FIELD_REQUIRED},
	{"fromSource", read_sources, 0},
};
static const struct field capability_fields[] = {
	LEVEL_FIELDS(read_rule_level),
	{"capability", read_object, FIELD_REQUIRED},
	{"fromSource", read_sources, 0},
};

/* The lists of rules, by their section and key. */
static const struct list {
	enum ka_section section;
	const char *key;
	const struct field *fields;
	size_t n_fields;
} lists[] = {
	{KA_PROCESS, "matchPaths", process_path_fields, ARRAY_SIZE(process_path_fields)},
	{KA_PROCESS, "matchDirectories", process_directory_fields,
	 ARRAY_SIZE(process_directory_fields)},
	{KA_PROCESS, "matchPatterns", process_pattern_fields,
	 ARRAY_SIZE(process_pattern_fields)},
	{KA_FILE, "matchPaths", file_path_fields, ARRAY_SIZE(file_path_fields)},
	{KA_FILE, "matchDirectories", file_directory_fields,
	 ARRAY_SIZE(file_directory_fields)},
	{KA_FILE, "matchPatterns", file_pattern_fields, ARRAY_SIZE(file_pattern_fields)},
	{KA_NETWORK, "matchProtocols", protocol_fields, ARRAY_SIZE(protocol_fields)},
	{KA_CAPABILITIES, "matchCapabilities", capability_fields,
	 ARRAY_SIZE(capability_fields)},
};

static int add_rule(struct ka_policy *policy, struct ka_rule **ret_rule)
{
	struct ka_rule *grown =
		array_grow(policy->rules, policy->n_rules, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	policy->rules = grown;
	*ret_rule = &grown[policy->n_rules++];
	**ret_rule = (struct ka_rule){.section = policy->section};
	return 0;
}

static int read_rule(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct ka_policy *policy = object;
	struct ka_rule *rule;
	int r = import_count_rule(policy->importer, pair->value);

	if (!r)
		r = add_rule(policy, &rule);
	if (r)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		if (lists[i].section != policy->section ||
		    strcmp(lists[i].key, pair->key->text) != 0)
			continue;
		r = parse_map(parse, pair->value, "a rule", lists[i].fields,
			      lists[i].n_fields, rule);
	}
	if (!r && !rule->node)
		r = parse_error(
			parse, pair->value,
			"a rule that does not say what it is about; add \"path\"");
	return r;
}

static int read_rules(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, read_rule, object);
}

/* Reports of system calls by their number: no hook is called for each of them. */
static int read_syscalls(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)object;
	return import_lack(
		importer_of(parse), pair->key, IMPORT_SYSCALL,
		"system calls have no hook of their own; name what they do, as files, "
		"programs, sockets, capabilities or operations");
}

static const struct field path_fields[] = {
	LEVEL_FIELDS(read_section_level),
	{"matchPaths", read_rules, 0},
	{"matchDirectories", read_rules, 0},
	{"matchPatterns", read_rules, 0},
};
static const struct field network_fields[] = {
	LEVEL_FIELDS(read_section_level),
	{"matchProtocols", read_rules, 0},
};
static const struct field capabilities_fields[] = {
	LEVEL_FIELDS(read_section_level),
	{"matchCapabilities", read_rules, 0},
};
static const struct field syscalls_fields[] = {
	LEVEL_FIELDS(read_section_level),
	{"matchSyscalls", read_syscalls, 0},
	{"matchPaths", read_syscalls, 0},
};

static const struct section {
	const char *key;
	const struct field *fields;
	size_t n_fields;
} sections[KA_SECTIONS] = {
	[KA_PROCESS] = {"process", path_fields, ARRAY_SIZE(path_fields)},
	[KA_FILE] = {"file", path_fields, ARRAY_SIZE(path_fields)},
	[KA_NETWORK] = {"network", network_fields, ARRAY_SIZE(network_fields)},
	[KA_CAPABILITIES] = {"capabilities", capabilities_fields,
			     ARRAY_SIZE(capabilities_fields)},
	[KA_SYSCALLS] = {"syscalls", syscalls_fields, ARRAY_SIZE(syscalls_fields)},
};

int ka_read_section(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct ka_policy *policy = object;
	char what[32];

	for (unsigned i = 0; i < KA_SECTIONS; i++)
		if (!strcmp(pair->key->text, sections[i].key))
			policy->section = (enum ka_section)i;
	snprintf(what, sizeof(what), "\"%s\"", sections[policy->section].key);
	return parse_map(parse, pair->value, what, sections[policy->section].fields,
			 sections[policy->section].n_fields, policy);
}
