// SPDX-License-Identifier: Apache-2.0
/* Conditions of Tetragon's selectors, as conditions of our rules. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "import/path.h"
#include "import/tetragon.h"
#include "policy/names.h"
#include "policy/prefix.h"
#include "util/cleanup.h"

static int lack(struct parse *parse, struct tetragon_selector *selector,
		const struct tetragon_match *match)
{
	return tetragon_selector_lack(
		selector, importer_of(parse), match->node, IMPORT_FILTER,
		"operator \"%.80s\" on argument %u of %s: no rule has such a "
		"condition",
		match->op, match->argument, selector->probe->name->text);
}

static int set(struct tetragon_selector *selector, const char *key, json_t *value)
{
	return json_object_set_new(selector->rule, key, value) ? -ENOMEM : 0;
}

/* How each operator on texts is a pattern. */
static const struct text_operator {
	const char *name;
	bool negate;
	const char *before, *after;
} text_operators[] = {
	{"Equal", false, "", ""},      {"In", false, "", ""},
	{"Prefix", false, "", "**"},   {"Postfix", false, "/**", ""},
	{"NotEqual", true, "", ""},    {"NotIn", true, "", ""},
	{"NotPrefix", true, "", "**"}, {"NotPostfix", true, "/**", ""},
};

static const struct text_operator *find_text_operator(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(text_operators); i++)
		if (!strcmp(text_operators[i].name, name))
			return &text_operators[i];
	return NULL;
}

static int add_text(struct parse *parse, const struct yaml_node *value,
		    const struct text_operator *op, json_t *list)
{
	_cleanup_(freep) char *pattern = NULL;
	bool ends = *op->before;
	const char *before = op->before;

	if (!value->n || (!ends && *value->text != '/'))
		return parse_error(parse, value,
				   "\"%.200s\" is no absolute path; begin it with \"/\"",
				   value->text);
	/* A name that is whole: in any directory, or in none. */
	if (ends && *value->text == '/')
		before = value->n > 1 ? "/**" : "";
	pattern = path_literal(before, value->text, op->after);
	return pattern ? json_add_string(list, pattern) : -ENOMEM;
}

/* All values as patterns. */
static int read_texts(struct parse *parse, const struct tetragon_match *match,
		      const struct text_operator *op, json_t **ret_list)
{
	_cleanup_(json_decrefp) json_t *list = json_array();
	int r = list ? 0 : -ENOMEM;

	for (size_t i = 0; !r && i < match->values->n; i++)
		r = add_text(parse, match->values->items[i], op, list);
	if (!r)
		*ret_list = TAKE_PTR(list);
	return r;
}

static int use_path(struct parse *parse, struct tetragon_selector *selector,
		    const struct tetragon_match *match)
{
	const struct text_operator *op = find_text_operator(match->op);
	const char *key = op && op->negate ? "except" : "paths";
	json_t *list;
	int r;

	if (!op || json_object_get(selector->rule, key))
		return lack(parse, selector, match);
	r = read_texts(parse, match, op, &list);
	return r ? r : set(selector, key, list);
}

int tetragon_use_binaries(struct parse *parse, struct tetragon_selector *selector,
			  const struct tetragon_match *match)
{
	const struct text_operator *op = find_text_operator(match->op);
	json_t *list;
	int r;

	if (!op || !strcmp(op->name, "Equal") || !strcmp(op->name, "NotEqual"))
		return parse_error(parse, match->node,
				   "operator \"%.80s\" is none of matchBinaries; give "
				   "In, NotIn, Prefix, "
				   "NotPrefix, Postfix or NotPostfix",
				   match->op);
	r = read_texts(parse, match, op, &list);
	if (r)
		return r;
	return set(selector, "from", op->negate ? json_pack("{so}", "not", list) : list);
}

static int read_bits(struct parse *parse, const struct yaml_node *value,
		     int64_t *ret_bits)
{
	char *end;

	*ret_bits = strtol(value->text, &end, 0);
	if (value->n && !*end)
		return 0;
	return parse_error(parse, value, "\"%.80s\" is no number; give one", value->text);
}

/* One bit each with Equal, any of several with Mask. */
static int use_mask(struct parse *parse, struct tetragon_selector *selector,
		    const struct tetragon_match *match)
{
	const struct tetragon_hook *hook = selector->probe->hook;
	bool is_mask = !strcmp(match->op, "Mask"), reads = false, writes = false;

	if ((!is_mask && strcmp(match->op, "Equal") != 0) ||
	    json_object_get(selector->rule, "access"))
		return lack(parse, selector, match);
	for (size_t i = 0; i < match->values->n; i++) {
		int64_t bits = 0, known = hook->read_bit | hook->write_bit;
		int r = read_bits(parse, match->values->items[i], &bits);

		if (r)
			return r;
		if (!(bits & known) ||
		    (!is_mask && bits != hook->read_bit && bits != hook->write_bit) ||
		    (bits & ~known))
			return lack(parse, selector, match);
		reads |= bits & hook->read_bit;
		writes |= bits & hook->write_bit;
	}
	if (reads && writes)
		return set(selector, "access", json_pack("[s, s]", "read", "write"));
	return set(selector, "access", json_pack("[s]", reads ? "read" : "write"));
}

