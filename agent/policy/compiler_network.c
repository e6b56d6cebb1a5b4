/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/compiler.h"

#include <errno.h>
#include <string.h>

#include "policy/room.h"
#include "util/cleanup.h"

#define ADDRESS_SETS (4U << 20)

/* What lies between the protocols whose addresses have a port: TCP, UDP, DCCP, SCTP,
 * UDP-Lite, SMC and MPTCP. */
static const struct number_range portless[] = {
	{0, 5},	    {7, 16},	{18, 32},   {34, 131},
	{133, 135}, {137, 255}, {257, 261}, {263, UINT32_MAX},
};

static int protocol_spans(const struct policy_rule *rule, uint32_t index,
			  struct spans *spans)
{
	if (number_set_spans(&rule->protocols, index, spans) < 0)
		return -ENOMEM;
	for (size_t i = 0; !rule->ports.any && i < ARRAY_SIZE(portless); i++)
		if (spans_add(spans, portless[i].first, portless[i].last, index, true) <
		    0)
			return -ENOMEM;
	return 0;
}

static int port_spans(const struct policy_rule *rule, uint32_t index, struct spans *spans)
{
	return number_set_spans(&rule->ports, index, spans);
}

/* An IPv6 prefix within the v4-mapped addresses speaks of IPv4. */
static bool is_mapped(const struct prefix *prefix)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return !prefix->is_v4 && prefix->length >= 96 &&
	       !memcmp(prefix->address, mapped, sizeof(mapped));
}

static range_key address_key(const uint8_t *bytes, size_t n)
{
	range_key key = 0;

	for (size_t i = 0; i < n; i++)
		key = key << 8 | bytes[i];
	return key;
}

/* A prefix as a span, if it is of the family. */
static int prefix_span(const struct prefix *prefix, bool ipv4, uint32_t index, bool minus,
		       struct spans *spans)
{
	bool mapped = is_mapped(prefix);
	size_t bits = ipv4 ? 32 : 128;
	size_t length = prefix->length - (mapped ? 96U : 0);
	range_key rest = length >= bits ? 0 : ~(range_key)0 >> (128 - (bits - length)),
		  first;

	if ((prefix->is_v4 || mapped) != ipv4)
		return 0;
	first = address_key(prefix->address + (mapped ? 12 : 0), bits / 8) & ~rest;
	return spans_add(spans, first, first | rest, index, minus);
}

static int address_spans(const struct policy_rule *rule, bool ipv4, uint32_t index,
			 struct spans *spans)
{
	range_key last = ipv4 ? UINT32_MAX : ~(range_key)0;
	int r = rule->n_to ? 0 : spans_add(spans, 0, last, index, false);

	for (size_t i = 0; r == 0 && i < rule->n_to; i++)
		r = prefix_span(&rule->to[i], ipv4, index, false, spans);
	for (size_t i = 0; r == 0 && i < rule->n_not_to; i++)
		r = prefix_span(&rule->not_to[i], ipv4, index, true, spans);
	return r;
}

static int put_addresses(struct words *words, const struct segment *segments, size_t n,
			 bool ipv4, uint32_t *ret_offset)
{
	size_t n_words = 1;
	_cleanup_(freep) uint64_t *items = calloc(3 * n + 1, sizeof(*items));

	*ret_offset = 0;
	if (n == 1 && !segments[0].value)
		return 0;
	if (!items)
		return -ENOMEM;
	items[0] = n;
	for (size_t i = 0; i < n; i++) {
		if (ipv4) {
			items[n_words++] = WORD(segments[i].first, segments[i].value);
			continue;
		}
		items[n_words++] = (uint64_t)(segments[i].first >> 64);
		items[n_words++] = (uint64_t)segments[i].first;
		items[n_words++] = segments[i].value;
	}
	return words_share(words, items, n_words, ret_offset);
}

static int make_addresses(struct levels *levels, const uint32_t *rules, size_t n,
			  bool ipv4, uint32_t *ret_offset)
{
	_cleanup_(spans_clear) struct spans spans = {0};
	_cleanup_(sets_clear) struct sets sets = {.limit = ADDRESS_SETS};
	_cleanup_(freep) struct segment *segments = NULL;
	const struct compiled_rule *all = levels->compiler->rules;
	size_t n_segments;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < n; i++)
		r = address_spans(all[rules[i]].rule, ipv4, i, &spans);
	if (r == 0)
		r = ranges_flatten(&spans, ipv4 ? UINT32_MAX : ~(range_key)0, (uint32_t)n,
				   &sets, &segments, &n_segments);
	if (r == 0)
		r = levels_values(levels, 0, rules, &sets, segments, &n_segments);
	if (r == 0)
		r = put_addresses(&levels->compiler->words, segments, n_segments, ipv4,
				  ret_offset);
	return r == -E2BIG && n
		       ? compiler_refuse(levels->compiler, rules[n - 1],
					 "has addresses that do not fit into an image")
		       : r;
}

int compiler_network(struct compiler *compiler)
{
	_cleanup_(levels_clear) struct levels levels;
	_cleanup_(freep) uint32_t *rules = NULL;
	uint32_t ipv4, ipv6;
	size_t n;
	int r;

	levels_init(&levels, compiler, SECTION_NETWORK);
	levels.n = 2;
	levels.spans[0] = protocol_spans;
	levels.spans[1] = port_spans;
	r = compiler_section(compiler, SECTION_NETWORK, &rules, &n);
	if (r == 0)
		r = make_addresses(&levels, rules, n, true, &ipv4);
	if (r == 0)
		r = make_addresses(&levels, rules, n, false, &ipv6);
	if (r == 0)
		compiler->words.items[IMAGE_H_CONNECT] = WORD(ipv4, ipv6);
	return r;
}
