// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "policy/yaml.h"
#include "util/cleanup.h"

static const struct word {
	const char *text;
	enum yaml_type type;
	int number;
} words[] = {
	{"", YAML_NULL, 0},	 {"~", YAML_NULL, 0},	  {"null", YAML_NULL, 0},
	{"Null", YAML_NULL, 0},	 {"NULL", YAML_NULL, 0},  {"true", YAML_BOOL, 1},
	{"True", YAML_BOOL, 1},	 {"TRUE", YAML_BOOL, 1},  {"yes", YAML_BOOL, 1},
	{"Yes", YAML_BOOL, 1},	 {"YES", YAML_BOOL, 1},	  {"on", YAML_BOOL, 1},
	{"On", YAML_BOOL, 1},	 {"ON", YAML_BOOL, 1},	  {"y", YAML_BOOL, 1},
	{"Y", YAML_BOOL, 1},	 {"false", YAML_BOOL, 0}, {"False", YAML_BOOL, 0},
	{"FALSE", YAML_BOOL, 0}, {"no", YAML_BOOL, 0},	  {"No", YAML_BOOL, 0},
	{"NO", YAML_BOOL, 0},	 {"off", YAML_BOOL, 0},	  {"Off", YAML_BOOL, 0},
	{"OFF", YAML_BOOL, 0},	 {"n", YAML_BOOL, 0},	  {"N", YAML_BOOL, 0},
	{".inf", YAML_FLOAT, 0}, {".Inf", YAML_FLOAT, 0}, {".INF", YAML_FLOAT, 0},
	{".nan", YAML_FLOAT, 0}, {".NaN", YAML_FLOAT, 0}, {".NAN", YAML_FLOAT, 0},
};

/* Decimal without leading zeros, or hexadecimal. Too large for 64 bits: a float, as
 * JSON's. */
static bool resolve_integer(struct yaml_node *node)
{
	const char *digits = node->text + (node->text[0] == '-' || node->text[0] == '+');
	bool hexadecimal = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	const char *set = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";

	if (hexadecimal)
		digits += 2;
	if (!*digits || digits[strspn(digits, set)])
		return false;
	if (!hexadecimal && digits[0] == '0' && digits[1])
		return false;
	errno = 0;
	node->number = strtoll(node->text, NULL, hexadecimal ? 16 : 10);
	node->type = errno ? YAML_FLOAT : YAML_INTEGER;
	return true;
}

/* [-+]? (digits [. digits?] | . digits) ([eE] [-+]? digits)?, and not an integer. */
static bool is_float(const char *text)
{
	size_t whole, fraction = 0;

	text += *text == '-' || *text == '+';
	whole = strspn(text, "0123456789");
	if (whole > 1 && text[0] == '0')
		return false;
	text += whole;
	if (*text == '.') {
		fraction = strspn(++text, "0123456789");
		text += fraction;
	}
	if (!whole && !fraction)
		return false;
	if (*text == 'e' || *text == 'E') {
		text++;
		text += *text == '-' || *text == '+';
		if (!*text)
			return false;
		text += strspn(text, "0123456789");
	}
	return !*text;
}

void yaml_resolve(struct yaml_node *node)
{
	const char *text = node->text;

	node->type = YAML_STRING;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(text, words[i].text))
			continue;
		node->type = words[i].type;
		node->number = words[i].number;
		return;
	}
	if (!resolve_integer(node) && is_float(text))
		node->type = YAML_FLOAT;
}

const char *yaml_type_name(enum yaml_type type)
{
	static const char *const names[] = {
		[YAML_BROKEN] = "nothing",
		[YAML_NULL] = "nothing",
		[YAML_BOOL] = "a boolean",
		[YAML_INTEGER] = "a number",
		[YAML_FLOAT] = "a floating-point number",
		[YAML_STRING] = "a string",
		[YAML_LIST] = "a list",
		[YAML_MAP] = "a map",
	};

	return names[type];
}

const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key)
{
	if (!node || node->type != YAML_MAP)
		return NULL;
	for (size_t i = 0; i < node->n; i++)
		if (!strcmp(node->pairs[i].key->text, key))
			return node->pairs[i].value;
	return NULL;
}

const char *yaml_text(const struct yaml_node *node)
{
	return node && node->type == YAML_STRING ? node->text : NULL;
}
