// SPDX-License-Identifier: Apache-2.0

/* POLICY.md, "Sections": sockets and network. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "reference.h"
#include "util/cleanup.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#define PROTOCOL_SMC 256
#define FAMILY_SMC   43

/* --- words and numbers ------------------------------------------------------------- */

/* What a word is; "`tcp` is TCP, MPTCP and SMC". */
static const struct {
	const char *word;
	uint32_t number;
} words[] = {
	{"unix", AF_UNIX},
	{"inet", AF_INET},
	{"inet6", AF_INET6},
	{"netlink", AF_NETLINK},
	{"packet", AF_PACKET},
	{"vsock", AF_VSOCK},
	{"smc", FAMILY_SMC},
	{"stream", SOCK_STREAM},
	{"dgram", SOCK_DGRAM},
	{"raw", SOCK_RAW},
	{"seqpacket", SOCK_SEQPACKET},
};
static const struct {
	const char *word;
	uint32_t number;
} protocol_words[] = {
	{"tcp", IPPROTO_TCP},	  {"tcp", IPPROTO_MPTCP}, {"tcp", PROTOCOL_SMC},
	{"udp", IPPROTO_UDP},	  {"icmp", IPPROTO_ICMP}, {"sctp", IPPROTO_SCTP},
	{"mptcp", IPPROTO_MPTCP}, {"smc", PROTOCOL_SMC},  {"udplite", IPPROTO_UDPLITE},
};

static bool is_number(const char *word, uint32_t number)
{
	char *end;
	unsigned long first = strtoul(word, &end, 10);
	unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;

	return end != word && !*end && first <= number && number <= last;
}

/* SOCK_PACKET shares its name with AF_PACKET. */
static bool is_type_or_family(const char *word, uint32_t number, bool is_type)
{
	if (is_type && !strcmp(word, "packet"))
		return number == SOCK_PACKET;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i].word, word) && words[i].number == number)
			return true;
	return is_number(word, number);
}

static bool is_family(const char *word, uint32_t number)
{
	return is_type_or_family(word, number, false);
}

static bool is_type(const char *word, uint32_t number)
{
	return is_type_or_family(word, number, true);
}

static bool is_protocol(const char *word, uint32_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocol_words); i++)
		if (!strcmp(protocol_words[i].word, word) &&
		    protocol_words[i].number == number)
			return true;
	return is_number(word, number);
}

/* "fields of a rule: all must hold; values: any" */
static bool set_holds(const struct drawn_set *set, uint32_t number,
		      bool (*is)(const char *word, uint32_t number))
{
	bool found = false;

	for (size_t i = 0; i < set->n; i++)
		found = found || is(set->words[i], number);
	return !set->n || found != set->negate;
}

/* --- sockets ----------------------------------------------------------------------- */

/* The protocol that a socket will have: inet's streams are TCP, its datagrams UDP. */
static uint32_t real_protocol(const struct drawn_event *event)
{
	bool is_inet = event->family == AF_INET || event->family == AF_INET6;

	if (event->protocol || !is_inet)
		return event->protocol;
	if (event->type == SOCK_STREAM)
		return IPPROTO_TCP;
	return event->type == SOCK_DGRAM ? IPPROTO_UDP : 0;
}

bool socket_matches(const struct drawn_rule *rule, const struct drawn_event *event)
{
	return set_holds(&rule->families, event->family, is_family) &&
	       set_holds(&rule->types, event->type, is_type) &&
	       set_holds(&rule->protocols, real_protocol(event), is_protocol);
}

/* --- addresses --------------------------------------------------------------------- */

/* ::ffff:0:0, the IPv4 addresses within IPv6. */
static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
/* 64:ff9b::, those within NAT64's prefix. */
static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};

