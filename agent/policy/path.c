// SPDX-License-Identifier: Apache-2.0
#include "policy/path.h"

#include <stddef.h>
#include <string.h>

#include "lsm/limits.h"

#define NAME_BYTES     255 /* NAME_MAX of Linux's file systems */
#define ABSTRACT_BYTES 107 /* sun_path of unix(7), without the NUL that it begins with   \
			    */

/* What is known of the name (the part between two slashes) that is being read. */
struct name {
	size_t bytes;  /* that a match has at least */
	size_t dots;   /* of them literal dots */
	bool variable; /* has a star */
};

/*
 * One set, @at behind its "[". "!" or "^" first means all but these; "\" escapes; a "]"
 * ends it wherever it stands, for a set that begins with one would be read differently by
 * everyone.
 */
static const char *check_set(const char **at)
{
	const char *c = *at;
	unsigned char low = 0;
	bool range = false, any = false;

	c += *c == '!' || *c == '^';
	for (; *c && *c != ']'; c++) {
		if (*c == '-' && any && c[1] && c[1] != ']' && !range) {
			range = true;
			continue;
		}
		if (*c == '\\' && !*++c)
			break;
		if (*c == '/')
			return "a set with \"/\" in it; \"/\" separates names and is "
			       "never in one";
		if (range && low > (unsigned char)*c)
			return "a set whose range runs backwards; put the lower one "
			       "first, as in "
			       "[a-z]";
		low = (unsigned char)*c;
		any = true;
		range = false;
	}
	if (!*c)
		return "a set without its end; close it with \"]\", or write \"\\[\"";
	if (!any)
		return "an empty set can match nothing; put characters between \"[\" and "
		       "\"]\"";
	*at = c;
	return NULL;
}

static const char *check_name(const struct name *name)
{
	if (name->variable)
		return NULL;
	if (name->dots == name->bytes && name->dots == 1)
		return "\".\" in a path can match nothing; leave it out";
	if (name->dots == name->bytes && name->dots == 2)
		return "\"..\" in a path can match nothing; write the path without it";
	return NULL;
}

/* One character of a pattern, at *@at; left at its last byte. */
static const char *check_character(const char **at, struct name *name)
{
	if (**at == '*') {
		name->variable = true;
		return NULL;
	}
	name->bytes++;
	if (name->bytes > NAME_BYTES)
		return "a name of more than 255 bytes can match nothing; shorten it";
	if (**at == '[') {
		++*at;
		return check_set(at);
	}
	if (**at == '\\') {
		if (!*++*at || **at == '/')
			return "a \"\\\" that escapes nothing; write \"\\\\\" for the "
			       "character itself";
	}
	name->dots += **at == '.';
	return NULL;
}

const char *path_check(const char *pattern)
{
	struct name name = {0};
	const char *problem;

	if (!*pattern)
		return "an empty path; write an absolute path";
	if (*pattern != '/')
		return "a relative path; begin it with \"/\"";
	if (strlen(pattern) >= LIMIT_PATH)
		return "a path of more than 4095 bytes can match nothing; shorten it";
	for (const char *c = pattern + 1; *c; c++) {
		if (*c != '/') {
			problem = check_character(&c, &name);
			if (problem)
				return problem;
			continue;
		}
		if (c[-1] == '/')
			return "\"//\" in a path can match nothing; write one \"/\"";
		problem = check_name(&name);
		if (problem)
			return problem;
		name = (struct name){0};
	}
	return check_name(&name);
}

/* Of an abstract name any byte is a byte. */
static const char *check_abstract(const char *pattern)
{
	struct name name = {0};
	const char *problem = NULL;

	for (const char *c = pattern + 1; !problem && *c; c++) {
		if (*c == '/')
			name.bytes++;
		else
			problem = check_character(&c, &name);
		if (name.bytes > ABSTRACT_BYTES)
			return "a name of more than 107 bytes can match nothing; shorten "
			       "it";
	}
	return problem;
}

const char *socket_name_check(const char *pattern)
{
	if (*pattern != '@')
		return path_check(pattern);
	if (!pattern[1])
		return "a socket without a name; write the name behind \"@\"";
	return check_abstract(pattern);
}

bool path_is_directory(const char *pattern)
{
	size_t length = strlen(pattern);

	return length && pattern[length - 1] == '/';
}

bool path_covers(const char *outer, const char *inner)
{
	size_t length = strlen(outer);

	if (!strcmp(outer, inner))
		return true;
	if (length < 3 || strcmp(outer + length - 3, "/**") != 0)
		return false;
	length -= 2; /* the directory, with its slash */
	for (size_t i = 0; i < length; i++)
		if (strchr("*?[\\", outer[i]))
			return false;
	return !strncmp(outer, inner, length) && inner[length];
}
