/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/compiler.h"

#include "util/cleanup.h"

static int family_spans(const struct policy_rule *rule, uint32_t index,
			struct spans *spans)
{
	return number_set_spans(&rule->families, index, spans);
}

static int type_spans(const struct policy_rule *rule, uint32_t index, struct spans *spans)
{
	return number_set_spans(&rule->types, index, spans);
}

static int protocol_spans(const struct policy_rule *rule, uint32_t index,
			  struct spans *spans)
{
	return number_set_spans(&rule->protocols, index, spans);
}

int compiler_sockets(struct compiler *compiler)
{
	_cleanup_(levels_clear) struct levels levels;
	_cleanup_(freep) uint32_t *rules = NULL;
	uint32_t table;
	size_t n;
	int r;

	levels_init(&levels, compiler, SECTION_SOCKETS);
	levels.n = 3;
	levels.spans[0] = family_spans;
	levels.spans[1] = type_spans;
	levels.spans[2] = protocol_spans;
	r = compiler_section(compiler, SECTION_SOCKETS, &rules, &n);
	if (r == 0)
		r = levels_table(&levels, 0, rules, n, &table);
	if (r == 0)
		compiler->words.items[IMAGE_H_SOCKETS] = table;
	return r;
}
