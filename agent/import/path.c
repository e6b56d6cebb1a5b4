// SPDX-License-Identifier: Apache-2.0
#include "import/path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/array.h"
#include "util/cleanup.h"

#define SPECIAL "*?[]\\"

char *path_literal(const char *before, const char *text, const char *after)
{
	char *result, *end;

	result = malloc(strlen(before) + 2 * strlen(text) + strlen(after) + 1);
	if (!result)
		return NULL;
	end = stpcpy(result, before);
	for (; *text; text++) {
		if (strchr(SPECIAL, *text))
			*end++ = '\\';
		*end++ = *text;
	}
	strcpy(end, after);
	return result;
}

/*
 * What a pattern of paths has no reason to have: anchors, groups, classes such as \W, a
 * set that is repeated, and modifiers behind a closing slash.
 */
static bool is_expression(const char *pattern)
{
	size_t length = strlen(pattern);

	for (const char *c = pattern; *c; c++) {
		if (*c == '\\' && c[1]) {
			if (strchr("wWdDsSbB", c[1]))
				return true;
			c++;
		} else if (strchr("^$()|", *c) &&
			   !(*c == '^' && c > pattern && c[-1] == '[')) {
			return true;
		} else if (*c == ']' && (c[1] == '+' || c[1] == '{')) {
			return true;
		}
	}
	return length > 3 && !strcmp(pattern + length - 3, "/gm");
}

/* The first "{" that is not escaped, and its "}". */
static const char *find_group(const char *pattern, const char **ret_end)
{
	const char *begin = NULL;

	for (const char *c = pattern; *c; c++) {
		if (*c == '\\' && c[1])
			c++;
		else if (*c == '{')
			begin = c; /* the innermost: it has no other inside */
		else if (*c == '}' && begin) {
			*ret_end = c;
			return begin;
		}
	}
	return NULL;
}

struct list {
	char **items;
	size_t n;
};

static void list_clear(struct list *list)
{
	strings_clear(&list->items, &list->n);
}

/* Replace the group from @begin to @end in @pattern by each of its alternatives. */
static int write_out(const char *pattern, const char *begin, const char *end,
		     struct list *list)
{
	const char *from = begin + 1;
	int r = 0;

	while (!r && from <= end) {
		const char *comma = from;
		char *text;

		while (comma < end && *comma != ',')
			comma += *comma == '\\' && comma[1] ? 2 : 1;
		if (comma > end)
			comma = end;
		if (list->n >= PATH_ALTERNATIVES)
			return PATH_E_ALTERNATIVES;
		if (asprintf(&text, "%.*s%.*s%s", (int)(begin - pattern), pattern,
			     (int)(comma - from), from, end + 1) < 0)
			return -ENOMEM;
		if (!strings_contain(list->items, list->n, text))
			r = strings_add(&list->items, &list->n, text);
		free(text);
		from = comma + 1;
	}
	return r;
}

/* Write out alternatives until none is left. */
static int expand(struct list *list)
{
	for (size_t i = 0; i < list->n;) {
		const char *end = NULL, *begin = find_group(list->items[i], &end);
		int r;

		if (!begin) {
			i++;
			continue;
		}
		r = write_out(list->items[i], begin, end, list);
		if (r)
			return r;
		free(list->items[i]);
		list->items[i] = list->items[--list->n];
	}
	return 0;
}

static bool is_inner_stars(const char *at, const char *pattern)
{
	return at > pattern && at[-1] == '/' && at[0] == '*' && at[1] == '*' &&
	       at[2] == '/';
}

/* A double star between slashes is one name at least: a star and a double star. */
static char *translate(const char *pattern)
{
	char *result = malloc(2 * strlen(pattern) + 1), *end = result;

	if (!result)
		return NULL;
	for (const char *c = pattern; *c; c++) {
		if (*c == '\\' && c[1])
			*end++ = *c++;
		else if (is_inner_stars(c, pattern))
			end = stpcpy(end, "*/");
		*end++ = *c;
		/* The second star of two is not the first of a pair. */
		if (*c == '*' && c[1] == '*')
			*end++ = *++c;
	}
	*end = '\0';
	return result;
}

static int translate_all(struct list *list)
{
	char **items;

	for (size_t i = 0; i < list->n; i++) {
		char *ours = translate(list->items[i]);

		if (!ours)
			return -ENOMEM;
		free(list->items[i]);
		list->items[i] = ours;
	}
	items = reallocarray(list->items, list->n + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	items[list->n] = NULL;
	list->items = items;
	return 0;
}

int path_apparmor(const char *pattern, char ***ret_patterns)
{
	_cleanup_(list_clear) struct list list = {0};
	int r;

	if (is_expression(pattern))
		return PATH_E_EXPRESSION;
	if (*pattern != '/')
		return PATH_E_RELATIVE;
	if (strchr(pattern, ' '))
		return PATH_E_ARGUMENTS;
	r = strings_add(&list.items, &list.n, pattern);
	if (!r)
		r = expand(&list);
	if (!r)
		r = translate_all(&list);
	if (r)
		return r;
	*ret_patterns = TAKE_PTR(list.items);
	list.n = 0;
	return 0;
}

void path_list_free(char **patterns)
{
	for (char **at = patterns; at && *at; at++)
		free(*at);
	free(patterns);
}
