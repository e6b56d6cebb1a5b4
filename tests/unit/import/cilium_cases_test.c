// SPDX-License-Identifier: Apache-2.0
/*
 * Random policies of Cilium: what they say of a connection, by a plain reading (a deny
 * rule wins, then an allow rule, then the default), against what the imported policy
 * decides.
 */
#include <stdio.h>

#include "egress.h"

#define RULES	 4
#define BLOCKS	 3
#define PORTS	 3
#define POLICIES 800
#define EVENTS	 60

struct rule {
	struct block blocks[BLOCKS];
	struct port ports[PORTS];
	size_t n_blocks, n_ports; /* 0: not said */
	bool denies;
};

struct policy_drawn {
	struct rule rules[RULES];
	size_t n;
	bool keeps_open;
};

static struct rule make_rule(uint64_t *state)
{
	struct rule rule = {
		.n_blocks = next_random(state) % (BLOCKS + 1),
		.n_ports = next_random(state) % (PORTS + 1),
		.denies = next_random(state) % 3 == 0,
	};

	/* A rule that says neither is about nothing. */
	if (!rule.n_blocks && !rule.n_ports)
		rule.n_blocks = 1;
	for (size_t i = 0; i < rule.n_blocks; i++)
		rule.blocks[i] = make_block(state);
	for (size_t i = 0; i < rule.n_ports; i++) {
		rule.ports[i] = make_port(state);
		if (next_random(state) % 3 == 0)
			rule.ports[i].protocol = 0;
	}
	return rule;
}

static struct policy_drawn make_policy(uint64_t *state)
{
	struct policy_drawn policy = {
		.n = 1 + next_random(state) % RULES,
		.keeps_open = next_random(state) % 4 == 0,
	};

	for (size_t i = 0; i < policy.n; i++)
		policy.rules[i] = make_rule(state);
	return policy;
}

/* A list of those of one kind, if there are: a prefix alone is written as a "toCIDR". */
static void write_blocks(FILE *file, const struct rule *rule, bool excepts)
{
	const char *before = excepts ? "toCIDRSet: [" : "toCIDR: [";

	for (size_t i = 0; i < rule->n_blocks; i++) {
		const struct block *block = &rule->blocks[i];

		if (!block->except_length == excepts)
			continue;
		fprintf(file, excepts ? "%s{cidr: %s/%u, " : "%s%s/%u", before,
			dotted(block->address), block->length);
		if (excepts)
			fprintf(file, "except: [%s/%u]}", dotted(block->except),
				block->except_length);
		before = ", ";
	}
	if (!strcmp(before, ", "))
		fputs("], ", file);
}

static void write_ports(FILE *file, const struct rule *rule)
{
	fputs("toPorts: [{ports: [", file);
	for (size_t i = 0; i < rule->n_ports; i++) {
		const struct port *port = &rule->ports[i];

		fprintf(file, "%s{port: \"%u\", protocol: %s", i ? ", " : "", port->first,
			port->protocol == 6    ? "TCP"
			: port->protocol == 17 ? "UDP"
					       : "ANY");
		if (port->last > port->first)
			fprintf(file, ", endPort: %u", port->last);
		fputs("}", file);
	}
	fputs("]}]", file);
}

static void write_rules(FILE *file, const struct policy_drawn *policy, bool denies)
{
	bool any = false;

	for (size_t i = 0; i < policy->n; i++) {
		const struct rule *rule = &policy->rules[i];

		if (rule->denies != denies)
			continue;
		if (!any)
			fprintf(file, "  %s:\n", denies ? "egressDeny" : "egress");
		any = true;
		fputs("  - {", file);
		write_blocks(file, rule, false);
		write_blocks(file, rule, true);
		if (rule->n_ports)
			write_ports(file, rule);
		fputs("}\n", file);
	}
}

static char *write_policy(const struct policy_drawn *policy)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fputs("apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\n"
	      "metadata: {name: c, namespace: shop}\nspec:\n"
	      "  endpointSelector: {matchLabels: {app: web}}\n",
	      file);
	if (policy->keeps_open)
		fputs("  enableDefaultDeny: {egress: false}\n", file);
	write_rules(file, policy, false);
	write_rules(file, policy, true);
	fclose(file);
	return text;
}

static bool rule_has(const struct rule *rule, uint32_t address,
		     const struct eval_event *event)
{
	bool where = !rule->n_blocks, what = !rule->n_ports;

	for (size_t i = 0; i < rule->n_blocks; i++)
		where |= block_has(&rule->blocks[i], address);
	for (size_t i = 0; i < rule->n_ports; i++)
		what |= port_has(&rule->ports[i], event->protocol, event->port);
	return where && what;
}

static bool theirs_denies(const struct policy_drawn *policy, uint32_t address,
			  const struct eval_event *event)
{
	bool allows = policy->keeps_open;

	for (size_t i = 0; i < policy->n; i++) {
		const struct rule *rule = &policy->rules[i];

		if (!rule_has(rule, address, event))
			continue;
		if (rule->denies)
			return true;
		allows = true;
	}
	return !allows;
}

/* Return: how many of the connections were denied. */
static size_t compare(const struct policy_drawn *policy, uint64_t *state,
		      const char *text)
{
	struct imported imported = import(text);
	struct image *image;
	size_t denied = 0;

	cr_assert_eq(imported.counts.converted, 1, "%s\n%s", text, imported.said);
	image = image_of(&imported);
	for (size_t i = 0; i < EVENTS; i++) {
		uint32_t address = make_address(state);
		struct eval_event event = make_connection(state, address);
		bool theirs = theirs_denies(policy, address, &event);

		cr_assert_eq(is_denied(image, &event), theirs, "%s:%u/%u: theirs %s\n%s",
			     dotted(address), event.port, event.protocol,
			     theirs ? "denies" : "allows", text);
		denied += theirs;
	}
	image_unref(image);
	imported_clear(&imported);
	return denied;
}

Test(cilium_cases, decides_as_cilium_does)
{
	uint64_t state = 3;
	size_t denied = 0;

	for (size_t i = 0; i < POLICIES; i++) {
		struct policy_drawn policy = make_policy(&state);
		char *text = write_policy(&policy);

		denied += compare(&policy, &state, text);
		free(text);
	}
	/* Both answers were asked for often. */
	cr_assert_gt(denied, POLICIES * EVENTS / 5);
	cr_assert_lt(denied, POLICIES * EVENTS * 4 / 5);
}
