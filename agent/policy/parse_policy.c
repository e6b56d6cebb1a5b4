// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "policy/enforcement.h"
#include "policy/host.h"
#include "policy/model_names.h"
#include "policy/parse.h"
#include "util/cleanup.h"

static int read_description(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	(void)object;
	return parse_text(parse, pair, &parse->policy->description);
}

static int read_pod_selector(struct parse *parse, const struct yaml_pair *pair,
			     void *object)
{
	(void)object;
	return parse_selector(parse, pair, &parse->policy->pod_selector);
}

static int read_namespace_selector(struct parse *parse, const struct yaml_pair *pair,
				   void *object)
{
	(void)object;
	if (parse->policy->kind != POLICY_CLUSTER)
		return parse_error(
			parse, pair->key,
			"an LsmPolicy selects in its own namespace alone; leave "
			"namespaceSelector out, or make it a ClusterLsmPolicy");
	return parse_selector(parse, pair, &parse->policy->namespace_selector);
}

static int read_node_selector(struct parse *parse, const struct yaml_pair *pair,
			      void *object)
{
	(void)object;
	return parse_selector(parse, pair, &parse->policy->node_selector);
}

static int read_container(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy *policy = parse->policy;
	const char *glob;
	int r = parse_string(parse, pair, &glob);

	(void)object;
	if (r)
		return r;
	if (glob[strspn(glob, "abcdefghijklmnopqrstuvwxyz0123456789-*?")])
		return parse_error(parse, pair->value,
				   "\"%.80s\" can match no container; their names are of "
				   "lower-case letters, digits and \"-\", and globs of "
				   "\"*\" and \"?\"",
				   glob);
	return strings_add(&policy->containers, &policy->n_containers, glob);
}

static int read_containers(struct parse *parse, const struct yaml_pair *pair,
			   void *object)
{
	return parse_list(parse, pair, read_container, object);
}

static int read_mode(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const char *const words[] = {"enforce", "audit"};
	size_t word;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	(void)object;
	if (!r)
		parse->policy->audit_mode = word;
	return r;
}

static int read_severity(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)object;
	return parse_severity(parse, pair, &parse->policy->severity);
}

static int read_tags(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)object;
	return parse_tags(parse, pair, &parse->tags, &parse->n_tags);
}

static int read_message(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)object;
	return parse_message(parse, pair, &parse->message);
}

static int read_section(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)object;
	for (unsigned i = 0; i < SECTION_COUNT; i++)
		if (!strcmp(pair->key->text, section_names[i]))
			parse->section = (enum image_section)i;
	return parse_section(parse, pair);
}

/* The rest of the policy is in force. */
static int refuse(struct parse *parse, const struct yaml_pair *pair)
{
	const char *key = pair->key->text;
	const char *why = enforcement_policy_refusal(key);
	int r = parse_warning(parse, pair->key, "\"%s\" is refused; %s", key, why);

	if (r)
		return r;
	return enforcement_lower(&parse->policy->enforcement, &parse->policy->open_ways,
				 PARTIAL, key, why);
}

static int read_isolate(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	bool isolate = false;
	int r = parse_bool(parse, pair, &isolate);

	(void)object;
	return r || !isolate ? r : refuse(parse, pair);
}

/* What selects pods alone says nothing of a unit. */
static int check_selection(struct parse *parse, const struct yaml_node *spec)
{
	const struct policy *policy = parse->policy;

	if (!host_is_all(policy) || !policy->n_containers)
		return 0;
	return parse_error(parse, yaml_get(spec, "containers"),
			   "units and cgroups have no containers; leave \"containers\" "
			   "out, or add a podSelector");
}

static int check_spec(struct parse *parse, const struct yaml_node *spec)
{
	for (unsigned i = 0; i < SECTION_COUNT; i++)
		if (parse->policy->sections[i].present)
			return 0;
	if (yaml_get(spec, "isolate"))
		return 0;
	return parse_error(parse, spec,
			   "the policy says nothing; add exec, file, sockets or network");
}

static int read_spec(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"description", read_description, 0},
		{"podSelector", read_pod_selector, 0},
		{"namespaceSelector", read_namespace_selector, 0},
		{"nodeSelector", read_node_selector, 0},
		{"unitSelector", parse_unit_selector, 0},
		{"cgroups", parse_cgroups, 0},
		{"containers", read_containers, 0},
		{"mode", read_mode, 0},
		{"severity", read_severity, 0},
		{"tags", read_tags, 0},
		{"message", read_message, 0},
		{"exec", read_section, 0},
		{"file", read_section, 0},
		{"sockets", read_section, 0},
		{"network", read_section, 0},
		{"capabilities", read_section, 0},
		{"process", read_section, 0},
		{"isolate", read_isolate, 0},
	};
	int r = parse_map(parse, pair->value, "\"spec\"", fields, ARRAY_SIZE(fields),
			  object);

	if (!r)
		r = check_selection(parse, pair->value);
	return r ? r : check_spec(parse, pair->value);
}

/* The policy's tags come first; a tag of both is told once. */
static int merge_tags(const struct parse *parse, struct policy_rule *rule)
{
	char **own = rule->tags;
	size_t n_own = rule->n_tags;
	int r = 0;

	if (!parse->n_tags)
		return 0;
	rule->tags = NULL;
	rule->n_tags = 0;
	for (size_t i = 0; !r && i < parse->n_tags; i++)
		r = strings_add(&rule->tags, &rule->n_tags, parse->tags[i]);
	for (size_t i = 0; !r && i < n_own; i++)
		if (!strings_contain(parse->tags, parse->n_tags, own[i]))
			r = strings_add(&rule->tags, &rule->n_tags, own[i]);
	strings_clear(&own, &n_own);
	return r;
}

static int inherit(const struct parse *parse, struct policy_rule *rule)
{
	if (!rule->severity)
		rule->severity = parse->policy->severity;
	if (!rule->message && parse->message) {
		rule->message = strdup(parse->message);
		if (!rule->message)
			return -ENOMEM;
	}
	return merge_tags(parse, rule);
}

/* What the spec says of all rules, known only when all of it is read. */
static int finish(struct parse *parse)
{
	struct policy *policy = parse->policy;
	int r = 0;

	for (size_t s = 0; s < SECTION_COUNT; s++)
		for (size_t i = 0; !r && i < policy->sections[s].n_rules; i++)
			r = inherit(parse, &policy->sections[s].rules[i]);
	if (!r && !policy->name_space) {
		policy->name_space =
			strdup(policy->kind == POLICY_CLUSTER ? "" : "default");
		r = policy->name_space ? 0 : -ENOMEM;
	}
	return r;
}

int parse_policy(struct parse *parse, const struct yaml_node *node)
{
	static const struct field fields[] = {
		{"apiVersion", NULL, FIELD_IGNORED}, /* read already, to know what this is
						      */
		{"kind", NULL, FIELD_IGNORED},
		{"metadata", parse_metadata, FIELD_REQUIRED},
		{"spec", read_spec, FIELD_REQUIRED},
		{"status", NULL, FIELD_IGNORED},
	};
	int r = parse_map(parse, node, "a policy", fields, ARRAY_SIZE(fields), NULL);

	return r ? r : finish(parse);
}
