// SPDX-License-Identifier: Apache-2.0
/* NetworkPolicy (networking.k8s.io/v1, NetworkPolicySpec). */
#include <errno.h>
#include <string.h>

#include "import/traffic.h"
#include "util/cleanup.h"

struct network_policy {
	const struct yaml_node *ingress; /* the lists of rules; NULL: not there */
	const struct yaml_node *egress;
	bool has_types;
	bool is_ingress; /* of policyTypes */
	bool is_egress;
};

/* One rule on its way. */
struct rule {
	struct traffic traffic;
	bool from; /* an ingress rule says from whom */
};

struct port {
	const struct yaml_node *node;
	const char *protocol;
	int64_t first, last;
	bool is_named;
};

struct block {
	json_t *to;
	json_t *except;
};

static int read_cidr(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return traffic_prefix(parse, pair, ((struct block *)object)->to);
}

static int read_exception(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return traffic_prefix(parse, pair, ((struct block *)object)->except);
}

/* In Kubernetes a list that is empty is as if it were not there. */
static int read_list(struct parse *parse, const struct yaml_pair *pair,
		     int (*read)(struct parse *parse, const struct yaml_pair *pair,
				 void *object),
		     void *object)
{
	if (pair->value->type == YAML_LIST && !pair->value->n)
		return 0;
	return parse_list(parse, pair, read, object);
}

static int read_exceptions(struct parse *parse, const struct yaml_pair *pair,
			   void *object)
{
	return read_list(parse, pair, read_exception, object);
}

static int read_ip_block(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"cidr", read_cidr, FIELD_REQUIRED},
		{"except", read_exceptions, 0},
	};
	_cleanup_(json_decrefp) json_t *to = json_array(), *except = json_array();
	struct block block = {to, except};
	struct rule *rule = object;
	int r = to && except ? 0 : -ENOMEM;

	if (!r)
		r = parse_map(parse, pair->value, "\"ipBlock\"", fields,
			      ARRAY_SIZE(fields), &block);
	return r ? r : traffic_to(&rule->traffic, TAKE_PTR(to), TAKE_PTR(except));
}

static int read_pods(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	_cleanup_(json_decrefp) json_t *selector = NULL;
	struct rule *rule = object;
	int r = import_selector(parse, pair, &selector);

	if (r || rule->from)
		return r; /* of who connects in is said once */
	return traffic_lack(
		&rule->traffic, importer_of(parse), pair->key, IMPORT_PODS,
		"addresses of pods: the word \"pods\" of \"to\" is reserved for them and "
		"not built yet; write the pods' prefix as an ipBlock");
}

static int read_peer(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"ipBlock", read_ip_block, 0},
		{"podSelector", read_pods, 0},
		{"namespaceSelector", read_pods, 0},
	};

	if (pair->value->type == YAML_MAP && !pair->value->n)
		return parse_error(
			parse, pair->value,
			"a peer that says nothing; add ipBlock, podSelector or "
			"namespaceSelector");
	return parse_map(parse, pair->value, "a peer", fields, ARRAY_SIZE(fields),
			 object);
}

static int read_peers(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule *rule = object;

	rule->from = !strcmp(pair->key->text, "from");
	rule->traffic.says_where = pair->value->type != YAML_LIST || pair->value->n;
	return read_list(parse, pair, read_peer, rule);
}

static int read_protocol(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const char *const words[] = {"TCP", "UDP", "SCTP"};
	static const char *const ours[] = {"tcp", "udp", "sctp"};
	size_t word = 0;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	((struct port *)object)->protocol = ours[word];
	return r;
}

static int read_number(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct port *port = object;

	if (pair->value->type == YAML_STRING) {
		port->is_named = true;
		port->node = pair->value;
		return 0;
	}
	return parse_number(parse, pair, 1, 65535, &port->first);
}

static int read_end(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_number(parse, pair, 1, 65535, &((struct port *)object)->last);
}

static int read_port(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"protocol", read_protocol, 0},
		{"port", read_number, 0},
		{"endPort", read_end, 0},
	};
	struct port port = {.protocol = "tcp"};
	struct rule *rule = object;
	int r = import_count_rule(importer_of(parse), pair->value);

	if (!r)
		r = parse_map(parse, pair->value, "a port", fields, ARRAY_SIZE(fields),
			      &port);
	if (r)
		return r;
	if (port.is_named)
		return traffic_lack(
			&rule->traffic, importer_of(parse), port.node, IMPORT_PORT_NAME,
			"port \"%.80s\" is a name, for which each pod has a number of "
			"its own; write the number",
			port.node->text);
	if (port.last && (!port.first || port.last < port.first))
		return parse_error(parse, pair->value,
				   "an endPort without a port at or below it; write "
				   "both, lower first");
	return traffic_port(&rule->traffic, port.protocol, port.first,
			    port.last ? port.last : port.first);
}

static int read_ports(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule *rule = object;

	rule->traffic.says_what = pair->value->type != YAML_LIST || pair->value->n;
	return read_list(parse, pair, read_port, rule);
}

static int read_rule(struct parse *parse, const struct yaml_node *node, const char *peers,
		     struct rule *rule)
{
	const struct field fields[] = {
		{peers, read_peers, 0},
		{"ports", read_ports, 0},
	};
	int r = traffic_init(&rule->traffic);

	return r ? r : parse_map(parse, node, "a rule", fields, ARRAY_SIZE(fields), rule);
}

static void rule_clear(struct rule *rule)
{
	traffic_clear(&rule->traffic);
}

