// SPDX-License-Identifier: Apache-2.0
/*
 * Columns of the tables: of each image that of the IPv6 address, then that of the IPv4
 * address. Most addresses have one of them; `::` and those within NAT64's prefix have
 * both (decide_connect()).
 */
#include <errno.h>
#include <sys/socket.h>

#include "policy/cuts.h"
#include "policy/examples.h"
#include "policy/image_words.h"
#include "policy/sets.h"
#include "util/cleanup.h"

#define PROTOCOL_LAST  65535U /* sock.sk_protocol is a __u16, at most */
#define PROTOCOL_TCP   6U
#define PROTOCOL_UDP   17U
#define PORT_LAST      65535U
#define PORT_HTTPS     443U

#define LOOPBACK4      0x7f000001U
#define ADDRESS4_LIKED 0xc0000201U /* 192.0.2.1 */
#define ADDRESS6_LIKED ((range_key)0x20010db800000000ULL << 64 | 1)
#define MAPPED_FIRST   ((range_key)0xffff << 32)
#define NAT64_FIRST    ((range_key)0x0064ff9b00000000ULL << 64)

enum column {
	COLUMN_V6 = 0,
	COLUMN_V4 = 1,
	IMAGE_COLUMNS = 2,
};

struct walk {
	struct cuts v4, v6; /* tables of addresses, each in its own columns */
	struct sets seen;   /* tables of protocols that were walked through */
	struct eval_event event;
	example_fn on_example;
	void *data;
};

static void walk_clear(struct walk *walk)
{
	sets_clear(&walk->seen);
}

static uint32_t choose(uint32_t liked, uint32_t first, uint32_t last)
{
	return liked >= first && liked <= last ? liked : first;
}

static uint32_t choose_protocol(uint32_t first, uint32_t last)
{
	if (first <= PROTOCOL_TCP && PROTOCOL_TCP <= last)
		return PROTOCOL_TCP;
	return choose(PROTOCOL_UDP, first, last);
}

static struct cuts cuts_below(const struct cuts *cuts, uint32_t key)
{
	struct cuts below = {.images = cuts->images};

	for (size_t i = 0; i < CUTS_TABLES; i++)
		below.tables[i] = cuts_value(cuts, i, key);
	return below;
}

/* Are these tables of protocols met for the first time? */
static int note(struct walk *walk, const struct cuts *cuts, bool *ret_new)
{
	size_t known = walk->seen.n;
	uint32_t id;
	int r = sets_intern(&walk->seen, cuts->tables, CUTS_TABLES, &id);

	*ret_new = r == 0 && id >= known;
	return r;
}

static int walk_ports(struct walk *walk, const struct cuts *cuts)
{
	uint32_t last;
	int r = 0;

	for (uint32_t key = 0; r == 0 && key <= PORT_LAST; key = last + 1) {
		last = cuts_last(cuts, key, PORT_LAST);
		walk->event.port =
			(uint16_t)choose(PORT_HTTPS, key ? key : last > 0, last);
		r = walk->on_example(&walk->event, walk->data);
	}
	return r;
}

static int walk_protocols(struct walk *walk, const struct cuts *cuts)
{
	uint32_t last;
	bool is_new;
	int r = note(walk, cuts, &is_new);

	if (r < 0 || !is_new)
		return r;
	for (uint32_t key = 0; r == 0 && key <= PROTOCOL_LAST; key = last + 1) {
		struct cuts below = cuts_below(cuts, key);

		last = cuts_last(cuts, key, PROTOCOL_LAST);
		walk->event.protocol = choose_protocol(key, last);
		r = walk_ports(walk, &below);
	}
	return r;
}

static void put_number(uint8_t *bytes, size_t n, range_key number)
{
	for (size_t i = n; i; i--, number >>= 8)
		bytes[i - 1] = (uint8_t)number;
}

static void set_address4(struct eval_event *event, uint32_t address)
{
	*event = (struct eval_event){
		.kind = EVAL_CONNECT, .family = AF_INET, .address_family = AF_INET};
	put_number(event->address, 4, address);
}

static void set_address6(struct eval_event *event, range_key address)
{
	*event = (struct eval_event){
		.kind = EVAL_CONNECT, .family = AF_INET6, .address_family = AF_INET6};
	put_number(event->address, 16, address);
}

