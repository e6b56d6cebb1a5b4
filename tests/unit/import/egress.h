/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_IMPORT_EGRESS_H
#define LSMD_TESTS_IMPORT_EGRESS_H

/* Random prefixes, ports and connections, for policies about where pods connect to. */

#include <arpa/inet.h>

#include "imported.h"

struct block {
	uint32_t address, except;
	unsigned length, except_length; /* except_length 0: none */
};

struct port {
	unsigned protocol;    /* 6 or 17; 0: both */
	unsigned first, last; /* 0: all */
};

static inline uint32_t mask_of(unsigned length)
{
	return length ? ~0U << (32 - length) : 0;
}

static inline struct block make_block(uint64_t *state)
{
	struct block block = {.length = 8 + next_random(state) % 17};

	block.address =
		(10U << 24 | (next_random(state) & 0x0303ff)) & mask_of(block.length);
	if (next_random(state) % 2) {
		block.except_length =
			block.length + 1 + next_random(state) % (32 - block.length);
		block.except =
			(block.address | (next_random(state) & ~mask_of(block.length))) &
			mask_of(block.except_length);
	}
	return block;
}

static inline struct port make_port(uint64_t *state)
{
	struct port port = {.protocol = next_random(state) % 2 ? 6 : 17};

	if (next_random(state) % 5)
		port.first = 1 + next_random(state) % 12;
	port.last = port.first && next_random(state) % 2
			    ? port.first + next_random(state) % 4
			    : port.first;
	return port;
}

static inline const char *dotted(uint32_t address)
{
	static char text[INET_ADDRSTRLEN];
	struct in_addr in = {.s_addr = htonl(address)};

	return inet_ntop(AF_INET, &in, text, sizeof(text));
}

static inline bool block_has(const struct block *block, uint32_t address)
{
	if ((address & mask_of(block->length)) != block->address)
		return false;
	return !block->except_length ||
	       (address & mask_of(block->except_length)) != block->except;
}

static inline bool port_has(const struct port *port, unsigned protocol, unsigned number)
{
	return (!port->protocol || port->protocol == protocol) &&
	       (!port->first || (port->first <= number && number <= port->last));
}

static inline uint32_t make_address(uint64_t *state)
{
	return 10U << 24 | (next_random(state) & 0x0303ff);
}

static inline struct eval_event make_connection(uint64_t *state, uint32_t address)
{
	return (struct eval_event){
		.kind = EVAL_CONNECT,
		.family = AF_INET,
		.address_family = AF_INET,
		.protocol = next_random(state) % 2 ? 6 : 17,
		.port = (uint16_t)(1 + next_random(state) % 16),
		.address = {(uint8_t)(address >> 24), (uint8_t)(address >> 16),
			    (uint8_t)(address >> 8), (uint8_t)address},
	};
}

#endif