static bool same_bits(const uint8_t *a, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((a[i / 8] ^ b[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

/*
 * "An IPv6 prefix shorter than /96 never covers v4-mapped addresses; those are judged as
 * IPv4."
 */
static bool prefix_holds(const char *text, const struct call *call)
{
	const char *slash = strchr(text, '/');
	char bare[INET6_ADDRSTRLEN];
	uint8_t address[16];
	size_t length;

	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(text, "/"), text);
	if (inet_pton(AF_INET, bare, address) == 1) {
		length = slash ? (size_t)atoi(slash + 1) : 32;
		return call->is_ipv4 && same_bits(address, call->address, length);
	}
	inet_pton(AF_INET6, bare, address);
	length = slash ? (size_t)atoi(slash + 1) : 128;
	if (length >= 96 && !memcmp(address, mapped, sizeof(mapped)))
		return call->is_ipv4 &&
		       same_bits(address + 12, call->address, length - 96);
	return !call->is_ipv4 && same_bits(address, call->address, length);
}

static bool any_prefix_holds(const struct drawn_set *set, const struct call *call)
{
	for (size_t i = 0; i < set->n; i++)
		if (prefix_holds(set->words[i], call))
			return true;
	return false;
}

static bool has_ports(uint32_t protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP ||
	       protocol == PROTOCOL_SMC || protocol == IPPROTO_UDP ||
	       protocol == IPPROTO_UDPLITE || protocol == IPPROTO_SCTP ||
	       protocol == IPPROTO_DCCP;
}

bool unix_matches(const struct drawn_rule *rule, const struct call *call)
{
	char name[1][DRAWN_PATH_BYTES];

	for (size_t i = 0; i < rule->unix_names.n; i++) {
		strcpy(name[0], rule->unix_names.words[i]);
		if (path_is_any(call->path, name, 1))
			return true;
	}
	return false;
}

bool connect_matches(const struct drawn_rule *rule, const struct call *call)
{
	const struct drawn_event *event = call->event;
	/* SMC numbers its own protocols, and carries TCP. */
	uint32_t protocol = event->family == FAMILY_SMC ? PROTOCOL_SMC : event->protocol;

	if (rule->unix_names.n)
		return false;

	/* "A rule with `ports` matches only protocols that have ports." */
	if (rule->ports.n && !has_ports(protocol))
		return false;
	return set_holds(&rule->protocols, protocol, is_protocol) &&
	       set_holds(&rule->ports, event->port, is_number) &&
	       (!rule->to.n || any_prefix_holds(&rule->to, call)) &&
	       !any_prefix_holds(&rule->not_to, call);
}

static bool is_zero(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i])
			return false;
	return true;
}

/* "The unspecified address is judged as loopback." */
static struct call ipv4_call(const struct drawn_event *event, const uint8_t *address)
{
	static const uint8_t loopback[4] = {127, 0, 0, 1};
	struct call call = {.event = event, .is_ipv4 = true};

	memcpy(call.address, is_zero(address, 4) ? loopback : address, 4);
	return call;
}

static struct call ipv6_call(const struct drawn_event *event, const uint8_t *address)
{
	struct call call = {.event = event};

	memcpy(call.address, address, 16);
	if (is_zero(address, 16))
		call.address[15] = 1;
	return call;
}

/* "The IPv4 address within NAT64's prefix is judged too." So is that which `::` stands
 * for on a socket that speaks IPv4 as well. Families besides inet's are not judged:
 * "disconnecting is always allowed". */
size_t connect_addresses(const struct drawn_event *event, struct call *ret_calls)
{
	const uint8_t *address = event->address;

	if (event->address_family == AF_INET) {
		ret_calls[0] = ipv4_call(event, address);
		return 1;
	}
	if (event->address_family != AF_INET6)
		return 0;
	if (!memcmp(address, mapped, sizeof(mapped))) {
		ret_calls[0] = ipv4_call(event, address + 12);
		return 1;
	}
	ret_calls[0] = ipv6_call(event, address);
	if (!is_zero(address, 16) && memcmp(address, nat64, sizeof(nat64)) != 0)
		return 1;
	ret_calls[1] = ipv4_call(event, address + 12);
	return 2;
}

/* connect(2) with less is refused by the kernel later, and nobody knows to where it was.
 */
bool connect_is_readable(const struct drawn_event *event)
{
	if (event->length < sizeof(sa_family_t))
		return false;
	if (event->address_family == AF_INET)
		return event->length >= sizeof(struct sockaddr_in);
	return event->address_family != AF_INET6 ||
	       event->length >= offsetof(struct sockaddr_in6, sin6_scope_id);
}
