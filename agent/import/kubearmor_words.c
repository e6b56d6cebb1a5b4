// SPDX-License-Identifier: Apache-2.0
/* KubeArmor's rules on protocols and capabilities. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "import/kubearmor.h"
#include "import/path.h"
#include "policy/names.h"
#include "util/cleanup.h"

#define INTERNET  "inet", "inet6"
#define WORDS_MAX 8

/*
 * What a protocol's word is in KubeArmor. It looks at a socket's type and protocol,
 * whatever its family, and takes every stream without a protocol for tcp, every such
 * datagram for udp. Who allows tcp so allows streams between processes as well, without
 * which few programs run; who blocks tcp means TCP.
 */
static const struct protocol {
	const char *word;
	const char *families[WORDS_MAX];
	const char *types[WORDS_MAX];
	const char *protocols[WORDS_MAX];
	const char
		*allow_types[WORDS_MAX]; /* of an Allow rule, in place of all the above */
	const char *allow_protocols[WORDS_MAX];
} protocols[] = {
	{"tcp", {INTERNET}, {0}, {"tcp"}, {"stream"}, {"tcp", "ip"}},
	{"udp", {INTERNET}, {0}, {"udp"}, {"dgram"}, {"udp", "ip"}},
	{"icmp", {INTERNET}, {0}, {"icmp"}, {0}, {0}},
	{"icmpv6", {INTERNET}, {0}, {"icmpv6"}, {0}, {0}},
	{"sctp", {INTERNET}, {0}, {"sctp"}, {0}, {0}},
	{"dccp", {INTERNET}, {0}, {"dccp"}, {0}, {0}},
	{"raw", {0}, {"raw"}, {0}, {0}, {0}},
	{"stream", {0}, {"stream"}, {0}, {0}, {0}},
	{"dgram", {0}, {"dgram"}, {0}, {0}, {0}},
	{"rdm", {0}, {"rdm"}, {0}, {0}, {0}},
	{"seqpacket", {0}, {"seqpacket"}, {0}, {0}, {0}},
	{"packet", {0}, {"packet"}, {0}, {0}, {0}},
	{"all",
	 {0},
	 {"stream", "dgram", "raw", "rdm", "seqpacket", "dccp", "packet"},
	 {0},
	 {0},
	 {0}},
};

static const char *const actions[] = {
	[KA_ALLOW] = "allow", [KA_AUDIT] = "audit", [KA_BLOCK] = "deny"};

static int set_words(json_t *rule, const char *key, const char *const *words)
{
	_cleanup_(json_decrefp) json_t *list = json_array();
	int r = list ? 0 : -ENOMEM;

	if (!words[0])
		return 0;
	for (size_t i = 0; !r && i < WORDS_MAX && words[i]; i++)
		r = json_add_string(list, words[i]);
	return r || json_object_set(rule, key, list) ? -ENOMEM : 0;
}

static int set_protocol(json_t *ours, const struct protocol *protocol, bool allows)
{
	bool wide = allows && protocol->allow_types[0];
	int r = wide ? 0 : set_words(ours, "families", protocol->families);

	if (!r)
		r = set_words(ours, "types",
			      wide ? protocol->allow_types : protocol->types);
	if (!r)
		r = set_words(ours, "protocols",
			      wide ? protocol->allow_protocols : protocol->protocols);
	return r;
}

static int unknown_protocol(struct parse *parse, const struct yaml_node *node)
{
	return parse_error(parse, node,
			   "\"%.80s\" is no protocol of KubeArmor; give tcp, udp, icmp, "
			   "icmpv6, sctp, "
			   "dccp, raw, stream, dgram, rdm, seqpacket, packet or all",
			   node->text);
}

static int add_protocol(struct ka_policy *policy, const struct ka_rule *rule,
			json_t *ours)
{
	char word[16];

	import_lower_case(rule->node->text, word, sizeof(word));
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (!strcmp(protocols[i].word, word))
			return set_protocol(ours, &protocols[i],
					    rule->level.action == KA_ALLOW);
	return unknown_protocol(&policy->importer->parse, rule->node);
}

static int add_capability(struct ka_policy *policy, const struct ka_rule *rule,
			  json_t *ours)
{
	struct parse *parse = &policy->importer->parse;
	const char *word = rule->node->text;
	size_t at = names_find(&names_capabilities, word, 0);
	const char *nearest;

	if (at < names_capabilities.n)
		return json_object_set_new(
			       ours, "capabilities",
			       json_pack("[s]", names_capabilities.rows[at].name))
			       ? -ENOMEM
			       : 0;
	nearest = names_nearest(&names_capabilities, word);
	return parse_error(parse, rule->node, "\"%.80s\" is not a capability; %s%s%s",
			   word, nearest ? "did you mean \"" : "give one as \"net_raw\"",
			   nearest ? nearest : "", nearest ? "\"?" : "");
}

static int set_sources(json_t *ours, const struct ka_rule *rule)
{
	_cleanup_(json_decrefp) json_t *from = json_array();
	int r = from ? 0 : -ENOMEM;

	if (!rule->n_sources)
		return 0;
	for (size_t i = 0; !r && i < rule->n_sources; i++) {
		_cleanup_(freep) char *path = path_literal("", rule->sources[i], "");

		r = path ? json_add_string(from, path) : -ENOMEM;
	}
	return r || json_object_set(ours, "from", from) ? -ENOMEM : 0;
}

static int convert_word(struct ka_policy *policy, const struct ka_rule *rule)
{
	_cleanup_(json_decrefp) json_t *ours =
		ka_rule_new(policy, &rule->level, actions[rule->level.action]);
	bool network = rule->section == KA_NETWORK;
	int r;

	if (!ours)
		return -ENOMEM;
	r = network ? add_protocol(policy, rule, ours)
		    : add_capability(policy, rule, ours);
	if (!r)
		r = set_sources(ours, rule);
	if (r)
		return r;
	return draft_rule(&policy->importer->draft,
			  network ? SECTION_SOCKETS : SECTION_CAPABILITIES,
			  TAKE_PTR(ours), rule->node->line);
}

/* Also with different sources: which of the two then holds for whom, who wrote them
 * should say. */
static int check_conflict(struct ka_policy *policy, size_t at)
{
	const struct ka_rule *rule = &policy->rules[at];

	for (size_t i = 0; i < at; i++) {
		const struct ka_rule *other = &policy->rules[i];
		enum ka_action a = rule->level.action, b = other->level.action;

		if (other->section == rule->section && a != b && a != KA_AUDIT &&
		    b != KA_AUDIT && !strcasecmp(rule->node->text, other->node->text))
			return import_lack(
				policy->importer, rule->node, IMPORT_CONFLICT,
				"\"%.80s\" is allowed and blocked (also on line %u), and "
				"here what is denied is denied; decide for one",
				rule->node->text, other->node->line);
	}
	return 0;
}

int ka_convert_words(struct ka_policy *policy, enum ka_section section)
{
	int r = 0, wrong = 0;

	for (size_t i = 0; r >= 0 && i < policy->n_rules; i++) {
		if (policy->rules[i].section != section)
			continue;
		r = check_conflict(policy, i);
		if (!r)
			r = convert_word(policy, &policy->rules[i]);
		wrong |= r;
	}
	if (r < 0)
		return r;
	if (!wrong && ka_allows(policy, section))
		return draft_default(&policy->importer->draft,
				     section == KA_NETWORK ? SECTION_SOCKETS
							   : SECTION_CAPABILITIES);
	return wrong;
}
