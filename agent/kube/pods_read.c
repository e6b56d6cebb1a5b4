// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kube/pod_read.h"
#include "policy/array.h"
#include "policy/kubename.h"
#include "policy/text.h"
#include "util/cleanup.h"

#define NAMESPACE_NAME_LABEL "kubernetes.io/metadata.name"

static int read_pod(struct parse *parse, const struct yaml_node *node,
		    struct pod_list *list)
{
	struct pod *items = array_grow(list->items, list->n, sizeof(*items));

	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->n] = (struct pod){0};
	return pod_read(parse, node, &items[list->n++]);
}

static int read_namespace_name(struct parse *parse, const struct yaml_pair *pair,
			       void *object)
{
	struct namespace_labels *namespace = object;
	int r = parse_text(parse, pair, &namespace->name);

	if (r || kubename_is_label(namespace->name))
		return r;
	return parse_error(
		parse, pair->value,
		"\"%.80s\" is no namespace's name; a name is " KUBENAME_LABEL_FORM,
		namespace->name);
}

static int read_namespace_labels(struct parse *parse, const struct yaml_pair *pair,
				 void *object)
{
	return parse_labels(parse, pair, &((struct namespace_labels *)object)->labels);
}

static int read_namespace_metadata(struct parse *parse, const struct yaml_pair *pair,
				   void *object)
{
	static const struct field fields[] = {
		{"name", read_namespace_name, FIELD_REQUIRED},
		{"labels", read_namespace_labels, 0},
	};

	return parse_open_map(parse, pair->value, "a namespace's \"metadata\"", fields,
			      ARRAY_SIZE(fields), object);
}

static int read_namespace(struct parse *parse, const struct yaml_node *node,
			  struct pod_list *list)
{
	static const struct field fields[] = {
		{"metadata", read_namespace_metadata, FIELD_REQUIRED},
	};
	struct namespace_labels *namespaces =
		array_grow(list->namespaces, list->n_namespaces, sizeof(*namespaces));
	struct namespace_labels *namespace;
	int r;

	if (!namespaces)
		return -ENOMEM;
	list->namespaces = namespaces;
	namespace = &namespaces[list->n_namespaces++];
	*namespace = (struct namespace_labels){0};
	r = parse_open_map(parse, node, "a namespace", fields, ARRAY_SIZE(fields),
			   namespace);
	if (r)
		return r;
	return labels_add(&namespace->labels, NAMESPACE_NAME_LABEL, namespace->name);
}

/*
 * What is read, and what the items of a list are that do not say it, as the API server's.
 */
static const struct kind {
	const char *name;
	const char *list;
	int (*read)(struct parse *parse, const struct yaml_node *node,
		    struct pod_list *list);
} kinds[] = {
	{"Pod", "PodList", read_pod},
	{"Namespace", "NamespaceList", read_namespace},
};

static int read_object(struct parse *parse, const struct yaml_node *node,
		       const char *item_kind, struct pod_list *list);

static int read_items(struct parse *parse, const struct yaml_node *node,
		      const char *item_kind, struct pod_list *list)
{
	const struct yaml_node *items = yaml_get(node, "items");
	int wrong = 0, r;

	if (items && items->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	if (!items || items->type != YAML_LIST)
		return parse_error(
			parse, items ? items : node,
			"a list without a list of \"items\"; add the pods there");
	for (size_t i = 0; i < items->n; i++) {
		r = read_object(parse, items->items[i], item_kind, list);
		if (r < 0)
			return r;
		wrong |= r;
	}
	return wrong;
}

static int read_kind(struct parse *parse, const struct yaml_node *node, const char *kind,
		     struct pod_list *list)
{
	if (!strcmp(kind, "List"))
		return read_items(parse, node, NULL, list);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(kind, kinds[i].name))
			return kinds[i].read(parse, node, list);
		if (!strcmp(kind, kinds[i].list))
			return read_items(parse, node, kinds[i].name, list);
	}
	return parse_warning(
		parse, node,
		"an object of kind \"%.80s\" is not read; only pods and namespaces are",
		kind);
}

