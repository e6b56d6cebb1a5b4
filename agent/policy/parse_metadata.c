// SPDX-License-Identifier: Apache-2.0
#include "policy/kubename.h"
#include "policy/parse.h"
#include "util/cleanup.h"

static int read_name(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	const char *name;
	int r = parse_string(parse, pair, &name);

	(void)object;
	if (r)
		return r;
	if (!kubename_is_subdomain(name))
		return parse_error(parse, pair->value,
				   "\"%.80s\" is no object's name; a name "
				   "is " KUBENAME_SUBDOMAIN_FORM,
				   name);
	return parse_text(parse, pair, &parse->policy->name);
}

static int read_namespace(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	const char *name;
	int r = parse_string(parse, pair, &name);

	(void)object;
	if (r)
		return r;
	if (parse->policy->kind == POLICY_CLUSTER)
		return parse_error(
			parse, pair->key,
			"a ClusterLsmPolicy has no namespace; leave it out, select with "
			"namespaceSelector, or make it an LsmPolicy");
	if (!kubename_is_label(name))
		return parse_error(parse, pair->value,
				   "\"%.80s\" is no namespace's name; a name "
				   "is " KUBENAME_LABEL_FORM,
				   name);
	return parse_text(parse, pair, &parse->policy->name_space);
}

static int read_prevents(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)object;
	return parse_text(parse, pair, &parse->policy->prevents);
}

static int read_how(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)object;
	return parse_text(parse, pair, &parse->policy->how);
}

/* Of annotations these alone mean something here, and to other tools any may. */
static int read_annotations(struct parse *parse, const struct yaml_node *annotations)
{
	static const struct field fields[] = {
		{"lsmd.io/prevents", read_prevents, 0},
		{"lsmd.io/how", read_how, 0},
	};

	if (!annotations || annotations->type != YAML_MAP)
		return 0;
	return parse_open_map(parse, annotations, "\"annotations\"", fields,
			      ARRAY_SIZE(fields), NULL);
}

/* The rest is the API server's and of other tools. */
int parse_metadata(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"name", read_name, FIELD_REQUIRED},
		{"namespace", read_namespace, 0},
		{"annotations", NULL, FIELD_IGNORED},
		{"creationTimestamp", NULL, FIELD_IGNORED},
		{"deletionGracePeriodSeconds", NULL, FIELD_IGNORED},
		{"deletionTimestamp", NULL, FIELD_IGNORED},
		{"finalizers", NULL, FIELD_IGNORED},
		{"generateName", NULL, FIELD_IGNORED},
		{"generation", NULL, FIELD_IGNORED},
		{"labels", NULL, FIELD_IGNORED},
		{"managedFields", NULL, FIELD_IGNORED},
		{"ownerReferences", NULL, FIELD_IGNORED},
		{"resourceVersion", NULL, FIELD_IGNORED},
		{"selfLink", NULL, FIELD_IGNORED},
		{"uid", NULL, FIELD_IGNORED},
	};
	int r = parse_map(parse, pair->value, "\"metadata\"", fields, ARRAY_SIZE(fields),
			  object);

	return r ? r : read_annotations(parse, yaml_get(pair->value, "annotations"));
}
