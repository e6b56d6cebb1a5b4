/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_PREFIX_H
#define LSMD_POLICY_PREFIX_H

/*
 * Address prefixes as people write them: "10.0.0.0/8", "2001:db8::/32", a bare address.
 */

#include <netinet/in.h>
#include <stdbool.h>

#include "policy/model.h"

/* Bytes for prefix_format(): an address, "/128" and NUL. */
#define PREFIX_TEXT (INET6_ADDRSTRLEN + 4)

enum {
	PREFIX_E_ADDRESS = 1, /* not an address (RFC 4291, dotted decimal) */
	PREFIX_E_LENGTH,      /* no number behind "/", or longer than the address */
	PREFIX_E_HOST_BITS, /* bits behind the prefix are set; the result has them cleared
			     */
};

/**
 * prefix_parse() - Read one.
 * @ret_prefix: set with 0 and with PREFIX_E_HOST_BITS. What lies in ::ffff:0:0/96 becomes
 * IPv4, since the kernel's addresses are judged as IPv4 there (POLICY.md, Sections)
 * Return: 0 or PREFIX_E_*.
 */
int prefix_parse(const char *text, struct prefix *ret_prefix);

/** prefix_format() - Write it as prefix_parse() reads it. @text: PREFIX_TEXT bytes. */
void prefix_format(const struct prefix *prefix, char *text);

/** prefix_covers() - Are all addresses of @inner in @outer? */
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);

#endif
