// SPDX-License-Identifier: Apache-2.0
#include "policy/parse.h"

#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "policy/model_names.h"
#include "policy/nearest.h"
#include "policy/rule.h"
#include "policy/text.h"
#include "util/cleanup.h"

#define API_VERSION "lsmd.io/v1alpha1"

static const char *const list_kinds[] = {"List", "LsmPolicyList", "ClusterLsmPolicyList"};

/* Kinds of other systems that `lsmctl import` reads. */
static const char *const foreign_kinds[] = {
	"KubeArmorPolicy", "KubeArmorHostPolicy",     "KubeArmorClusterPolicy",
	"NetworkPolicy",   "CiliumNetworkPolicy",     "CiliumClusterwideNetworkPolicy",
	"TracingPolicy",   "TracingPolicyNamespaced",
};

static void policy_unrefp(struct policy **policy)
{
	policy_unref(*policy);
}

/* Return: the position of @word, @n when it is not there. */
static size_t position_of(const char *const *words, size_t n, const char *word)
{
	size_t i = 0;

	while (i < n && strcmp(words[i], word) != 0)
		i++;
	return i;
}

static int unknown_kind(struct parse *parse, const struct yaml_node *node,
			const char *kind)
{
	struct nearest nearest = {.word = kind};

	if (position_of(foreign_kinds, ARRAY_SIZE(foreign_kinds), kind) <
	    ARRAY_SIZE(foreign_kinds))
		return parse_error(parse, node,
				   "a %s is not a policy of lsmd; translate it with "
				   "\"lsmctl import\"",
				   kind);
	for (size_t i = 0; i < ARRAY_SIZE(policy_kind_names); i++)
		nearest_try(&nearest, policy_kind_names[i]);
	if (nearest.best)
		return parse_error(parse, node,
				   "kind \"%.80s\" is not known; did you mean \"%s\"?",
				   kind, nearest.best);
	return parse_error(
		parse, node,
		"kind \"%.80s\" is not known; give LsmPolicy or ClusterLsmPolicy", kind);
}

/* A field that says what a document is. */
static int read_type(struct parse *parse, const struct yaml_node *node, const char *key,
		     const char *right, const struct yaml_node **ret_value)
{
	const struct yaml_node *value = yaml_get(node, key);

	if (!value)
		return parse_error(parse, node,
				   "the document has no \"%s\"; add \"%s: %s\"", key, key,
				   right);
	if (value->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	if (value->type != YAML_STRING)
		return parse_error(parse, value,
				   "\"%s\" takes a string, not %s; give \"%s\"", key,
				   yaml_type_name(value->type), right);
	*ret_value = value;
	return 0;
}

/* @policies takes the reference. */
static int add_policy(struct policy_list *policies, struct policy *policy)
{
	struct policy **items = array_grow(policies->items, policies->n, sizeof(*items));

	if (!items)
		return -ENOMEM;
	policies->items = items;
	items[policies->n++] = policy;
	return 0;
}

static int read_policy(struct parse *parse, const struct yaml_node *node,
		       enum policy_kind kind, struct policy_list *policies)
{
	_cleanup_(policy_unrefp) struct policy *policy = calloc(1, sizeof(*policy));
	int r;

	if (!policy)
		return -ENOMEM;
	policy->references = 1;
	policy->kind = kind;
	policy->line = node->line;
	policy->source = strdup(parse->source);
	if (!policy->source)
		return -ENOMEM;
	parse->policy = policy;
	r = parse_policy(parse, node);
	parse->policy = NULL;
	free(TAKE_PTR(parse->message));
	strings_clear(&parse->tags, &parse->n_tags);
	if (r)
		return r;
	r = rules_warn_pointless(policy, parse->diagnostics);
	if (!r)
		r = add_policy(policies, policy);
	if (!r)
		policy = NULL;
	return r;
}

static int read_document(struct parse *parse, const struct yaml_node *node,
			 struct policy_list *policies);

/* kubectl's List, and the API server's lists of policies. */
static int read_list(struct parse *parse, const struct yaml_node *node,
		     struct policy_list *policies)
{
	const struct yaml_node *items = yaml_get(node, "items");
	int r;

	if (!items || (items->type != YAML_LIST && items->type != YAML_BROKEN))
		return parse_error(
			parse, items ? items : node,
			"a List without a list of \"items\"; add the policies there");
	if (items->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	for (size_t i = 0; i < items->n; i++) {
		r = read_document(parse, items->items[i], policies);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * What is read with an error counts in the diagnostics; only no memory ends the reading.
 */
static int read_document(struct parse *parse, const struct yaml_node *node,
			 struct policy_list *policies)
{
	const struct yaml_node *kind = NULL, *version = NULL;
	size_t at;
	int r;

	if (node->type == YAML_NULL || node->type == YAML_BROKEN)
		return 0;
	if (node->type != YAML_MAP)
		return parse_error(
			parse, node,
			"a document is a map with apiVersion, kind, metadata and spec, "
			"not %s",
			yaml_type_name(node->type));
	r = read_type(parse, node, "kind", policy_kind_names[POLICY_NAMESPACED], &kind);
	if (r)
		return r;
	if (position_of(list_kinds, ARRAY_SIZE(list_kinds), kind->text) <
	    ARRAY_SIZE(list_kinds))
		return read_list(parse, node, policies);
	at = position_of(policy_kind_names, ARRAY_SIZE(policy_kind_names), kind->text);
	if (at == ARRAY_SIZE(policy_kind_names))
		return unknown_kind(parse, kind, kind->text);
	r = read_type(parse, node, "apiVersion", API_VERSION, &version);
	if (!r && strcmp(version->text, API_VERSION) != 0)
		r = parse_error(parse, version,
				"apiVersion \"%.80s\" is not known; give \"%s\"",
				version->text, API_VERSION);
	return r < 0 ? r : read_policy(parse, node, (enum policy_kind)at, policies);
}

static int read_documents(struct parse *parse, const struct yaml_tree *tree,
			  struct policy_list *policies)
{
	int r;

	for (size_t i = 0; i < tree->n_documents; i++) {
		r = read_document(parse, tree->documents[i], policies);
		if (r < 0)
			return r;
	}
	return 0;
}

int policy_parse(const char *text, size_t length, const char *source,
		 struct diagnostics *diagnostics, struct policy_list *ret_policies)
{
	_cleanup_(policy_list_clear) struct policy_list policies = {0};
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree = NULL;
	struct parse parse = {.source = source, .diagnostics = diagnostics};
	size_t n_errors = diagnostics->n_errors;
	int r;

	r = yaml_read(text, length, source, diagnostics, &tree);
	if (r >= 0)
		r = read_documents(&parse, tree, &policies);
	if (!r) {
		policy_list_sort(&policies);
		r = policies_check_names(&policies, diagnostics);
	}
	if (r < 0)
		return r;
	if (diagnostics->n_errors > n_errors)
		return -EINVAL;
	if (!policies.n)
		r = parse_warning(&parse, NULL,
				  "there is no policy in it; write one, or remove it");
	if (r)
		return r;
	*ret_policies = policies;
	policies = (struct policy_list){0};
	return 0;
}

int policy_read_file(const char *path, struct diagnostics *diagnostics,
		     struct policy_list *ret_policies)
{
	_cleanup_(freep) char *text = NULL;
	size_t length = 0;
	int r = text_read_file(path, diagnostics, &text, &length);

	return r ? r : policy_parse(text, length, path, diagnostics, ret_policies);
}