/* Operators on addresses and ports. Those of a sockaddr are named as if it were the
 * source. */
static const struct network_operator {
	const char *name;
	const char *key;
	bool negate;
	bool of_sockaddr;
} network_operators[] = {
	{"DAddr", "to", false, false},
	{"NotDAddr", "except", true, false},
	{"DPort", "ports", false, false},
	{"NotDPort", "ports", true, false},
	{"SAddr", "to", false, true},
	{"NotSAddr", "except", true, true},
	{"SPort", "ports", false, true},
	{"NotSPort", "ports", true, true},
	{"Protocol", "protocols", false, false},
};

static int add_address(struct parse *parse, const struct yaml_node *value, json_t *list)
{
	struct prefix prefix;
	char plain[PREFIX_TEXT];
	int r = prefix_parse(value->text, &prefix);

	if (r && r != PREFIX_E_HOST_BITS)
		return parse_error(parse, value, "\"%.80s\" is no address or prefix",
				   value->text);
	prefix_format(&prefix, plain);
	return json_add_string(list, plain);
}

/* "80", or "8000:8080". */
static int add_port(struct parse *parse, const struct yaml_node *value, json_t *list)
{
	char *end;
	long first = strtol(value->text, &end, 10), last = first;
	bool wrong = end == value->text;

	if (*end == ':')
		last = strtol(end + 1, &end, 10);
	if (wrong || *end || first < 0 || last > 65535 || first > last)
		return parse_error(parse, value,
				   "\"%.80s\" is no port and no range of ports",
				   value->text);
	if (first == last)
		return json_array_append_new(list, json_integer(first)) ? -ENOMEM : 0;
	return json_array_append_new(list, json_sprintf("%ld-%ld", first, last)) ? -ENOMEM
										 : 0;
}

/* A word of the kernel, IPPROTO_TCP, as ours has it; numbers stay. */
static int add_word(struct parse *parse, const struct yaml_node *value,
		    const struct name_table *table, const char *prefix, json_t *list)
{
	const char *word = value->text;
	size_t length = strlen(prefix), at;
	char *end;
	long number = strtol(word, &end, 0);

	if (value->n && !*end)
		return json_array_append_new(list, json_integer(number)) ? -ENOMEM : 0;
	if (!strncmp(word, prefix, length))
		word += length;
	at = names_find(table, word, 0);
	if (at == table->n)
		return parse_error(parse, value, "\"%.80s\" is not %s", value->text,
				   table->what);
	return json_add_string(list, table->rows[at].name);
}

static int add_network_value(struct parse *parse, const struct yaml_node *value,
			     const char *key, json_t *list)
{
	if (!strcmp(key, "ports"))
		return add_port(parse, value, list);
	if (!strcmp(key, "protocols"))
		return add_word(parse, value, &names_protocols, "IPPROTO_", list);
	return add_address(parse, value, list);
}

static const struct network_operator *
find_network_operator(const struct tetragon_hook *hook, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(network_operators); i++)
		if (!strcmp(network_operators[i].name, name) &&
		    (!network_operators[i].of_sockaddr || hook->argument))
			return &network_operators[i];
	return NULL;
}

static int use_network(struct parse *parse, struct tetragon_selector *selector,
		       const struct tetragon_match *match)
{
	const struct network_operator *op =
		find_network_operator(selector->probe->hook, match->op);
	_cleanup_(json_decrefp) json_t *list = json_array();
	int r = list ? 0 : -ENOMEM;

	if (!op || json_object_get(selector->rule, op->key))
		return lack(parse, selector, match);
	for (size_t i = 0; !r && i < match->values->n; i++)
		r = add_network_value(parse, match->values->items[i], op->key, list);
	if (r)
		return r;
	if (op->negate && !strcmp(op->key, "ports"))
		return set(selector, op->key, json_pack("{sO}", "not", list));
	return set(selector, op->key, json_incref(list));
}

