// SPDX-License-Identifier: Apache-2.0
/* The selection of units and cgroups of the host. */
#include "policy/array.h"
#include "policy/host.h"
#include "policy/parse.h"
#include "util/cleanup.h"

static int check_kind(struct parse *parse, const struct yaml_pair *pair)
{
	if (parse->policy->kind == POLICY_CLUSTER)
		return 0;
	return parse_error(parse, pair->key,
			   "an LsmPolicy selects in its own namespace alone; leave %s "
			   "out, or make it a ClusterLsmPolicy",
			   pair->key->text);
}

static int read_unit(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy *policy = object;
	const char *glob, *problem;
	int r = parse_string(parse, pair, &glob);

	if (r)
		return r;
	problem = host_check_unit(glob);
	if (problem)
		return parse_error(parse, pair->value, "\"%.80s\": %s", glob, problem);
	return strings_add(&policy->units, &policy->n_units, glob);
}

static int read_units(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, read_unit, object);
}

int parse_unit_selector(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {{"names", read_units, FIELD_REQUIRED}};
	int kind = check_kind(parse, pair);
	int r = kind < 0 ? kind
			 : parse_map(parse, pair->value, "\"unitSelector\"", fields,
				     ARRAY_SIZE(fields), parse->policy);

	(void)object;
	return r ? r : kind;
}

static int read_cgroup(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct policy *policy = object;
	const char *glob, *problem;
	int r = parse_string(parse, pair, &glob);

	if (r)
		return r;
	problem = host_check_cgroup(glob);
	if (problem)
		return parse_error(parse, pair->value, "\"%.200s\": %s", glob, problem);
	return strings_add(&policy->cgroups, &policy->n_cgroups, glob + (*glob == '/'));
}

int parse_cgroups(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	int kind = check_kind(parse, pair);
	int r = kind < 0 ? kind : parse_list(parse, pair, read_cgroup, parse->policy);

	(void)object;
	return r ? r : kind;
}
