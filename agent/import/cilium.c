// SPDX-License-Identifier: Apache-2.0
/*
 * CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy (docs.cilium.io, Network
 * Policy).
 *
 * A direction that has a rule of either kind denies what none allows: a deny rule alone
 * denies everything, unless enableDefaultDeny says otherwise.
 */
#include "import/cilium.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"

struct cilium_policy {
	const struct yaml_node *egress; /* the first list of rules; NULL: none */
	const struct yaml_node *ingress;
	bool keeps_open; /* enableDefaultDeny says so of egress */
	bool has_selector;
};

static void rule_clear(struct cilium_rule *rule)
{
	traffic_clear(&rule->traffic);
}

static int convert_rule(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	_cleanup_(rule_clear) struct cilium_rule rule = {.is_egress = true};
	bool denies = !strcmp(pair->key->text, "egressDeny");
	int r = traffic_init(&rule.traffic);

	(void)object;
	if (!r)
		r = cilium_read_rule(parse, pair->value, &rule);
	/* A rule that says nothing is about nothing. */
	if (r ||
	    (!rule.traffic.says_where && !rule.traffic.says_what && !rule.traffic.lost))
		return r;
	return traffic_emit(&rule.traffic, importer_of(parse), denies ? "deny" : "allow",
			    "connect", pair->value);
}

static int read_egress(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct cilium_policy *policy = object;

	if (!policy->egress)
		policy->egress = pair->key;
	return parse_list(parse, pair, convert_rule, object);
}

static int check_ingress_rule(struct parse *parse, const struct yaml_pair *pair,
			      void *object)
{
	_cleanup_(rule_clear) struct cilium_rule rule = {0};
	int r = traffic_init(&rule.traffic);

	(void)object;
	return r ? r : cilium_read_rule(parse, pair->value, &rule);
}

static int read_ingress(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct cilium_policy *policy = object;
	int r = parse_list(parse, pair, check_ingress_rule, object);

	if (r || policy->ingress)
		return r;
	policy->ingress = pair->key;
	return import_lack(
		importer_of(parse), pair->key, IMPORT_INGRESS,
		"ingress: who connects in is not judged, only who listens, and that for "
		"loopback as well and not for UDP");
}

static int read_node_selector(struct parse *parse, const struct yaml_pair *pair,
			      void *object)
{
	((struct cilium_policy *)object)->has_selector = true;
	return import_lack(importer_of(parse), pair->key, IMPORT_SELECTION,
			   "nodeSelector: a policy about the nodes themselves; here pods "
			   "are selected, "
			   "and of the node's own processes never those that it needs");
}

static int read_pod_selector(struct parse *parse, const struct yaml_pair *pair,
			     void *object)
{
	((struct cilium_policy *)object)->has_selector = true;
	return cilium_read_selector(parse, pair, object);
}

static int read_open(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	bool denies = true;
	int r = parse_bool(parse, pair, &denies);

	((struct cilium_policy *)object)->keeps_open = !denies;
	return r;
}

static int check_flag(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	bool flag;

	(void)object;
	return parse_bool(parse, pair, &flag);
}

static int read_default(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"egress", read_open, 0},
		{"ingress", check_flag, 0},
	};

	return parse_map(parse, pair->value, "\"enableDefaultDeny\"", fields,
			 ARRAY_SIZE(fields), object);
}

static int read_description(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	const char *text;
	int r = parse_string(parse, pair, &text);

	(void)object;
	return r ? r
		 : draft_set(&importer_of(parse)->draft, "description",
			     json_string(text));
}

/*
 * Prefixes of Cilium's are about what is outside the cluster; here they are about
 * addresses, whoever has them.
 */
static int finish_egress(struct parse *parse, const struct cilium_policy *policy)
{
	struct importer *importer = importer_of(parse);
	int r = 0;

	if (!policy->egress)
		return 0;
	if (!policy->keeps_open)
		r = traffic_close(importer, policy->egress);
	if (r)
		return r;
	return parse_warning(
		parse, policy->egress,
		"Cilium's prefixes leave out pods and nodes, here they are addresses "
		"like "
		"all others; put the cluster's own prefixes under \"except\" where that "
		"matters");
}

static int read_spec(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"endpointSelector", read_pod_selector, 0},
		{"nodeSelector", read_node_selector, 0},
		{"egress", read_egress, 0},
		{"egressDeny", read_egress, 0},
		{"ingress", read_ingress, 0},
		{"ingressDeny", read_ingress, 0},
		{"enableDefaultDeny", read_default, 0},
		{"description", read_description, 0},
		{"labels", NULL, FIELD_IGNORED}, /* of the rule, for Cilium's own lists */
		{"log", NULL, FIELD_IGNORED},
	};
	struct cilium_policy policy = {0};
	int r = parse_map(parse, pair->value, "\"spec\"", fields, ARRAY_SIZE(fields),
			  &policy);

	(void)object;
	if (r)
		return r;
	if (!policy.has_selector)
		return parse_error(parse, pair->value,
				   "a policy without endpointSelector; add it, {} "
				   "selects every pod");
	if (!policy.egress && !policy.ingress)
		return parse_error(parse, pair->value,
				   "a policy without rules; add egress");
	return finish_egress(parse, &policy);
}

static int lack_specs(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)object;
	return import_lack(
		importer_of(parse), pair->key, IMPORT_SELECTION,
		"specs: several policies in one object; write one object for each");
}

int cilium_convert(struct importer *importer, const struct yaml_node *node)
{
	static const struct field fields[] = {
		{"apiVersion", NULL, FIELD_IGNORED},
		{"kind", NULL, FIELD_IGNORED},
		{"metadata", import_metadata, FIELD_REQUIRED},
		{"spec", read_spec, 0},
		{"specs", lack_specs, 0},
		{"status", NULL, FIELD_IGNORED},
	};

	if (!strcmp(importer->kind, "CiliumClusterwideNetworkPolicy"))
		importer->draft.kind = POLICY_CLUSTER;
	if (!yaml_get(node, "spec") && !yaml_get(node, "specs"))
		return parse_error(&importer->parse, node,
				   "a policy of Cilium has no \"spec\"; add it");
	return parse_map(&importer->parse, node, "a policy of Cilium", fields,
			 ARRAY_SIZE(fields), NULL);
}