static int read_object(struct parse *parse, const struct yaml_node *node,
		       const char *item_kind, struct pod_list *list)
{
	const struct yaml_node *kind = yaml_get(node, "kind");

	if (node->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	if (node->type != YAML_MAP)
		return parse_error(
			parse, node,
			"an object is a map with kind and metadata, not %s; give pods as "
			"\"kubectl get pods -A -o json\" prints them",
			yaml_type_name(node->type));
	if (kind && yaml_text(kind))
		return read_kind(parse, node, yaml_text(kind), list);
	if (kind)
		return parse_error(parse, kind,
				   "\"kind\" takes a string, not %s; give \"Pod\"",
				   yaml_type_name(kind->type));
	if (item_kind)
		return read_kind(parse, node, item_kind, list);
	return parse_error(parse, node, "the object has no \"kind\"; add \"kind: Pod\"");
}

static const char *uid_of(const struct pod *pod)
{
	return pod->uid;
}

static const char *cgroup_uid_of(const struct pod *pod)
{
	return pod->cgroup_uid;
}

/* What must not be the same of any two pods. */
static const struct unique {
	const char *what;
	const char *(*of)(const struct pod *pod);
} uniques[] = {
	{"uid", uid_of},
	{"uid in the names of cgroups", cgroup_uid_of},
};

static int compare_by(const void *a, const void *b, void *unique)
{
	const struct pod *left = *(const struct pod *const *)a;
	const struct pod *right = *(const struct pod *const *)b;
	const char *(*of)(const struct pod *pod) = ((const struct unique *)unique)->of;

	return strcmp(of(left), of(right));
}

static int check_unique(struct parse *parse, const struct pod_list *list,
			const struct unique *unique)
{
	_cleanup_(freep) const struct pod **pods =
		calloc(list->n + 1, sizeof(struct pod *));
	int r = 0;

	if (!pods)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		pods[i] = &list->items[i];
	qsort_r(pods, list->n, sizeof(struct pod *), compare_by, (void *)unique);
	for (size_t i = 1; r >= 0 && i < list->n; i++) {
		const struct pod *a = pods[i - 1], *b = pods[i];

		if (!strcmp(unique->of(a), unique->of(b)))
			r = parse_error(
				parse, NULL,
				"pods \"%s/%s\" and \"%s/%s\" have the same %s, \"%s\"; "
				"give each its own",
				a->name_space, a->name, b->name_space, b->name,
				unique->what, unique->of(a));
	}
	return r;
}

/* @list is sorted: what is there twice stands side by side. */
static int check_names(struct parse *parse, const struct pod_list *list)
{
	int r = 0;

	for (size_t i = 1; r >= 0 && i < list->n; i++) {
		const struct pod *a = &list->items[i - 1], *b = &list->items[i];

		if (!strcmp(a->name_space, b->name_space) && !strcmp(a->name, b->name))
			r = parse_error(parse, NULL,
					"pod \"%s/%s\" is there twice; keep one of them",
					a->name_space, a->name);
	}
	for (size_t i = 1; r >= 0 && i < list->n_namespaces; i++)
		if (!strcmp(list->namespaces[i - 1].name, list->namespaces[i].name))
			r = parse_error(
				parse, NULL,
				"namespace \"%s\" is there twice; keep one of them",
				list->namespaces[i].name);
	return r;
}

static int check_list(struct parse *parse, const struct pod_list *list)
{
	int r = check_names(parse, list);

	/* A pod that is there twice has its uid twice as well: once is enough to say. */
	for (size_t i = 0; !r && i < ARRAY_SIZE(uniques); i++)
		r = check_unique(parse, list, &uniques[i]);
	return r;
}

/*
 * A shell empties the file before the command behind ">" writes the first byte: to take
 * that for a node without pods would lift every rule.
 */
static int check_there_is_something(struct parse *parse, const struct yaml_tree *tree)
{
	for (size_t i = 0; i < tree->n_documents; i++)
		if (tree->documents[i]->type != YAML_NULL)
			return 0;
	return parse_error(
		parse, NULL,
		"nothing is in it; a node without pods has an empty list of them: "
		"{kind: List, items: []}");
}

static int read_documents(struct parse *parse, const struct yaml_tree *tree,
			  struct pod_list *list)
{
	int r, wrong = check_there_is_something(parse, tree);

	if (wrong < 0)
		return wrong;

	for (size_t i = 0; i < tree->n_documents; i++) {
		if (tree->documents[i]->type == YAML_NULL)
			continue;
		r = read_object(parse, tree->documents[i], NULL, list);
		if (r < 0)
			return r;
		wrong |= r;
	}
	/* What is half read has no name to be in order by. */
	if (wrong)
		return wrong;
	pod_list_sort(list);
	return check_list(parse, list);
}

int pods_parse(const char *text, size_t length, const char *source,
	       struct diagnostics *diagnostics, struct pod_list *ret_list)
{
	_cleanup_(pod_list_clear) struct pod_list list = {0};
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree = NULL;
	struct parse parse = {.source = source, .diagnostics = diagnostics};
	int broken, r;

	broken = yaml_read(text, length, source, diagnostics, &tree);
	if (broken < 0)
		return broken;
	r = read_documents(&parse, tree, &list);
	if (r < 0)
		return r;
	if (r || broken)
		return -EINVAL;
	*ret_list = list;
	list = (struct pod_list){0};
	return 0;
}

int pods_read_file(const char *path, struct diagnostics *diagnostics,
		   struct pod_list *ret_list)
{
	_cleanup_(freep) char *text = NULL;
	size_t length = 0;
	int r = text_read_file(path, diagnostics, &text, &length);

	return r ? r : pods_parse(text, length, path, diagnostics, ret_list);
}
