// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "policy/parse_rule.h"
#include "policy/prefix.h"
#include "util/cleanup.h"

/* What "to" may say besides addresses one day. */
static const char *const reserved[] = {"names", "pods", "services"};

int parse_prefix(struct parse *parse, const struct yaml_pair *pair,
		 struct prefix *ret_prefix)
{
	char right[PREFIX_TEXT];
	const char *text;
	int r = parse_string(parse, pair, &text);

	if (r)
		return r;
	switch (prefix_parse(text, ret_prefix)) {
	case 0:
		return 0;
	case PREFIX_E_HOST_BITS:
		prefix_format(ret_prefix, right);
		return parse_error(
			parse, pair->value,
			"\"%.80s\" has bits set behind its prefix; write \"%s\"", text,
			right);
	case PREFIX_E_LENGTH:
		return parse_error(
			parse, pair->value,
			"\"%.80s\" has no right prefix length; it goes from /0 to /32 "
			"for IPv4 and to /128 for IPv6",
			text);
	default:
		return parse_error(
			parse, pair->value,
			"\"%.80s\" is no address; write one as \"10.0.0.0/8\", "
			"\"192.0.2.1\" or \"2001:db8::/32\"",
			text);
	}
}

struct prefix_list {
	struct rule_reader *reader;
	struct prefix **prefixes;
	size_t *n;
};

static int read_prefix(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct prefix_list *list = object;
	struct prefix prefix, *grown;
	int r = parse_prefix(parse, pair, &prefix);

	if (r)
		return r;
	grown = array_grow(*list->prefixes, *list->n, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	*list->prefixes = grown;
	grown[(*list->n)++] = prefix;
	return 0;
}

static const char *find_reserved(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
		if (!strcmp(word, reserved[i]))
			return reserved[i];
	return NULL;
}

static int refuse_reserved(struct parse *parse, struct rule_reader *reader,
			   const char *word)
{
	char key[32];

	snprintf(key, sizeof(key), "to: %s", word);
	return rule_refuse(parse, reader, key, word);
}

static int read_reserved(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return refuse_reserved(parse, object, pair->key->text);
}

static int read_reserved_map(struct parse *parse, const struct yaml_node *node,
			     struct rule_reader *reader)
{
	static const struct field fields[] = {
		{"names", read_reserved, 0},
		{"pods", read_reserved, 0},
		{"services", read_reserved, 0},
	};

	if (!node->n)
		return parse_error(parse, node,
				   "an empty map in \"to\"; give an address");
	return parse_map(parse, node, "\"to\"", fields, ARRAY_SIZE(fields), reader);
}

static int read_destination(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	struct prefix_list *list = object;
	const char *word = yaml_text(pair->value);

	if (pair->value->type == YAML_MAP)
		return read_reserved_map(parse, pair->value, list->reader);
	if (word && find_reserved(word))
		return refuse_reserved(parse, list->reader, word);
	return read_prefix(parse, pair, list);
}

static int read_to(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;
	struct prefix_list list = {reader, &reader->rule->to, &reader->rule->n_to};

	reader->has_condition = true;
	if (pair->value->type == YAML_MAP)
		return read_reserved_map(parse, pair->value, reader);
	return parse_list(parse, pair, read_destination, &list);
}

static int read_except(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;
	struct prefix_list list = {reader, &reader->rule->not_to,
				   &reader->rule->n_not_to};

	reader->has_condition = true;
	return parse_list(parse, pair, read_prefix, &list);
}

static int read_ports(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;

	reader->has_condition = true;
	return parse_ports(parse, pair, &reader->rule->ports);
}

static int read_protocols(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;

	reader->has_condition = true;
	return parse_set(parse, pair, &names_protocols, &reader->rule->protocols);
}

static int read_direction(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const char *const words[] = {"connect", "bind", "listen", "accept"};
	struct rule_reader *reader = object;
	char key[32];
	size_t word = 0;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	if (r)
		return r;
	reader->has_condition = true;
	snprintf(key, sizeof(key), "direction: %s", words[word]);
	return rule_refuse(parse, reader, key, words[word]);
}

static int read_socket_name(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	struct policy_rule *rule = ((struct rule_reader *)object)->rule;
	const char *name;
	int r = parse_socket_name(parse, pair, &name);

	return r ? r : strings_add(&rule->unix_names, &rule->n_unix, name);
}

static int read_unix(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct rule_reader *reader = object;
	int r = parse_list(parse, pair, read_socket_name, reader);

	reader->has_condition = true;
	return r ? r : rule_refuse(parse, reader, "unix", "unix");
}

const struct field rule_fields_network[] = {
	{"direction", read_direction, 0}, {"to", read_to, 0},
	{"except", read_except, 0},	  {"ports", read_ports, 0},
	{"protocols", read_protocols, 0}, {"unix", read_unix, 0},
};
const size_t rule_fields_network_n = ARRAY_SIZE(rule_fields_network);

static bool is_excepted(const struct policy_rule *rule, const struct prefix *prefix)
{
	for (size_t i = 0; i < rule->n_not_to; i++)
		if (prefix_covers(&rule->not_to[i], prefix))
			return true;
	return false;
}

/* Without "to", a rule is about all of both families. */
static bool excepts_all(const struct policy_rule *rule)
{
	static const struct prefix all[] = {{.is_v4 = true}, {.is_v4 = false}};
	const struct prefix *to = rule->n_to ? rule->to : all;
	size_t n = rule->n_to ? rule->n_to : ARRAY_SIZE(all);

	if (rule->n_not_to && n > RULE_COMPARISONS_MAX / rule->n_not_to)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_excepted(rule, &to[i]))
			return false;
	return true;
}

/* TCP, UDP, DCCP, SCTP, UDP-Lite, SMC, MPTCP: the protocols that have ports. */
static bool has_ports(const struct number_set *protocols)
{
	static const uint32_t numbers[] = {6, 17, 33, 132, 136, 256, 262};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (number_set_has(protocols, numbers[i]))
			return true;
	return false;
}

int rule_check_network(struct parse *parse, const struct yaml_node *node,
		       const struct rule_reader *reader)
{
	const struct policy_rule *rule = reader->rule;

	if (rule->n_unix &&
	    (rule->n_to || rule->n_not_to || !rule->ports.any || !rule->protocols.any))
		return parse_error(
			parse, node,
			"\"unix\" beside addresses, ports or protocols, no socket has "
			"both; make it two rules");
	if (excepts_all(rule))
		return parse_error(
			parse, node,
			"all of \"to\" is excepted, the rule can match nothing; "
			"narrow \"except\" or drop the rule");
	if (!rule->ports.any && !has_ports(&rule->protocols))
		return parse_error(
			parse, node,
			"\"ports\" with protocols that have none, the rule can match "
			"nothing; leave \"ports\" out or add tcp or udp");
	return 0;
}
