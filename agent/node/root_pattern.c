// SPDX-License-Identifier: Apache-2.0
#include "node/root_pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/pattern.h"
#include "util/cleanup.h"

void root_pattern_clear(struct root_pattern *pattern)
{
	free(pattern->path);
	*pattern = (struct root_pattern){0};
}

static bool is_byte(const struct element *element, char byte)
{
	return element->kind == ELEMENT_BYTE && element->byte == (unsigned char)byte;
}

static enum root_pattern_kind kind_of(const struct element *rest)
{
	if (rest->kind == ELEMENT_END)
		return ROOT_FILE;
	for (; rest->kind != ELEMENT_END; rest++)
		if (rest->kind == ELEMENT_STARS || rest->kind == ELEMENT_NAMES ||
		    is_byte(rest, '/'))
			return ROOT_TREE;
	return ROOT_DIRECTORY;
}

/* @elements: the first is the slash in front. */
static int read_elements(const struct element *elements, struct root_pattern *ret_pattern)
{
	struct root_pattern pattern = {0};
	size_t fixed = 0, length = 1;

	while (elements[fixed].kind == ELEMENT_BYTE)
		fixed++;
	pattern.kind = kind_of(&elements[fixed]);
	if (pattern.kind != ROOT_FILE)
		while (!is_byte(&elements[fixed - 1], '/'))
			fixed--;
	/* The slash behind a directory is not its own, that of the root is. */
	if (pattern.kind != ROOT_FILE && fixed > 1)
		fixed--;
	pattern.path = calloc(fixed + 1, 1);
	if (!pattern.path)
		return -ENOMEM;
	pattern.path[0] = '/';
	for (; length < fixed; length++)
		pattern.path[length] = (char)elements[length].byte;
	*ret_pattern = pattern;
	return 0;
}

int root_pattern_read(const char *text, struct root_pattern *ret_pattern)
{
	_cleanup_(pattern_clear) struct pattern pattern = {0};
	int r = pattern_parse(&pattern, text, 0);

	return r < 0 ? r : read_elements(pattern.elements, ret_pattern);
}

int root_pattern_visit(const struct root_pattern *pattern, int root,
		       int (*visit)(const char *path, void *data), void *data)
{
	struct root_bounds bounds = {.entries = ROOT_PATTERN_ENTRIES};
	int r = 1;

	if (pattern->kind == ROOT_FILE)
		return visit(pattern->path, data);
	if (pattern->kind == ROOT_TREE) {
		bounds.depth = ROOT_PATTERN_DEPTH;
		r = root_has_link(root, pattern->path);
	}
	return r > 0 ? root_list(root, pattern->path, &bounds, visit, data) : r;
}
