// SPDX-License-Identifier: Apache-2.0
#include "node/root_alias.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "node/root_names.h"
#include "node/root_pattern.h"
#include "node/root_walk.h"
#include "policy/pattern.h"
#include "util/cleanup.h"

/* A name as a pattern that matches it alone. */
static char *escape(const char *name)
{
	char *text = malloc(2 * strlen(name) + 1), *end = text;

	for (; text && *name; *end++ = *name++)
		if (strchr("*?[\\", *name))
			*end++ = '\\';
	if (text)
		*end = '\0';
	return text;
}

/* @found: with what is to be added but the names */
static int add(struct aliases *aliases, const struct alias *found, const char *name,
	       const char *rest)
{
	_cleanup_(freep) char *escaped = escape(strcmp(name, "/") ? name : "");
	_cleanup_(freep) char *resolved = NULL;
	struct alias alias = *found;

	if (!escaped ||
	    asprintf(&resolved, "%s%s", escaped, *escaped || *rest ? rest : "/") < 0) {
		resolved = NULL;
		return -ENOMEM;
	}
	alias.resolved = resolved;
	return aliases_add(aliases, &alias);
}

static const char *base_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

/* Is it another's name, which chooses what the program does? */
static bool is_applet(const char *path, const char *name)
{
	return root_names_choose(base_of(name)) &&
	       strcmp(base_of(name), base_of(path)) != 0;
}

/* The directory that a path is in, and what is resolved of it alone. */
static int walk_directory(int root, const char *path, const char *written,
			  const char *rest, struct aliases *aliases)
{
	_cleanup_(root_walk_clear) struct root_walk walk = {0};
	struct alias found = {.written = (char *)written};
	int r = root_walk(root, path, &walk);

	if (r < 0 || !walk.has_links || walk.is_foreign)
		return r;
	found.made = walk.made;
	return add(aliases, &found, walk.name, rest);
}

/* What a path names, if its own last name is a link, or else nothing new. */
static int walk_target(int root, const char *path, const char *written,
		       struct aliases *aliases)
{
	_cleanup_(root_walk_clear) struct root_walk walk = {0};
	struct alias found = {.written = (char *)written, .is_target = true};
	int r = root_walk(root, path, &walk);

	if (r < 0 || !walk.has_links || walk.is_foreign || is_applet(path, walk.name))
		return r;
	found.made = walk.made;
	return add(aliases, &found, walk.name, "");
}

static int walk_file(int root, const char *path, const char *written,
		     struct aliases *aliases)
{
	const char *slash = strrchr(path, '/');
	_cleanup_(freep) char *directory = strndup(path, (size_t)(slash - path));
	_cleanup_(freep) char *rest = escape(slash);
	int r = -ENOMEM;

	if (directory && rest)
		r = walk_directory(root, *directory ? directory : "/", written, rest,
				   aliases);
	return r < 0 ? r : walk_target(root, path, written, aliases);
}

int root_alias_applet(int root, const char *written, char **ret_name)
{
	_cleanup_(root_pattern_clear) struct root_pattern pattern = {0};
	_cleanup_(root_walk_clear) struct root_walk walk = {0};
	int r = root_pattern_read(written, &pattern);

	*ret_name = NULL;
	if (r < 0 || pattern.kind != ROOT_FILE)
		return r == -ENOMEM ? r : 0;
	r = root_walk(root, pattern.path, &walk);
	if (r == 0 && is_applet(pattern.path, walk.name))
		*ret_name = TAKE_PTR(walk.name);
	return r;
}

/* --- patterns
 * ----------------------------------------------------------------------------- */

/* The slash behind the fixed directory of a pattern. */
static const char *rest_of(const char *written)
{
	const char *slash = written;

	for (const char *c = written; *c && !strchr("*?[", *c); c++) {
		if (*c == '/')
			slash = c;
		if (*c == '\\' && c[1])
			c++;
	}
	return slash;
}

struct entries {
	int root;
	const char *written;
	const struct pattern *pattern;
	struct aliases *aliases;
};

/* A link that leads nowhere that can be told is none. */
static int visit_entry(const char *path, void *data)
{
	const struct entries *entries = data;
	int r;

	if (!pattern_matches_name(entries->pattern, base_of(path)))
		return 0;
	r = walk_target(entries->root, path, entries->written, entries->aliases);
	return r == -ENOMEM ? r : 0;
}

static int walk_entries(int root, const char *directory, const char *written,
			struct aliases *aliases)
{
	static const struct root_bounds bounds = {.entries = ROOT_PATTERN_ENTRIES};
	_cleanup_(pattern_clear) struct pattern pattern = {0};
	struct entries entries = {root, written, &pattern, aliases};
	int r = pattern_parse(&pattern, written, 0);

	return r < 0 ? r : root_list(root, directory, &bounds, visit_entry, &entries);
}

int root_alias_find(int root, const char *written, struct aliases *aliases)
{
	_cleanup_(root_pattern_clear) struct root_pattern pattern = {0};
	int r = root_pattern_read(written, &pattern);

	if (r < 0)
		return r == -EINVAL ? 0 : r;
	if (pattern.kind == ROOT_FILE)
		r = walk_file(root, pattern.path, written, aliases);
	else
		r = walk_directory(root, pattern.path, written, rest_of(written),
				   aliases);
	if (r == 0 && pattern.kind == ROOT_DIRECTORY)
		r = walk_entries(root, pattern.path, written, aliases);
	return r == -ENOENT || r == -ENOTDIR ? 0 : r;
}

/* --- of a directory
 * ----------------------------------------------------------------------- */

struct collection {
	int root;
	struct aliases aliases;
};

static void collection_clear(struct collection *collection)
{
	closep(&collection->root);
	aliases_clear(&collection->aliases);
}

/* What cannot be walked has no alias. */
static int collect(const char *written, void *data)
{
	struct collection *collection = data;
	int r = root_alias_find(collection->root, written, &collection->aliases);

	return r == -ENOMEM ? r : 0;
}

int root_aliases_of(const char *directory, const struct policy_list *policies,
		    struct aliases *ret_aliases)
{
	_cleanup_(collection_clear) struct collection collection = {
		.root = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC)};
	int r;

	if (collection.root < 0)
		return -errno;
	r = aliases_visit(policies, collect, &collection);
	if (r < 0)
		return r;
	*ret_aliases = collection.aliases;
	collection.aliases = (struct aliases){0};
	return 0;
}