/* Numbers by their position: family, type and protocol of a socket. */
static int use_number(struct parse *parse, struct tetragon_selector *selector,
		      const struct tetragon_match *match, const char *key,
		      const struct name_table *table, const char *prefix)
{
	bool negate = !strncmp(match->op, "Not", 3);
	const char *op = match->op + (negate ? 3 : 0);
	_cleanup_(json_decrefp) json_t *list = json_array();
	int r = list ? 0 : -ENOMEM;

	if ((strcmp(op, "Equal") != 0 && strcmp(op, "InMap") != 0 &&
	     strcmp(op, "In") != 0) ||
	    json_object_get(selector->rule, key))
		return lack(parse, selector, match);
	for (size_t i = 0; !r && i < match->values->n; i++)
		r = add_word(parse, match->values->items[i], table, prefix, list);
	if (r)
		return r;
	return set(selector, key,
		   negate ? json_pack("{sO}", "not", list) : json_incref(list));
}

static int use_socket(struct parse *parse, struct tetragon_selector *selector,
		      const struct tetragon_match *match)
{
	switch (match->argument) {
	case 0:
		return use_number(parse, selector, match, "families", &names_families,
				  "AF_");
	case 1:
		return use_number(parse, selector, match, "types", &names_types, "SOCK_");
	case 2:
		return use_number(parse, selector, match, "protocols", &names_protocols,
				  "IPPROTO_");
	default:
		return lack(parse, selector, match);
	}
}

/* Policies name capabilities by their words alone. */
static int use_capability(struct parse *parse, struct tetragon_selector *selector,
			  const struct tetragon_match *match)
{
	_cleanup_(json_decrefp) json_t *list = json_array();
	int r = list ? 0 : -ENOMEM;

	if (strcmp(match->op, "Equal") != 0 && strcmp(match->op, "InMap") != 0)
		return lack(parse, selector, match);
	for (size_t i = 0; !r && i < match->values->n; i++) {
		const struct yaml_node *value = match->values->items[i];
		char *end;
		unsigned long number = strtoul(value->text, &end, 10);
		const char *name =
			value->n && !*end && number <= UINT32_MAX
				? names_of(&names_capabilities, (uint32_t)number)
				: NULL;

		if (name)
			r = json_add_string(list, name);
		else
			r = value->n && !*end
				    ? parse_error(parse, value,
						  "%s is no capability's number",
						  value->text)
				    : add_word(parse, value, &names_capabilities, "CAP_",
					       list);
	}
	return r ? r : set(selector, "capabilities", json_incref(list));
}

int tetragon_use_argument(struct parse *parse, struct tetragon_selector *selector,
			  const struct tetragon_match *match)
{
	const struct tetragon_hook *hook = selector->probe->hook;

	if (hook->object == TETRAGON_SOCKET)
		return use_socket(parse, selector, match);
	if (hook->mask && match->argument == hook->mask)
		return use_mask(parse, selector, match);
	if (match->argument != hook->argument || hook->object == TETRAGON_OPERATION)
		return lack(parse, selector, match);
	if (hook->object == TETRAGON_CONNECT)
		return use_network(parse, selector, match);
	if (hook->object == TETRAGON_CAPABILITY)
		return use_capability(parse, selector, match);
	return use_path(parse, selector, match);
}

static int set_unless(struct tetragon_selector *selector, const char *key, json_t *value)
{
	if (!json_object_get(selector->rule, key))
		return set(selector, key, value);
	json_decref(value);
	return 0;
}

/* Every capability, every type of socket. */
static json_t *all_names(const struct name_table *table)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < table->n; i++)
		if (json_add_string(list, table->rows[i].name)) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static int complete_network(struct tetragon_selector *selector)
{
	const char *protocol = selector->probe->hook->word;
	int r = 0;

	if (protocol)
		r = set_unless(selector, "protocols", json_pack("[s]", protocol));
	if (!r)
		r = set_unless(selector, "to", json_pack("[s, s]", "0.0.0.0/0", "::/0"));
	return r;
}

static int complete_socket(struct tetragon_selector *selector)
{
	if (json_object_get(selector->rule, "families") ||
	    json_object_get(selector->rule, "protocols"))
		return 0;
	return set_unless(selector, "types", all_names(&names_types));
}

int tetragon_complete(struct tetragon_selector *selector)
{
	const struct tetragon_hook *hook = selector->probe->hook;
	int r;

	switch (hook->object) {
	case TETRAGON_FILE:
		r = set_unless(selector, "paths", json_pack("[s, s]", "/", "/**"));
		if (!r && hook->word)
			r = set_unless(selector, "access", json_pack("[s]", hook->word));
		return r;
	case TETRAGON_EXEC:
		return set_unless(selector, "paths", json_pack("[s]", "/**"));
	case TETRAGON_CONNECT:
		return complete_network(selector);
	case TETRAGON_SOCKET:
		return complete_socket(selector);
	case TETRAGON_CAPABILITY:
		return set_unless(selector, "capabilities",
				  all_names(&names_capabilities));
	case TETRAGON_OPERATION:
	default:
		return set(selector, "operations", json_pack("[s]", hook->word));
	}
}
