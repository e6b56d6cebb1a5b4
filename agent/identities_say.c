// SPDX-License-Identifier: Apache-2.0
/* What is known of a subject's files, for `status`. */
#include <errno.h>
#include <string.h>

#include "identities_private.h"
#include "report/escape.h"
#include "util/cleanup.h"

/* Names of files are any bytes. */
static json_t *text_of(const char *path, const char *what)
{
	_cleanup_(freep) char *text = escape(path);

	return json_sprintf("%s: %s", text ? text : "", what);
}

static const char *why(int error)
{
	switch (error) {
	case -ESRCH:
		return "no process in it has a root of its own yet";
	case -E2BIG:
		return "more files than are looked at; of the others the names hold";
	case -ETIMEDOUT:
		return "its file system does not answer; the names hold";
	case -EBUSY:
		return "too many file systems do not answer; the names hold";
	default:
		return strerror(-error);
	}
}

static void add_unfound(json_t *problems, const struct unfounds *unfounds)
{
	for (size_t i = 0; i < unfounds->n; i++)
		json_array_append_new(problems, text_of(unfounds->items[i].path,
							why(unfounds->items[i].error)));
}

static json_t *problems_json(const struct subject_files *files)
{
	json_t *problems = json_array();

	if (files->error)
		json_array_append_new(problems, json_string(why(files->error)));
	add_unfound(problems, &files->unfound);
	add_unfound(problems, &files->hung);
	if (files->aliases_hang)
		json_array_append_new(
			problems,
			json_string("links on the way to what is allowed are not "
				    "followed: a file system does not answer"));
	if (files->aliases_cut)
		json_array_append_new(
			problems,
			json_string("more names lead through links than are followed; "
				    "the others hold as they are written"));
	if (files->missing)
		json_array_append_new(problems,
				      json_sprintf("%zu files find no room in the "
						   "kernel's table; their names hold",
						   files->missing));
	return problems;
}

static json_t *multicalls_json(const struct multicalls *multicalls)
{
	json_t *list = json_array();

	for (size_t i = 0; i < multicalls->n; i++) {
		_cleanup_(freep) char *path = escape(multicalls->items[i].path);
		_cleanup_(freep) char *file = escape(multicalls->items[i].file);

		json_array_append_new(list,
				      json_pack("{s:s, s:s}", "path", path ? path : "",
						"file", file ? file : ""));
	}
	return list;
}

static json_t *aliases_json(const struct aliases *aliases)
{
	json_t *list = json_array();

	for (size_t i = 0; i < aliases->n; i++) {
		_cleanup_(freep) char *path = escape(aliases->items[i].written);
		_cleanup_(freep) char *name = escape(aliases->items[i].resolved);

		json_array_append_new(list,
				      json_pack("{s:s, s:s}", "path", path ? path : "",
						"name", name ? name : ""));
	}
	return list;
}

static const char *state_of(const struct subject_files *files)
{
	if (!files->looked)
		return "waiting";
	return files->error || files->unfound.n || files->hung.n || files->missing ||
			       files->aliases_hang || files->aliases_cut
		       ? "partial"
		       : "resolved";
}

json_t *identities_json(const struct subject *subject)
{
	const struct subject_files *files = subject->files;
	char at[CLOCK_TEXT] = "";

	if (!files)
		return NULL;
	if (files->looked)
		clock_text(files->looked_at, at);
	return json_pack("{s:s, s:s, s:b, s:I, s:I, s:o, s:o, s:o}", "state",
			 state_of(files), "resolvedAt", at, "beforeStart",
			 (int)files->before_start, "files", (json_int_t)files->files.n,
			 "absent", (json_int_t)files->absent, "multicall",
			 multicalls_json(&files->multicalls), "aliases",
			 aliases_json(&files->aliases), "problems", problems_json(files));
}
