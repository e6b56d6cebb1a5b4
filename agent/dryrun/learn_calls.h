/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_LEARN_CALLS_H
#define LSMD_DRYRUN_LEARN_CALLS_H

/* The sockets that a run made, and where they connected to, as rules. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "dryrun/access.h"

/* What was done, and how often. */
struct learn_call {
	const struct access *access; /* borrowed */
	uint64_t count;
};

struct learn_calls {
	struct learn_call *items;
	size_t n;
};

/** learn_calls_add() - Return: 0, -ENOMEM. */
int learn_calls_add(struct learn_calls *calls, const struct access *access,
		    uint64_t count);
void learn_calls_clear(struct learn_calls *calls);

/** learn_protocol() - As policies know it: "tcp" is MPTCP and SMC as well. */
uint32_t learn_protocol(uint32_t protocol);

/** learn_sockets_write() - The rules of section sockets. Return: 0, -ENOMEM. */
int learn_sockets_write(const struct learn_calls *calls, FILE *file);

/** struct learn_ports - The ports that the kernel gives to who asks for none, which are
 * others in each run (ip_local_port_range); 0: not known. */
struct learn_ports {
	uint16_t first, last;
};

/** learn_network_write() - The rules of section network. Return: 0, -ENOMEM. */
int learn_network_write(const struct learn_calls *calls, const struct learn_ports *ports,
			FILE *file);

#endif
