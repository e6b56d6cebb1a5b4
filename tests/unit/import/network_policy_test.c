// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "egress.h"

#define HEAD                                                                             \
	"apiVersion: networking.k8s.io/v1\n"                                             \
	"kind: NetworkPolicy\n"                                                          \
	"metadata: {name: np, namespace: shop}\n"                                        \
	"spec:\n"                                                                        \
	"  podSelector: {matchLabels: {app: web}}\n"

#define SELECTS	 "{\"podSelector\":{\"matchLabels\":{\"app\":\"web\"}},\"network\":{"
#define CLOSED	 "\"default\":{\"connect\":\"deny\"},\"rules\":["
#define LOOPBACK "\"action\":\"allow\",\"to\":[\"127.0.0.0/8\",\"::1/128\"]}"

Test(network_policy, turns_egress_into_connections)
{
	struct imported imported = import(
		HEAD "  policyTypes: [Egress]\n"
		     "  egress:\n"
		     "  - to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]\n"
		     "    ports: [{port: 80}, {protocol: UDP, port: 53, endPort: 54}, "
		     "{port: 443}]\n");

	assert_spec(imported, SELECTS CLOSED
		    "{\"name\":\"line-8\",\"action\":\"allow\",\"to\":[\"10.0.0.0/8\"],"
		    "\"except\":[\"10.1.0.0/"
		    "16\"],\"ports\":[80,443],\"protocols\":[\"tcp\"]},"
		    "{\"name\":\"line-8-2\",\"action\":\"allow\",\"to\":[\"10.0.0.0/8\"],"
		    "\"except\":[\"10.1.0.0/"
		    "16\"],\"ports\":[\"53-54\"],\"protocols\":[\"udp\"]},"
		    "{\"name\":\"line-8-3\"," LOOPBACK "]}}");
	assert_said(imported, "what a UDP server replies counts as a connection");
	imported_clear(&imported);
}

Test(network_policy, denies_all_egress_but_loopback_without_rules)
{
	struct imported imported = import(HEAD "  policyTypes: [Egress]\n");

	assert_spec(imported, SELECTS CLOSED "{\"name\":\"line-5\"," LOOPBACK "]}}");
	imported_clear(&imported);
}

Test(network_policy, takes_a_rule_without_peers_for_all)
{
	struct imported imported =
		import(HEAD "  policyTypes: [Egress]\n"
			    "  egress: [{}, {ports: [{protocol: SCTP}]}]\n");

	assert_spec(
		imported, SELECTS CLOSED
		"{\"name\":\"line-7\",\"action\":\"allow\",\"to\":[\"0.0.0.0/0\",\"::/"
		"0\"]},"
		"{\"name\":\"line-7-2\",\"action\":\"allow\",\"protocols\":[\"sctp\"]},"
		"{\"name\":\"line-7-3\"," LOOPBACK "]}}");
	imported_clear(&imported);
}

Test(network_policy, is_about_ingress_unless_it_says_otherwise)
{
	struct imported imported = import(HEAD "  egress: [{}]\n");

	assert_reason(imported, IMPORT_INGRESS);
	cr_assert_eq(imported.counts.refused, 1);
	imported_clear(&imported);
}

Test(network_policy, converts_nothing_where_everything_may_come_in)
{
	struct imported imported = import(HEAD "  ingress: [{}]\n");

	cr_assert_eq(imported.counts.converted, 1, "%s", imported.said);
	cr_assert_eq(json_array_size(imported.policies), 0);
	imported_clear(&imported);
}

Test(network_policy, leaves_of_ingress_who_may_listen)
{
	struct imported imported = import_partial(
		HEAD "  ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}]\n");

	assert_spec(
		imported, SELECTS
		"\"default\":{\"listen\":\"deny\"},\"rules\":[{\"name\":\"line-6\","
		"\"action\":\"allow\","
		"\"direction\":\"listen\",\"ports\":[80],\"protocols\":[\"tcp\"]}]}}");
	cr_assert_eq(imported.counts.partial, 1);
	imported_clear(&imported);
}

Test(network_policy, names_the_reserved_word_for_pods)
{
	const char *text = HEAD "  policyTypes: [Egress]\n"
				"  egress:\n"
				"  - to: [{podSelector: {}}]\n"
				"  - to: [{ipBlock: {cidr: 192.0.2.0/24}}]\n";
	struct imported imported = import(text), partial = import_partial(text);

	assert_said(imported,
		    "t:8:11: error: no equivalent: addresses of pods: the word \"pods\"");
	assert_reason(imported, IMPORT_PODS);
	assert_spec(imported, "");
	assert_spec(
		partial,
		"{\"podSelector\":{\"matchLabels\":{\"app\":\"web\"}},\"mode\":\"audit\","
		"\"network\":{" CLOSED
		"{\"name\":\"line-9\",\"action\":\"allow\",\"to\":[\"192.0.2.0/24\"]},"
		"{\"name\":\"line-8\"," LOOPBACK "]}}");
	imported_clear(&imported);
	imported_clear(&partial);
}