/* The address behind a network's own, which looks more like one. */
static range_key host_of(range_key liked, range_key first, range_key last)
{
	if (liked >= first && liked <= last)
		return liked;
	return first < last ? first + 1 : first;
}

/* 0.0.0.0 is judged as 127.0.0.1. */
static int walk_v4(struct walk *walk)
{
	uint32_t key = 1, last;
	int r = 0;

	for (; r == 0; key = last + 1) {
		struct cuts below = cuts_below(&walk->v4, key);

		last = cuts_last(&walk->v4, key, UINT32_MAX);
		set_address4(&walk->event, (uint32_t)host_of(ADDRESS4_LIKED, key, last));
		r = walk_protocols(walk, &below);
		if (last == UINT32_MAX)
			break;
	}
	return r;
}

/* The tables of an address in IPv6, and at once of one in IPv4. */
static struct cuts cuts_both(const struct walk *walk, range_key address6,
			     uint32_t address4)
{
	struct cuts both = cuts_below(&walk->v4, address4 ? address4 : LOOPBACK4);

	for (size_t i = COLUMN_V6; i < CUTS_TABLES; i += IMAGE_COLUMNS)
		both.tables[i] = cuts_value6(&walk->v6, i, address6);
	return both;
}

static int walk_one(struct walk *walk, range_key address6, uint32_t address4)
{
	struct cuts both = cuts_both(walk, address6, address4);

	return walk_protocols(walk, &both);
}

static int walk_nat64(struct walk *walk)
{
	uint32_t key = 0, last;
	int r = 0;

	for (;; key = last + 1) {
		range_key last6 = cuts_last6(&walk->v6, NAT64_FIRST + key,
					     NAT64_FIRST + UINT32_MAX);

		last = cuts_last(&walk->v4, key, (uint32_t)(last6 - NAT64_FIRST));
		if (!key)
			last = 0; /* judged as loopback */
		set_address6(&walk->event, NAT64_FIRST + key);
		r = walk_one(walk, NAT64_FIRST + key, key);
		if (r || last == UINT32_MAX)
			return r;
	}
}

/* Stretches of IPv6 that are only IPv6, of which the others are cut out. */
static int walk_v6(struct walk *walk, range_key key, range_key end)
{
	range_key last;
	int r = 0;

	for (; r == 0; key = last + 1) {
		struct cuts below = {.images = walk->v6.images};

		last = cuts_last6(&walk->v6, key, end);
		for (size_t i = COLUMN_V6; i < CUTS_TABLES; i += IMAGE_COLUMNS)
			below.tables[i] = cuts_value6(&walk->v6, i, key);
		set_address6(&walk->event, host_of(ADDRESS6_LIKED, key, last));
		r = walk_protocols(walk, &below);
		if (last == end)
			break;
	}
	return r;
}

static int walk_all(struct walk *walk)
{
	int r = walk_v4(walk);

	if (r == 0)
		r = walk_v6(walk, 1, MAPPED_FIRST - 1);
	if (r == 0)
		r = walk_v6(walk, MAPPED_FIRST + UINT32_MAX + 1, NAT64_FIRST - 1);
	if (r == 0)
		r = walk_v6(walk, NAT64_FIRST + UINT32_MAX + 1, ~(range_key)0);
	if (r == 0)
		r = walk_nat64(walk);
	if (r)
		return r;
	/* :: is judged as ::1, or as 127.0.0.1. */
	set_address6(&walk->event, 0);
	return walk_one(walk, 1, LOOPBACK4);
}

int examples_connects(const struct image *const images[2], example_fn on_example,
		      void *data)
{
	_cleanup_(walk_clear) struct walk walk = {
		.v4.images = images,
		.v6.images = images,
		.seen = {.limit = (size_t)CUTS_TABLES * EXAMPLES_PAIRS},
		.on_example = on_example,
		.data = data,
	};

	for (size_t i = 0; i < 2; i++) {
		uint64_t tables = images[i] ? image_word(images[i], IMAGE_H_CONNECT) : 0;

		walk.v4.tables[i * IMAGE_COLUMNS + COLUMN_V4] = WORD_LO(tables);
		walk.v6.tables[i * IMAGE_COLUMNS + COLUMN_V6] = WORD_HI(tables);
	}
	return walk_all(&walk);
}
