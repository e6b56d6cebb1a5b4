// SPDX-License-Identifier: Apache-2.0
#include "policy/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_length(const char *text, unsigned max, uint8_t *ret_length)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long length;

	if (!digits || digits > 3 || text[digits] || (text[0] == '0' && digits > 1))
		return false;
	length = strtoul(text, NULL, 10);
	if (length > max)
		return false;
	*ret_length = (uint8_t)length;
	return true;
}

/* Clear what lies behind the prefix. Was there anything? */
static bool clear_host_bits(struct prefix *prefix)
{
	unsigned bytes = prefix->is_v4 ? 4 : 16;
	bool found = false;

	for (unsigned i = 0; i < bytes; i++) {
		unsigned first = 8 * i;
		uint8_t mask = 0xff;

		if (prefix->length <= first)
			mask = 0;
		else if (prefix->length < first + 8)
			mask = (uint8_t)(0xff << (first + 8 - prefix->length));
		found = found || (prefix->address[i] & ~mask & 0xff);
		prefix->address[i] &= mask;
	}
	return found;
}

static void unmap_v4(struct prefix *prefix)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (prefix->is_v4 || prefix->length < 96 ||
	    memcmp(prefix->address, mapped, sizeof(mapped)) != 0)
		return;
	memmove(prefix->address, prefix->address + 12, 4);
	memset(prefix->address + 4, 0, 12);
	prefix->length -= 96;
	prefix->is_v4 = true;
}

int prefix_parse(const char *text, struct prefix *ret_prefix)
{
	struct prefix prefix = {0};
	char address[INET6_ADDRSTRLEN];
	size_t length = strcspn(text, "/");
	unsigned bits;

	if (length >= sizeof(address))
		return PREFIX_E_ADDRESS;
	memcpy(address, text, length);
	address[length] = '\0';
	prefix.is_v4 = inet_pton(AF_INET, address, prefix.address) == 1;
	if (!prefix.is_v4 && inet_pton(AF_INET6, address, prefix.address) != 1)
		return PREFIX_E_ADDRESS;
	bits = prefix.is_v4 ? 32 : 128;
	prefix.length = (uint8_t)bits;
	if (text[length] && !parse_length(text + length + 1, bits, &prefix.length))
		return PREFIX_E_LENGTH;
	unmap_v4(&prefix);
	*ret_prefix = prefix;
	return clear_host_bits(ret_prefix) ? PREFIX_E_HOST_BITS : 0;
}

void prefix_format(const struct prefix *prefix, char *text)
{
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop(prefix->is_v4 ? AF_INET : AF_INET6, prefix->address, address,
		  sizeof(address));
	snprintf(text, PREFIX_TEXT, "%s/%u", address, prefix->length);
}

bool prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
	struct prefix cut = *inner;

	if (outer->is_v4 != inner->is_v4 || outer->length > inner->length)
		return false;
	cut.length = outer->length;
	clear_host_bits(&cut);
	return !memcmp(cut.address, outer->address, sizeof(cut.address));
}
