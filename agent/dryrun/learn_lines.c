// SPDX-License-Identifier: Apache-2.0
#include "dryrun/learn_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/array.h"
#include "util/cleanup.h"

int learn_paths_add(struct learn_paths *paths, const struct learn_path *path)
{
	struct learn_path *last = paths->n ? &paths->items[paths->n - 1] : NULL, *items;

	if (last && !strcmp(last->path, path->path) &&
	    last->truncated == path->truncated) {
		last->written |= path->written;
		last->count += path->count;
		return 0;
	}
	items = array_grow(paths->items, paths->n, sizeof(*items));
	if (!items)
		return -ENOMEM;
	paths->items = items;
	items[paths->n++] = *path;
	return 0;
}

void learn_paths_clear(struct learn_paths *paths)
{
	free(paths->items);
	*paths = (struct learn_paths){0};
}

void learn_lines_clear(struct learn_lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		free(lines->items[i].pattern);
	free(lines->items);
	*lines = (struct learn_lines){0};
}

/* Did the run write it, or something below it? */
static bool is_made(const struct learn_paths *paths, size_t number)
{
	const char *path = paths->items[number].path;
	size_t length = strlen(path);

	for (size_t i = number; i < paths->n; i++) {
		const struct learn_path *other = &paths->items[i];

		if (strncmp(other->path, path, length) != 0)
			return false;
		if (other->written &&
		    (!other->path[length] || other->path[length] == '/'))
			return true;
	}
	return false;
}

static int add_line(struct learn_lines *lines, char *pattern, bool write)
{
	struct learn_line *items = array_grow(lines->items, lines->n, sizeof(*items));

	if (!items) {
		free(pattern);
		return -ENOMEM;
	}
	lines->items = items;
	items[lines->n++] = (struct learn_line){.pattern = pattern, .write = write};
	return 0;
}

static int add_lines(const struct learn_context *context, const struct learn_paths *paths,
		     struct learn_lines *lines)
{
	for (size_t i = 0; i < paths->n; i++) {
		const struct learn_path *path = &paths->items[i];
		char *pattern;
		int r = learn_pattern(context, path->path, path->truncated,
				      is_made(paths, i), &pattern);

		if (r == 0)
			r = add_line(lines, pattern, path->written);
		if (r < 0)
			return r;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct learn_line *x = a, *y = b;

	return strcmp(x->pattern, y->pattern);
}

void learn_lines_merge(struct learn_lines *lines)
{
	size_t n = 0;

	if (!lines->n)
		return;
	qsort(lines->items, lines->n, sizeof(*lines->items), compare);
	for (size_t i = 1; i < lines->n; i++) {
		if (!strcmp(lines->items[n].pattern, lines->items[i].pattern)) {
			lines->items[n].write |= lines->items[i].write;
			free(lines->items[i].pattern);
		} else {
			lines->items[++n] = lines->items[i];
		}
	}
	lines->n = n + 1;
}

int learn_lines_of(const struct learn_context *context, const struct learn_paths *paths,
		   bool gather, struct learn_lines *ret_lines)
{
	_cleanup_(learn_lines_clear) struct learn_lines lines = {0};
	int r = add_lines(context, paths, &lines);

	if (r < 0)
		return r;
	learn_lines_merge(&lines);
	if (gather)
		r = learn_lines_gather(context, &lines);
	if (r == 0)
		r = learn_lines_reduce(&lines, paths);
	if (r < 0)
		return r;
	*ret_lines = lines;
	lines = (struct learn_lines){0};
	return 0;
}
