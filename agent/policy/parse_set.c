// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/array.h"
#include "policy/parse.h"
#include "util/cleanup.h"

#define PORT_MAX 65535

struct set_reader {
	struct number_set *set;
	const struct name_table *table; /* NULL: ports */
	int (*read_item)(struct parse *parse, const struct yaml_pair *pair, void *object);
};

static int add_range(struct number_set *set, uint32_t first, uint32_t last)
{
	struct number_range *ranges =
		array_grow(set->ranges, set->n_ranges, sizeof(*ranges));

	if (!ranges)
		return -ENOMEM;
	set->ranges = ranges;
	ranges[set->n_ranges++] = (struct number_range){first, last};
	return 0;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct number_range *left = a, *right = b;

	return (left->first > right->first) - (left->first < right->first);
}

/* Ascending, and no two that touch: whoever reads the set need not care how it was
 * written. */
static void normalise(struct number_set *set)
{
	size_t kept = 0;

	if (!set->n_ranges)
		return;
	qsort(set->ranges, set->n_ranges, sizeof(*set->ranges), compare_ranges);
	for (size_t i = 1; i < set->n_ranges; i++) {
		const struct number_range *next = &set->ranges[i];

		if (next->first > set->ranges[kept].last + 1)
			set->ranges[++kept] = *next;
		else if (next->last > set->ranges[kept].last)
			set->ranges[kept].last = next->last;
	}
	set->n_ranges = kept + 1;
}

static int unknown_name(struct parse *parse, const struct yaml_pair *pair,
			const struct name_table *table)
{
	const char *word = pair->value->text;
	const char *nearest = parse_is_full(parse) ? NULL : names_nearest(table, word);

	if (nearest)
		return parse_error(parse, pair->value,
				   "\"%.80s\" is not %s; did you mean \"%s\"?", word,
				   table->what, nearest);
	return parse_error(
		parse, pair->value,
		"\"%.80s\" is not %s; give a word as \"%s\" or a number from %u to %u",
		word, table->what, table->rows[table->n > 3 ? 3 : 0].name, table->first,
		table->last);
}

static int read_named(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	const struct set_reader *reader = object;
	const struct name_table *table = reader->table;
	const char *word;
	int64_t number;
	size_t row;
	int r;

	if (pair->value->type == YAML_INTEGER) {
		r = parse_number(parse, pair, table->first, table->last, &number);
		return r ? r : add_range(reader->set, (uint32_t)number, (uint32_t)number);
	}
	r = parse_string(parse, pair, &word);
	if (r)
		return r;
	row = names_find(table, word, 0);
	if (row == table->n)
		return unknown_name(parse, pair, table);
	for (; row < table->n; row = names_find(table, word, row + 1)) {
		r = add_range(reader->set, table->rows[row].number,
			      table->rows[row].number);
		if (r)
			return r;
	}
	return 0;
}

/* Decimal, without sign or leading zeros. Return: the end of the number, NULL when it is
 * none. */
static const char *read_decimal(const char *text, uint32_t *ret_number)
{
	size_t digits = strspn(text, "0123456789");

	if (!digits || digits > 9 || (digits > 1 && text[0] == '0'))
		return NULL;
	*ret_number = (uint32_t)strtoul(text, NULL, 10);
	return text + digits;
}

static bool read_range(const char *text, uint32_t *ret_first, uint32_t *ret_last)
{
	text = read_decimal(text, ret_first);
	*ret_last = *ret_first;
	if (text && *text == '-')
		text = read_decimal(text + 1, ret_last);
	return text && !*text;
}

static int read_port(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	const struct set_reader *reader = object;
	const struct yaml_node *value = pair->value;
	uint32_t first = 0, last = 0;

	if (value->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	if ((value->type != YAML_INTEGER && value->type != YAML_STRING) ||
	    !read_range(value->text, &first, &last))
		return parse_error(
			parse, value,
			"\"%s\" takes ports; give a number from 1 to 65535, or a range "
			"as \"6660-6669\"",
			pair->key->text);
	if (!first || last > PORT_MAX || first > PORT_MAX)
		return parse_error(parse, value,
				   "port %u is none; ports go from 1 to 65535",
				   first && first <= PORT_MAX ? last : first);
	if (first > last)
		return parse_error(parse, value,
				   "the range \"%s\" runs backwards; write \"%u-%u\"",
				   value->text, last, first);
	return add_range(reader->set, first, last);
}

static int read_not(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct set_reader *reader = object;

	reader->set->negate = true;
	return parse_list(parse, pair, reader->read_item, reader);
}

static int read_set(struct parse *parse, const struct yaml_pair *pair,
		    struct set_reader *reader)
{
	static const struct field fields[] = {{"not", read_not, FIELD_REQUIRED}};
	int r;

	reader->set->any = false;
	if (pair->value->type == YAML_MAP)
		r = parse_map(parse, pair->value, pair->key->text, fields,
			      ARRAY_SIZE(fields), reader);
	else
		r = parse_list(parse, pair, reader->read_item, reader);
	normalise(reader->set);
	return r;
}

int parse_set(struct parse *parse, const struct yaml_pair *pair,
	      const struct name_table *table, struct number_set *set)
{
	struct set_reader reader = {.set = set, .table = table, .read_item = read_named};

	return read_set(parse, pair, &reader);
}

int parse_ports(struct parse *parse, const struct yaml_pair *pair, struct number_set *set)
{
	struct set_reader reader = {.set = set, .read_item = read_port};

	return read_set(parse, pair, &reader);
}
