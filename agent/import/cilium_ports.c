// SPDX-License-Identifier: Apache-2.0
/* "toPorts" of Cilium's rules. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "import/cilium.h"
#include "util/cleanup.h"

#define ANY_PROTOCOL "any"

struct port {
	const struct yaml_node *node; /* "port" */
	const char *protocol;
	int64_t first; /* 0: all */
	int64_t last;
	bool is_named;
};

/* A number from 0 to 65535; what is no number is a name. */
static int read_number(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct port *port = object;
	const char *text;
	char *end;
	long number;

	port->node = pair->value;
	if (pair->value->type == YAML_INTEGER)
		return parse_number(parse, pair, 0, 65535, &port->first);
	if (parse_string(parse, pair, &text))
		return PARSE_E_WRONG;
	number = strtol(text, &end, 10);
	port->is_named = *end != '\0';
	if (!port->is_named && (number < 0 || number > 65535))
		return parse_error(parse, pair->value,
				   "\"%.80s\" is no port; give a number from 0 to 65535",
				   text);
	port->first = port->is_named ? 0 : number;
	return 0;
}

static int read_end(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_number(parse, pair, 0, 65535, &((struct port *)object)->last);
}

static int read_protocol(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const char *const words[] = {"ANY", "TCP", "UDP", "SCTP"};
	static const char *const ours[] = {ANY_PROTOCOL, "tcp", "udp", "sctp"};
	size_t word = 0;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	((struct port *)object)->protocol = ours[word];
	return r;
}

static int add_port(struct traffic *traffic, const struct port *port)
{
	static const char *const all[] = {"tcp", "udp", "sctp"};
	int64_t last = port->last ? port->last : port->first;
	int r = 0;

	if (strcmp(port->protocol, ANY_PROTOCOL) != 0)
		return traffic_port(traffic, port->protocol, port->first, last);
	for (size_t i = 0; !r && i < ARRAY_SIZE(all); i++)
		r = traffic_port(traffic, all[i], port->first, last);
	return r;
}

static int read_port(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"port", read_number, FIELD_REQUIRED},
		{"endPort", read_end, 0},
		{"protocol", read_protocol, 0},
	};
	struct port port = {.protocol = ANY_PROTOCOL};
	struct cilium_rule *rule = object;
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
	if (port.last && port.last < port.first)
		return parse_error(parse, pair->value,
				   "an endPort below the port; write the lower first");
	return add_port(&rule->traffic, &port);
}

static int read_ports(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, read_port, object);
}

static int lack_application(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	struct cilium_rule *rule = object;

	if (!rule->is_egress)
		return 0; /* said of ingress as a whole */
	return traffic_lack(
		&rule->traffic, importer_of(parse), pair->key, IMPORT_APPLICATION,
		"%s: what is said over a connection is not judged; addresses and ports "
		"are",
		pair->key->text);
}

static int read_item(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"ports", read_ports, 0},
		{"rules", lack_application, 0},
		{"serverNames", lack_application, 0},
		{"terminatingTLS", lack_application, 0},
		{"originatingTLS", lack_application, 0},
		{"listener", lack_application, 0},
	};

	return parse_map(parse, pair->value, "\"toPorts\"", fields, ARRAY_SIZE(fields),
			 object);
}

int cilium_read_ports(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	((struct cilium_rule *)object)->traffic.says_what = true;
	return parse_list(parse, pair, read_item, object);
}
