// SPDX-License-Identifier: Apache-2.0
/* Whom a rule of Cilium's is about. */
#include "import/cilium.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"

/* An egress rule that names pods, names, services or the like. */
struct peer_kind {
	const char *key;
	enum import_reason reason;
	const char *why;
};

static const struct peer_kind peer_kinds[] = {
	{"toEndpoints", IMPORT_PODS,
	 "addresses of pods: the word \"pods\" of \"to\" is reserved for them and not "
	 "built yet"},
	{"toRequires", IMPORT_PODS,
	 "addresses of pods: the word \"pods\" of \"to\" is reserved for them and not "
	 "built yet"},
	{"toFQDNs", IMPORT_NAMES,
	 "names of hosts: the word \"names\" of \"to\" is reserved for them and not "
	 "built yet"},
	{"toServices", IMPORT_SERVICES,
	 "services: the word \"services\" of \"to\" is reserved for them and not built "
	 "yet"},
	{"toGroups", IMPORT_ENTITY,
	 "groups of a cloud's provider; write their addresses as toCIDR"},
	{"toNodes", IMPORT_ENTITY, "addresses of nodes; write them as toCIDR"},
	{"icmps", IMPORT_ICMP,
	 "types of ICMP messages are not judged; sockets of that protocol can be denied"},
	{"authentication", IMPORT_APPLICATION, "who the other side is, is not asked"},
};

static int read_peers(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct cilium_rule *rule = object;

	rule->traffic.says_where = true;
	for (size_t i = 0; i < ARRAY_SIZE(peer_kinds); i++)
		if (!strcmp(pair->key->text, peer_kinds[i].key))
			return traffic_lack(&rule->traffic, importer_of(parse), pair->key,
					    peer_kinds[i].reason, "%s: %s",
					    pair->key->text, peer_kinds[i].why);
	return 0;
}

/* Whom an ingress rule is about is said once, for all of them. */
static int skip_sources(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)parse;
	(void)pair;
	((struct cilium_rule *)object)->traffic.says_where = true;
	return 0;
}

static int read_entity(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const char *const words[] = {"all",	   "world",	     "world-ipv4",
					    "world-ipv6",  "cluster",	     "host",
					    "remote-node", "kube-apiserver", "ingress",
					    "init",	   "unmanaged",	     "health",
					    "none"};
	struct cilium_rule *rule = object;
	size_t word = 0;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	if (r)
		return r;
	if (!word)
		return traffic_to(&rule->traffic,
				  json_pack("[s, s]", "0.0.0.0/0", "::/0"), NULL);
	return traffic_lack(
		&rule->traffic, importer_of(parse), pair->value, IMPORT_ENTITY,
		"entity \"%s\" is a set of addresses that Cilium alone knows; write "
		"the prefixes as toCIDRSet",
		words[word]);
}

static int read_entities(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	((struct cilium_rule *)object)->traffic.says_where = true;
	return parse_list(parse, pair, read_entity, object);
}

static int read_cidr(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	_cleanup_(json_decrefp) json_t *to = json_array();
	struct cilium_rule *rule = object;
	int r = to ? traffic_prefix(parse, pair, to) : -ENOMEM;

	return r ? r : traffic_to(&rule->traffic, TAKE_PTR(to), NULL);
}

static int read_cidrs(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	((struct cilium_rule *)object)->traffic.says_where = true;
	return parse_list(parse, pair, read_cidr, object);
}

struct block {
	struct cilium_rule *rule;
	json_t *to;
	json_t *except;
};

static int read_block_cidr(struct parse *parse, const struct yaml_pair *pair,
			   void *object)
{
	return traffic_prefix(parse, pair, ((struct block *)object)->to);
}

static int read_exception(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return traffic_prefix(parse, pair, ((struct block *)object)->except);
}

static int read_exceptions(struct parse *parse, const struct yaml_pair *pair,
			   void *object)
{
	return parse_list(parse, pair, read_exception, object);
}

static int lack_group(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct block *block = object;

	return traffic_lack(
		&block->rule->traffic, importer_of(parse), pair->key, IMPORT_ENTITY,
		"%s: a set of addresses that is kept elsewhere; write them as \"cidr\"",
		pair->key->text);
}

static int read_block(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"cidr", read_block_cidr, 0},
		{"except", read_exceptions, 0},
		{"cidrGroupRef", lack_group, 0},
		{"cidrGroupSelector", lack_group, 0},
	};
	_cleanup_(json_decrefp) json_t *to = json_array(), *except = json_array();
	struct block block = {object, to, except};
	int r = to && except ? 0 : -ENOMEM;

	if (!r)
		r = parse_map(parse, pair->value, "a CIDR set", fields,
			      ARRAY_SIZE(fields), &block);
	if (r)
		return r;
	if (!json_array_size(to) && !block.rule->traffic.lost)
		return parse_error(parse, pair->value,
				   "a CIDR set without \"cidr\"; add it");
	return traffic_to(&block.rule->traffic, TAKE_PTR(to), TAKE_PTR(except));
}

static int read_blocks(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	((struct cilium_rule *)object)->traffic.says_where = true;
	return parse_list(parse, pair, read_block, object);
}

static const struct field egress_fields[] = {
	{"toEndpoints", read_peers, 0},	  {"toRequires", read_peers, 0},
	{"toCIDR", read_cidrs, 0},	  {"toCIDRSet", read_blocks, 0},
	{"toEntities", read_entities, 0}, {"toServices", read_peers, 0},
	{"toGroups", read_peers, 0},	  {"toNodes", read_peers, 0},
	{"toFQDNs", read_peers, 0},	  {"toPorts", cilium_read_ports, 0},
	{"icmps", read_peers, 0},	  {"authentication", read_peers, 0},
};

static const struct field ingress_fields[] = {
	{"fromEndpoints", skip_sources, 0}, {"fromRequires", skip_sources, 0},
	{"fromCIDR", skip_sources, 0},	    {"fromCIDRSet", skip_sources, 0},
	{"fromEntities", skip_sources, 0},  {"fromGroups", skip_sources, 0},
	{"fromNodes", skip_sources, 0},	    {"toPorts", cilium_read_ports, 0},
	{"icmps", skip_sources, 0},	    {"authentication", skip_sources, 0},
};

int cilium_read_rule(struct parse *parse, const struct yaml_node *node,
		     struct cilium_rule *rule)
{
	if (rule->is_egress)
		return parse_map(parse, node, "a rule", egress_fields,
				 ARRAY_SIZE(egress_fields), rule);
	return parse_map(parse, node, "a rule", ingress_fields,
			 ARRAY_SIZE(ingress_fields), rule);
}