static int convert_egress_rule(struct parse *parse, const struct yaml_pair *pair,
			       void *object)
{
	_cleanup_(rule_clear) struct rule rule = {0};
	int r = read_rule(parse, pair->value, "to", &rule);

	(void)object;
	return r ? r
		 : traffic_emit(&rule.traffic, importer_of(parse), "allow", "connect",
				pair->value);
}

/* What the ingress rules come to. */
struct ingress {
	bool open;   /* a rule is about every port */
	bool all;    /* and from everyone */
	bool listen; /* make rules of it */
};

static bool is_said(const struct yaml_node *rule, const char *key)
{
	const struct yaml_node *list = yaml_get(rule, key);

	return list && list->n;
}

static struct ingress judge_ingress(const struct yaml_node *rules)
{
	struct ingress ingress = {0};

	for (size_t i = 0; rules && rules->type == YAML_LIST && i < rules->n; i++) {
		bool open = !is_said(rules->items[i], "ports");

		ingress.open |= open;
		ingress.all |= open && !is_said(rules->items[i], "from");
	}
	return ingress;
}

static int convert_ingress_rule(struct parse *parse, const struct yaml_pair *pair,
				void *object)
{
	_cleanup_(rule_clear) struct rule rule = {0};
	const struct ingress *ingress = object;
	int r = read_rule(parse, pair->value, "from", &rule);

	if (r || !ingress->listen)
		return r;
	return traffic_emit(&rule.traffic, importer_of(parse), "allow", "listen",
			    pair->value);
}

/*
 * Who connects in is not judged when it happens. What a rule on ports leaves is who may
 * listen there: then nobody is served at other ports, from within the pod either.
 */
static int convert_ingress(struct importer *importer, const struct yaml_node *node,
			   const struct yaml_node *rules)
{
	struct yaml_node key = {.type = YAML_STRING, .text = "ingress"};
	struct yaml_pair pair = {&key, rules};
	struct ingress ingress = judge_ingress(rules);
	int r = 0;

	ingress.listen = importer->partial && !ingress.open;
	if (rules)
		r = read_list(&importer->parse, &pair, convert_ingress_rule, &ingress);
	if (!r && ingress.listen)
		r = draft_direction(&importer->draft, "listen");
	if (r || ingress.all)
		return r;
	return import_lack(
		importer, rules ? rules : node, IMPORT_INGRESS,
		"ingress: who connects in is not judged, only who listens, and that for "
		"loopback as well and not for UDP");
}

static int convert_egress(struct importer *importer, const struct yaml_node *node,
			  const struct yaml_node *rules)
{
	struct yaml_node key = {.type = YAML_STRING, .text = "egress"};
	struct yaml_pair pair = {&key, rules};
	int r = 0;

	if (rules)
		r = read_list(&importer->parse, &pair, convert_egress_rule, NULL);
	return r ? r : traffic_close(importer, rules ? rules : node);
}

static int read_selector(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	json_t *selector = NULL;
	int r = import_selector(parse, pair, &selector);

	(void)object;
	return r ? r : draft_set(&importer_of(parse)->draft, "podSelector", selector);
}

static int read_type(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const char *const words[] = {"Ingress", "Egress"};
	struct network_policy *policy = object;
	size_t word = 0;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	policy->is_ingress |= !r && word == 0;
	policy->is_egress |= !r && word == 1;
	return r;
}

static int read_types(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	((struct network_policy *)object)->has_types = true;
	return parse_list(parse, pair, read_type, object);
}

static int keep_ingress(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)parse;
	((struct network_policy *)object)->ingress = pair->value;
	return 0;
}

static int keep_egress(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)parse;
	((struct network_policy *)object)->egress = pair->value;
	return 0;
}

static int read_spec(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"podSelector", read_selector, FIELD_REQUIRED},
		{"policyTypes", read_types, 0},
		{"ingress", keep_ingress, 0},
		{"egress", keep_egress, 0},
	};
	struct importer *importer = importer_of(parse);
	struct network_policy *policy = object;
	int r = parse_map(parse, pair->value, "\"spec\"", fields, ARRAY_SIZE(fields),
			  policy);

	if (r)
		return r;
	/* Without types, every policy is about ingress, and about egress when it has a
	 * rule. */
	if (!policy->has_types) {
		policy->is_ingress = true;
		policy->is_egress = policy->egress && policy->egress->n;
	}
	if (policy->egress && !policy->is_egress)
		r = parse_warning(parse, policy->egress,
				  "egress has no effect, policyTypes does not "
				  "name Egress; it is left out");
	if (!r && policy->ingress && !policy->is_ingress)
		r = parse_warning(parse, policy->ingress,
				  "ingress has no effect, policyTypes does not "
				  "name Ingress; it is left out");
	if (!r && policy->is_egress)
		r = convert_egress(importer, pair->value, policy->egress);
	if (!r && policy->is_ingress)
		r = convert_ingress(importer, pair->value, policy->ingress);
	if (!r && !importer->lacks && draft_is_empty(&importer->draft))
		r = parse_warning(
			parse, pair->value,
			"a policy that allows everything; there is nothing to deny");
	return r;
}

int network_policy_convert(struct importer *importer, const struct yaml_node *node)
{
	static const struct field fields[] = {
		{"apiVersion", NULL, FIELD_IGNORED},
		{"kind", NULL, FIELD_IGNORED},
		{"metadata", import_metadata, FIELD_REQUIRED},
		{"spec", read_spec, FIELD_REQUIRED},
		{"status", NULL, FIELD_IGNORED},
	};
	struct network_policy policy = {0};

	return parse_map(&importer->parse, node, "a NetworkPolicy", fields,
			 ARRAY_SIZE(fields), &policy);
}
