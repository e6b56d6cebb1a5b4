// SPDX-License-Identifier: Apache-2.0

/*
 * The part of learn_lines.h that drops what is not needed: whatever two lines allow, one
 * of them is enough for. A line that allows less goes first, since what is many times
 * used is more likely to be meant.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dryrun/learn_lines.h"
#include "dryrun/learn_match.h"
#include "policy/array.h"
#include "util/cleanup.h"

/* What one line allows: numbers of paths. */
struct allowed {
	size_t *paths;
	size_t n;
	size_t line;
	bool dropped;
};

struct reduction {
	struct learn_lines *lines;
	const struct learn_paths *paths;
	struct allowed *allowed; /* one for each line */
	size_t *times;		 /* how many lines allow each path */
};

static void reduction_clear(struct reduction *reduction)
{
	for (size_t i = 0; reduction->allowed && i < reduction->lines->n; i++)
		free(reduction->allowed[i].paths);
	free(reduction->allowed);
	free(reduction->times);
}

static void matcher_freep(struct matcher **matcher)
{
	matcher_free(*matcher);
}

static int allow(struct reduction *reduction, struct allowed *allowed, size_t path)
{
	size_t *paths = array_grow(allowed->paths, allowed->n, sizeof(*paths));

	if (!paths)
		return -ENOMEM;
	allowed->paths = paths;
	paths[allowed->n++] = path;
	reduction->times[path]++;
	return 0;
}

static int find_allowed(struct reduction *reduction, struct allowed *allowed)
{
	const struct learn_line *line = &reduction->lines->items[allowed->line];
	const struct learn_paths *paths = reduction->paths;
	_cleanup_(matcher_freep) struct matcher *matcher = NULL;
	int r = matcher_new(line->pattern, &matcher);

	for (size_t i = 0; r == 0 && i < paths->n; i++)
		if ((line->write || !paths->items[i].written) &&
		    matcher_matches(matcher, paths->items[i].path))
			r = allow(reduction, allowed, i);
	return r;
}

static int compare(const void *a, const void *b)
{
	const struct allowed *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static void drop_if_needless(struct reduction *reduction, struct allowed *allowed)
{
	for (size_t i = 0; i < allowed->n; i++)
		if (reduction->times[allowed->paths[i]] < 2)
			return;
	for (size_t i = 0; i < allowed->n; i++)
		reduction->times[allowed->paths[i]]--;
	allowed->dropped = true;
}

static void count(struct reduction *reduction, const struct allowed *allowed)
{
	struct learn_line *line = &reduction->lines->items[allowed->line];

	line->n_paths = allowed->n;
	for (size_t i = 0; i < allowed->n; i++)
		line->count += reduction->paths->items[allowed->paths[i]].count;
	if (allowed->dropped) {
		free(line->pattern);
		line->pattern = NULL;
	}
}

static void remove_dropped(struct learn_lines *lines)
{
	size_t n = 0;

	for (size_t i = 0; i < lines->n; i++)
		if (lines->items[i].pattern)
			lines->items[n++] = lines->items[i];
	lines->n = n;
}

int learn_lines_reduce(struct learn_lines *lines, const struct learn_paths *paths)
{
	_cleanup_(reduction_clear) struct reduction reduction = {
		.lines = lines,
		.paths = paths,
		.allowed = calloc(lines->n + 1, sizeof(struct allowed)),
		.times = calloc(paths->n + 1, sizeof(size_t)),
	};
	int r = 0;

	if (!reduction.allowed || !reduction.times)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < lines->n; i++) {
		reduction.allowed[i].line = i;
		r = find_allowed(&reduction, &reduction.allowed[i]);
	}
	if (r < 0)
		return r;
	qsort(reduction.allowed, lines->n, sizeof(*reduction.allowed), compare);
	for (size_t i = 0; i < lines->n; i++)
		drop_if_needless(&reduction, &reduction.allowed[i]);
	for (size_t i = 0; i < lines->n; i++)
		count(&reduction, &reduction.allowed[i]);
	reduction_clear(&reduction);
	reduction.allowed = NULL;
	reduction.times = NULL;
	remove_dropped(lines);
	return 0;
}