Test(network_policy, knows_no_number_of_a_named_port)
{
	struct imported imported = import(HEAD "  policyTypes: [Egress]\n"
					       "  egress: [{ports: [{port: http}]}]\n");

	assert_reason(imported, IMPORT_PORT_NAME);
	imported_clear(&imported);
}

Test(network_policy, guesses_nothing)
{
	static const struct {
		const char *spec, *said;
	} cases[] = {
		{"  egress: [{to: [{ipBlock: {cidr: 10.0.0.300/8}}]}]\n",
		 "is no address prefix"},
		{"  egress: [{to: [{}]}]\n", "a peer that says nothing"},
		{"  egress: [{ports: [{endPort: 3}]}]\n", "an endPort without a port"},
		{"  egress: [{ports: [{protocol: tcp}]}]\n", "did you mean \"TCP\"?"},
		{"  policytypes: [Egress]\n", "did you mean \"policyTypes\"?"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];
		struct imported imported;

		snprintf(text, sizeof(text), HEAD "%s", cases[i].spec);
		imported = import(text);
		assert_said(imported, cases[i].said);
		cr_assert_eq(imported.counts.wrong, 1);
		imported_clear(&imported);
	}
}

/* Random egress policies, against a plain reading of what they say. */

#define RULES	 3
#define BLOCKS	 3
#define PORTS	 3
#define POLICIES 800
#define EVENTS	 60

struct rule {
	struct block blocks[BLOCKS];
	struct port ports[PORTS];
	size_t n_blocks, n_ports;
};

static struct rule make_rule(uint64_t *state)
{
	struct rule rule = {
		.n_blocks = next_random(state) % (BLOCKS + 1),
		.n_ports = next_random(state) % (PORTS + 1),
	};

	for (size_t i = 0; i < rule.n_blocks; i++)
		rule.blocks[i] = make_block(state);
	for (size_t i = 0; i < rule.n_ports; i++)
		rule.ports[i] = make_port(state);
	return rule;
}

static void write_rule(FILE *file, const struct rule *rule)
{
	fputs("  - to: [", file);
	for (size_t i = 0; i < rule->n_blocks; i++) {
		const struct block *block = &rule->blocks[i];

		fprintf(file, "%s{ipBlock: {cidr: %s/%u", i ? ", " : "",
			dotted(block->address), block->length);
		if (block->except_length)
			fprintf(file, ", except: [%s/%u]", dotted(block->except),
				block->except_length);
		fputs("}}", file);
	}
	fputs("]\n    ports: [", file);
	for (size_t i = 0; i < rule->n_ports; i++) {
		const struct port *port = &rule->ports[i];

		fprintf(file, "%s{protocol: %s", i ? ", " : "",
			port->protocol == 6 ? "TCP" : "UDP");
		if (port->first)
			fprintf(file, ", port: %u", port->first);
		if (port->last > port->first)
			fprintf(file, ", endPort: %u", port->last);
		fputs("}", file);
	}
	fputs("]\n", file);
}

static bool rule_allows(const struct rule *rule, uint32_t address, unsigned protocol,
			unsigned port)
{
	bool where = !rule->n_blocks, what = !rule->n_ports;

	for (size_t i = 0; i < rule->n_blocks; i++)
		where |= block_has(&rule->blocks[i], address);
	for (size_t i = 0; i < rule->n_ports; i++)
		what |= port_has(&rule->ports[i], protocol, port);
	return where && what;
}

static void compare(const struct rule *rules, size_t n, const struct image *image,
		    uint64_t *state, const char *text)
{
	uint32_t address = make_address(state);
	struct eval_event event = make_connection(state, address);
	bool theirs = false;

	for (size_t i = 0; i < n; i++)
		theirs |= rule_allows(&rules[i], address, event.protocol, event.port);
	cr_assert_eq(!is_denied(image, &event), theirs, "%s:%u/%u: theirs %s\n%s",
		     dotted(address), event.port, event.protocol,
		     theirs ? "allows" : "denies", text);
}

Test(network_policy, decides_as_kubernetes_says)
{
	uint64_t state = 2;

	for (size_t i = 0; i < POLICIES; i++) {
		struct rule rules[RULES];
		size_t n = next_random(&state) % (RULES + 1), size;
		struct imported imported;
		struct image *image;
		char *text = NULL;
		FILE *file = open_memstream(&text, &size);

		fputs(HEAD "  policyTypes: [Egress]\n  egress:\n", file);
		for (size_t k = 0; k < n; k++) {
			rules[k] = make_rule(&state);
			write_rule(file, &rules[k]);
		}
		fputs(n ? "" : "    []\n", file);
		fclose(file);
		imported = import(text);
		cr_assert_eq(imported.counts.converted, 1, "%s\n%s", text, imported.said);
		image = image_of(&imported);
		for (size_t k = 0; k < EVENTS; k++)
			compare(rules, n, image, &state, text);
		image_unref(image);
		imported_clear(&imported);
		free(text);
	}
}
