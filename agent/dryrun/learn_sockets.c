// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "dryrun/learn_calls.h"
#include "dryrun/learn_yaml.h"
#include "policy/array.h"
#include "report/names.h"

/* A rule: what one family and type were used with. */
struct socket_use {
	uint32_t family, type, protocol;
	uint64_t count;
};

int learn_calls_add(struct learn_calls *calls, const struct access *access,
		    uint64_t count)
{
	struct learn_call *items = array_grow(calls->items, calls->n, sizeof(*items));

	if (!items)
		return -ENOMEM;
	calls->items = items;
	items[calls->n++] = (struct learn_call){access, count};
	return 0;
}

void learn_calls_clear(struct learn_calls *calls)
{
	free(calls->items);
	*calls = (struct learn_calls){0};
}

uint32_t learn_protocol(uint32_t protocol)
{
	size_t first = names_find(&names_protocols, "tcp", 0);

	for (size_t row = first; row < names_protocols.n;
	     row = names_find(&names_protocols, "tcp", row + 1))
		if (names_protocols.rows[row].number == protocol)
			return names_protocols.rows[first].number;
	return protocol;
}

/* Protocol 0 of inet and inet6 is judged as what it will be, see decide_socket(). */
static uint32_t protocol_of(const struct access *access)
{
	if (access->family != AF_INET && access->family != AF_INET6)
		return access->protocol;
	if (access->protocol)
		return learn_protocol(access->protocol);
	if (access->type == SOCK_STREAM)
		return IPPROTO_TCP;
	return access->type == SOCK_DGRAM ? IPPROTO_UDP : 0;
}

static int compare(const void *a, const void *b)
{
	const struct socket_use *x = a, *y = b;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return (x->protocol > y->protocol) - (x->protocol < y->protocol);
}

static size_t merge(struct socket_use *uses, size_t n)
{
	size_t last = 0;

	for (size_t i = 1; i < n; i++) {
		if (!compare(&uses[last], &uses[i]))
			uses[last].count += uses[i].count;
		else
			uses[++last] = uses[i];
	}
	return n ? last + 1 : 0;
}

static void write_number(const struct name_table *table, uint32_t number, FILE *file)
{
	const char *name = report_number_name(table, number);

	if (name)
		fputs(name, file);
	else
		fprintf(file, "%u", number);
}

/* The uses of one family and type, which differ by protocol. Return: how many. */
static size_t write_rule(const struct socket_use *uses, size_t n, FILE *file)
{
	uint64_t count = 0;
	size_t i;

	fputs("    - {name: ", file);
	write_number(&names_families, uses->family, file);
	fputc('-', file);
	write_number(&names_types, uses->type, file);
	fputs(", action: allow, families: [", file);
	write_number(&names_families, uses->family, file);
	fputs("], types: [", file);
	write_number(&names_types, uses->type, file);
	fputs("], protocols: [", file);
	for (i = 0; i < n && uses[i].family == uses->family && uses[i].type == uses->type;
	     i++) {
		fputs(i ? ", " : "", file);
		write_number(&names_protocols, uses[i].protocol, file);
		count += uses[i].count;
	}
	fputs("]}", file);
	learn_yaml_times(count, file);
	return i;
}

int learn_sockets_write(const struct learn_calls *calls, FILE *file)
{
	struct socket_use *uses = calloc(calls->n + 1, sizeof(*uses));
	size_t n;

	if (!uses)
		return -ENOMEM;
	for (size_t i = 0; i < calls->n; i++)
		uses[i] = (struct socket_use){.family = calls->items[i].access->family,
					      .type = calls->items[i].access->type,
					      .protocol =
						      protocol_of(calls->items[i].access),
					      .count = calls->items[i].count};
	qsort(uses, calls->n, sizeof(*uses), compare);
	n = merge(uses, calls->n);
	for (size_t i = 0; i < n;)
		i += write_rule(uses + i, n - i, file);
	free(uses);
	return 0;
}
