// SPDX-License-Identifier: Apache-2.0

/*
 * The part of learn_lines.h that makes one line of many: of as many files of a directory
 * as LEARN_FILES a line for all of them, and where something is used in as many
 * directories below one as LEARN_DIRECTORIES, a line for everything below it.
 *
 * Never for a directory directly below the root, as /etc, unless it is for temporary
 * files: what lies beside has nothing to do with it there. Lines that only read and lines
 * that write are counted apart.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dryrun/learn_lines.h"
#include "policy/array.h"
#include "util/cleanup.h"

#define DEPTH_FILES 2
#define DEPTH_TREE  3

/* Trees that the kernel makes: everything below would be something else. */
static const char *const kernel_trees[] = {"/proc/", "/sys/", "/dev/"};

/* A line below a directory, the first @length bytes of its pattern. */
struct place {
	struct learn_line *line;
	size_t length;
	size_t child; /* bytes of the name that follows */
};

struct places {
	struct place *items;
	size_t n;
};

static void places_clear(struct places *places)
{
	free(places->items);
}

static size_t depth_of(const char *path, size_t length)
{
	size_t depth = 0;

	for (size_t i = 0; i < length; i++)
		depth += path[i] == '/';
	return depth;
}

static size_t directory_of(const struct learn_line *line)
{
	return (size_t)(strrchr(line->pattern, '/') - line->pattern);
}

static int add_place(struct places *places, struct learn_line *line, size_t length)
{
	struct place *items = array_grow(places->items, places->n, sizeof(*items));

	if (!items)
		return -ENOMEM;
	places->items = items;
	items[places->n++] =
		(struct place){.line = line,
			       .length = length,
			       .child = strcspn(line->pattern + length + 1, "/")};
	return 0;
}

static int compare_texts(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);

	return order ? order : (a_length > b_length) - (a_length < b_length);
}

static int compare_directories(const struct place *x, const struct place *y)
{
	if (x->line->write != y->line->write)
		return x->line->write ? 1 : -1;
	return compare_texts(x->line->pattern, x->length, y->line->pattern, y->length);
}

static int compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = compare_directories(x, y);

	return order ? order
		     : compare_texts(x->line->pattern + x->length + 1, x->child,
				     y->line->pattern + y->length + 1, y->child);
}

/* The places of one directory that lie behind each other, and in how many of its names.
 */
static size_t run_of(const struct places *places, size_t first, size_t *ret_children)
{
	size_t n = 1;

	*ret_children = 1;
	while (first + n < places->n &&
	       !compare_directories(&places->items[first], &places->items[first + n])) {
		*ret_children += compare(&places->items[first + n - 1],
					 &places->items[first + n]) != 0;
		n++;
	}
	return n;
}

/* --- directories that become one line --------------------------------------------------
 */

struct directory {
	char *path;
	size_t length;
	bool write;
};

struct directories {
	struct directory *items;
	size_t n;
};

static void directories_clear(struct directories *directories)
{
	for (size_t i = 0; i < directories->n; i++)
		free(directories->items[i].path);
	free(directories->items);
}

static int add_directory(struct directories *directories, const struct place *place)
{
	struct directory *items =
		array_grow(directories->items, directories->n, sizeof(*items));
	char *path;

	if (!items)
		return -ENOMEM;
	directories->items = items;
	path = strndup(place->line->pattern, place->length);
	if (!path)
		return -ENOMEM;
	items[directories->n++] = (struct directory){
		.path = path, .length = place->length, .write = place->line->write};
	return 0;
}

/* The directories of which there are enough places. */
static int choose(struct places *places, size_t least, size_t least_children,
		  struct directories *directories)
{
	size_t n, children;
	int r = 0;

	if (places->n)
		qsort(places->items, places->n, sizeof(*places->items), compare);
	for (size_t i = 0; r == 0 && i < places->n; i += n) {
		n = run_of(places, i, &children);
		if (n >= least && children >= least_children)
			r = add_directory(directories, &places->items[i]);
	}
	return r;
}

/* The outermost that a line is in; @below: also where there are directories between. */
static const struct directory *find_directory(const struct directories *directories,
					      const struct learn_line *line, bool below)
{
	const struct directory *found = NULL;

	for (size_t i = 0; i < directories->n; i++) {
		const struct directory *directory = &directories->items[i];

		if (line->write == directory->write &&
		    !strncmp(line->pattern, directory->path, directory->length) &&
		    line->pattern[directory->length] == '/' &&
		    (below || directory_of(line) == directory->length) &&
		    (!found || directory->length < found->length))
			found = directory;
	}
	return found;
}

static int replace(struct learn_lines *lines, const struct directories *directories,
		   const char *stars, bool below)
{
	for (size_t i = 0; i < lines->n; i++) {
		struct learn_line *line = &lines->items[i];
		const struct directory *directory =
			find_directory(directories, line, below);
		char *pattern;

		if (!directory)
			continue;
		if (asprintf(&pattern, "%s/%s", directory->path, stars) < 0)
			return -ENOMEM;
		free(line->pattern);
		line->pattern = pattern;
	}
	learn_lines_merge(lines);
	return 0;
}

/* --- everything below a directory ------------------------------------------------------
 */

static bool is_kernels(const char *pattern)
{
	for (size_t i = 0; i < ARRAY_SIZE(kernel_trees); i++)
		if (!strncmp(pattern, kernel_trees[i], strlen(kernel_trees[i])))
			return true;
	return false;
}

/* A line lies in every directory above its own. */
static int add_above(struct places *places, struct learn_line *line)
{
	size_t directory = directory_of(line);
	int r = 0;

	for (size_t length = 1; r == 0 && length < directory; length++)
		if (line->pattern[length] == '/' &&
		    depth_of(line->pattern, length) >= DEPTH_TREE)
			r = add_place(places, line, length);
	return r;
}

static int gather_trees(struct learn_lines *lines)
{
	_cleanup_(directories_clear) struct directories directories = {0};
	_cleanup_(places_clear) struct places places = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < lines->n; i++)
		if (!is_kernels(lines->items[i].pattern))
			r = add_above(&places, &lines->items[i]);
	if (r == 0)
		r = choose(&places, LEARN_FILES, LEARN_DIRECTORIES, &directories);
	return r < 0 ? r : replace(lines, &directories, "**", true);
}

/* --- files of one directory ------------------------------------------------------------
 */

static bool may_gather_files(const struct learn_context *context,
			     const struct learn_line *line)
{
	size_t length = directory_of(line);
	_cleanup_(freep) char *directory = strndup(line->pattern, length);

	return depth_of(line->pattern, length) >= DEPTH_FILES ||
	       (directory && learn_is_temporary(context, directory));
}

static int gather_files(const struct learn_context *context, struct learn_lines *lines)
{
	_cleanup_(directories_clear) struct directories directories = {0};
	_cleanup_(places_clear) struct places places = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < lines->n; i++)
		if (may_gather_files(context, &lines->items[i]))
			r = add_place(&places, &lines->items[i],
				      directory_of(&lines->items[i]));
	if (r == 0)
		r = choose(&places, LEARN_FILES, LEARN_FILES, &directories);
	return r < 0 ? r : replace(lines, &directories, "*", false);
}

int learn_lines_gather(const struct learn_context *context, struct learn_lines *lines)
{
	int r = gather_trees(lines);

	return r < 0 ? r : gather_files(context, lines);
}
