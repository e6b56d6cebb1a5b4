// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "dryrun/learn_calls.h"
#include "dryrun/learn_yaml.h"
#include "policy/array.h"
#include "policy/prefix.h"
#include "report/names.h"
#include "util/cleanup.h"

/* An address that one protocol and port were connected to. */
struct connect_use {
	uint32_t protocol;
	bool any_port; /* of a protocol that has none */
	struct number_range ports;
	struct prefix to;
	uint64_t count;
};

struct connect_uses {
	struct connect_use *items;
	size_t n;
};

static bool has_ports(uint32_t protocol)
{
	static const uint32_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_DCCP,
					     IPPROTO_SCTP, IPPROTO_UDPLITE};

	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i] == protocol)
			return true;
	return false;
}

/* --- addresses, as the kernel judges them (decide_connect()) ---------------------------
 */

static const uint8_t nothing[16];
static const uint8_t loopback4[4] = {127, 0, 0, 1};
static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};
static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

static struct prefix prefix4(const uint8_t *address)
{
	struct prefix prefix = {.length = 32, .is_v4 = true};

	memcpy(prefix.address, memcmp(address, nothing, 4) ? address : loopback4, 4);
	return prefix;
}

static struct prefix prefix6(const uint8_t *address)
{
	struct prefix prefix = {.length = 128};

	memcpy(prefix.address, address, sizeof(prefix.address));
	if (!memcmp(address, nothing, sizeof(nothing)))
		prefix.address[15] = 1;
	return prefix;
}

static bool is_loopback(const struct prefix *prefix)
{
	return prefix->is_v4 ? prefix->address[0] == loopback4[0]
			     : !memcmp(prefix->address, nothing, 15) &&
				       prefix->address[15] == 1;
}

static int add_use(struct connect_uses *uses, const struct learn_call *call,
		   const struct prefix *to, const struct learn_ports *ports)
{
	struct connect_use *items = array_grow(uses->items, uses->n, sizeof(*items));
	uint16_t port = call->access->port;
	uint32_t protocol = learn_protocol(call->access->protocol);
	struct connect_use use = {
		.protocol = protocol,
		.any_port = !has_ports(protocol),
		.ports = {port, port},
		.to = *to,
		.count = call->count,
	};

	if (!items)
		return -ENOMEM;
	uses->items = items;
	if (use.any_port)
		use.ports = (struct number_range){0};
	/* A server of the run's own, on a port that the kernel chose. */
	else if (is_loopback(to) && ports->first <= port && port <= ports->last)
		use.ports = (struct number_range){ports->first, ports->last};
	items[uses->n++] = use;
	return 0;
}

/* One address may stand for two. */
static int add_call(struct connect_uses *uses, const struct learn_call *call,
		    const struct learn_ports *ports)
{
	const uint8_t *address = call->access->address;
	struct prefix to;
	int r;

	if (call->access->family == AF_INET || !memcmp(address, mapped, sizeof(mapped))) {
		to = prefix4(call->access->family == AF_INET ? address : address + 12);
		return add_use(uses, call, &to, ports);
	}
	to = prefix6(address);
	r = add_use(uses, call, &to, ports);
	if (r < 0)
		return r;
	if (!memcmp(address, nothing, sizeof(nothing)))
		to = prefix4(loopback4);
	else if (!memcmp(address, nat64, sizeof(nat64)))
		to = prefix4(address + 12);
	else
		return 0;
	return add_use(uses, call, &to, ports);
}

/* --- rules: one for each protocol and port ---------------------------------------------
 */

static int compare_ports(const struct connect_use *x, const struct connect_use *y)
{
	if (x->protocol != y->protocol)
		return x->protocol < y->protocol ? -1 : 1;
	if (x->ports.first != y->ports.first)
		return x->ports.first < y->ports.first ? -1 : 1;
	return (x->ports.last > y->ports.last) - (x->ports.last < y->ports.last);
}

static int compare(const void *a, const void *b)
{
	const struct connect_use *x = a, *y = b;
	int order = compare_ports(x, y);

	if (!order)
		order = (int)y->to.is_v4 - (int)x->to.is_v4;
	return order ? order
		     : memcmp(x->to.address, y->to.address, sizeof(x->to.address));
}

/* The same address again, and a port within a range that is there as well. */
static void merge(struct connect_uses *uses)
{
	size_t last = 0;

	if (!uses->n)
		return;
	qsort(uses->items, uses->n, sizeof(*uses->items), compare);
	for (size_t i = 1; i < uses->n; i++) {
		if (!compare(&uses->items[last], &uses->items[i]))
			uses->items[last].count += uses->items[i].count;
		else
			uses->items[++last] = uses->items[i];
	}
	uses->n = last + 1;
}

static void write_ports(const struct connect_use *use, FILE *file)
{
	fprintf(file, "%u", use->ports.first);
	if (use->ports.last != use->ports.first)
		fprintf(file, "-%u", use->ports.last);
}

static void write_protocol(uint32_t protocol, FILE *file)
{
	const char *name = report_number_name(&names_protocols, protocol);

	if (name)
		fputs(name, file);
	else
		fprintf(file, "%u", protocol);
}

/* Return: how many of the uses are in the rule. */
static size_t write_rule(const struct connect_use *uses, size_t n, FILE *file)
{
	char text[PREFIX_TEXT];
	uint64_t count = 0;
	size_t i;

	fputs("    - {name: ", file);
	write_protocol(uses->protocol, file);
	if (!uses->any_port) {
		fputc('-', file);
		write_ports(uses, file);
	}
	fputs(", action: allow, protocols: [", file);
	write_protocol(uses->protocol, file);
	if (!uses->any_port) {
		fputs("], ports: [", file);
		write_ports(uses, file);
	}
	fputs("], to: [", file);
	for (i = 0; i < n && !compare_ports(uses, &uses[i]); i++) {
		prefix_format(&uses[i].to, text);
		fprintf(file, "%s\"%s\"", i ? ", " : "", text);
		count += uses[i].count;
	}
	fputs("]}", file);
	learn_yaml_times(count, file);
	return i;
}

int learn_network_write(const struct learn_calls *calls, const struct learn_ports *ports,
			FILE *file)
{
	struct connect_uses uses = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < calls->n; i++)
		r = add_call(&uses, &calls->items[i], ports);
	if (r == 0) {
		merge(&uses);
		for (size_t i = 0; i < uses.n;)
			i += write_rule(uses.items + i, uses.n - i, file);
	}
	free(uses.items);
	return r;
}
